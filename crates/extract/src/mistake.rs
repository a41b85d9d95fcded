//! What is wrong where a form's file is no TOML, or holds what no form has. The parser says where; what stands there
//! says what whoever wrote it did, so nothing hangs on the parser's English.

use sohoa_model::FieldName;
use std::ops::Range;

/// A place in the file, what is wrong there, and what to write.
pub struct Mistake {
    pub at: usize,
    pub what: String,
    pub hint: String,
}

/// What stands by itself at the head of the file.
const HEAD: [&str; 3] = ["type", "titles", "words"];

const LISTS: [&str; 2] = ["titles", "words"];

const PARTS: &str = "Các mục là type, titles, words, [labels] và [example].";

/// The file round the place.
struct Spot<'a> {
    text: &'a str,
    span: Range<usize>,
    /// Where its line begins.
    from: usize,
    line: &'a str,
    /// The line without what its quotes hold and without its comment; and whether a quote stays open.
    bare: String,
    open: bool,
}

pub fn tell(text: &str, span: Range<usize>) -> Mistake {
    let from = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[from..].lines().next().unwrap_or_default();
    let (bare, open) = bare(line);
    let spot = Spot { text, span, from, line, bare, open };
    let (at, (what, hint)) = match spot.unfinished_list() {
        Some(list) if !spot.open => spot.in_list(list),
        _ => (spot.span.start, spot.in_line()),
    };
    Mistake { at, what, hint }
}

type Told = (String, String);

fn told(what: impl Into<String>, hint: impl Into<String>) -> Told {
    (what.into(), hint.into())
}

impl Spot<'_> {
    fn there(&self) -> &str {
        &self.text[self.span.clone()]
    }

    /// The place, from the beginning of its line.
    fn column(&self) -> usize {
        (self.span.start - self.from).min(self.line.len())
    }

    fn in_line(&self) -> Told {
        let bare = self.bare.trim();
        if bare.contains(['“', '”', '‘', '’', '«', '»']) {
            return told("dấu ngoặc kép không đúng kiểu", "Thay bằng dấu ngoặc kép thẳng: \"…\".");
        }
        if self.text[..self.span.start].ends_with('\\') {
            return told("không được viết \\ trong ngoặc kép", "Viết / thay cho \\.");
        }
        if self.open {
            return told("thiếu một dấu ngoặc kép", "Đặt chữ giữa hai dấu ngoặc kép: \"…\".");
        }
        if bare.starts_with('[') {
            return self.in_section(bare);
        }
        let Some(equals) = self.bare.find('=') else {
            return if bare.contains(':') {
                told("dùng dấu : ở chỗ phải là dấu =", "Viết tên = \"chữ\".")
            } else if bare.ends_with(']') {
                told("thiếu dấu [ ở đầu dòng", format!("Viết [{bare}."))
            } else {
                told("thiếu dấu =", "Mỗi dòng viết tên = \"chữ\"; ghi chú bắt đầu bằng #.")
            };
        };
        let name = self.line[..equals].trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() {
            told("thiếu tên trước dấu =", "Viết tên = \"chữ\".")
        } else if self.bare[..equals].contains(':') {
            told("dùng dấu : ở chỗ phải là dấu =", "Viết tên = \"chữ\".")
        } else if !name.starts_with(['"', '\'']) && !name.chars().all(plain) {
            told(format!("thiếu ngoặc kép quanh «{name}»"), format!("Viết \"{name}\" = …"))
        } else if self.column() < equals {
            self.at_name(name)
        } else {
            self.at_value(name, equals)
        }
    }

    fn in_section(&self, bare: &str) -> Told {
        let name = bare.trim_matches(['[', ']']);
        if bare.starts_with("[[") {
            told("thừa dấu ngoặc vuông", format!("Viết [{name}]."))
        } else if !bare.ends_with(']') {
            told(format!("thiếu dấu ] sau [{name}"), format!("Viết [{name}] ở một dòng riêng."))
        } else if self.there().starts_with('[') {
            let hint = "Thêm page = \"tên tệp trang thử\" và fields.owner_name = \"điều phải đọc được\".";
            told(format!("mục [{name}] thiếu page hoặc fields"), hint)
        } else if let Some(line) = self.earlier(bare) {
            told(format!("đã có mục [{name}] ở dòng {line}"), "Gộp hai mục làm một.")
        } else {
            told(format!("không có mục [{name}]"), PARTS)
        }
    }

    /// A name that does not belong here.
    fn at_name(&self, name: &str) -> Told {
        if let Some(line) = self.earlier(name) {
            return told(format!("{name} đã có ở dòng {line}"), "Giữ một dòng, xóa dòng kia.");
        }
        match self.section() {
            Some(section) if HEAD.contains(&name) => misplaced(name, section),
            Some(section) => {
                let hint = match FieldName::from_key(name) {
                    Some(_) => format!("Viết fields.{name} = \"…\"."),
                    None if section == "[example]" => "Chỉ có page = \"…\" và fields.… = \"…\".".to_owned(),
                    None => PARTS.to_owned(),
                };
                told(format!("không có «{name}» trong mục {section}"), hint)
            }
            None => told(format!("không có «{name}»"), PARTS),
        }
    }

    /// A value that is none, or not of the kind that belongs here.
    fn at_value(&self, name: &str, equals: usize) -> Told {
        let rest = self.line[self.column()..].trim();
        let whole = self.line[equals + 1..].trim();
        let words = rest.split([',', ']', '#']).next().unwrap_or_default().trim();
        match (self.there().chars().next(), self.section()) {
            (None, _) if whole.is_empty() || whole.starts_with('#') => {
                told("thiếu giá trị sau dấu =", format!("Viết {}.", example(name)))
            }
            (None, _) => told(format!("thừa «{rest}»"), "Mỗi dòng một tên và một giá trị; ghi chú bắt đầu bằng #."),
            (Some('='), _) => told("thừa dấu =", format!("Viết {}.", example(name))),
            (Some('['), Some(section)) if HEAD.contains(&name) => misplaced(name, section),
            (Some('['), _) => {
                told(format!("{name} chỉ có một giá trị"), format!("Viết {name} = \"…\", không có ngoặc vuông."))
            }
            (Some('"' | '\''), _) if LISTS.contains(&name) => {
                told(format!("{name} phải đứng trong ngoặc vuông"), format!("Viết {name} = [{words}]."))
            }
            (Some('"' | '\''), _) if name == "fields" => {
                told("fields gồm nhiều trường", "Mỗi trường một dòng: fields.owner_name = \"…\".")
            }
            (Some('"' | '\''), _) if ["labels", "example"].contains(&name) => told(
                format!("{name} là một mục gồm nhiều dòng"),
                format!("Viết [{name}] ở một dòng riêng, bên dưới mỗi dòng một tên = \"…\"."),
            ),
            _ => unquoted(words),
        }
    }

    /// Where the list begins in which the place lies, if any.
    fn unfinished_list(&self) -> Option<usize> {
        let (mut depth, mut begin, mut at) = (0i32, 0, 0);
        for line in self.text[..self.span.start].split_inclusive('\n') {
            let (bare, _) = bare(line);
            let header = depth == 0 && bare.trim_start().starts_with('[');
            for c in bare.chars().filter(|_| !header) {
                begin = if depth == 0 { at } else { begin };
                depth += i32::from(c == '[') - i32::from(c == ']');
            }
            at += line.len();
        }
        (depth > 0).then_some(begin)
    }

    fn in_list(&self, begin: usize) -> (usize, Told) {
        let after = self.text[self.span.start..].trim_start();
        let words = after.split([',', ']', '#', '\n']).next().unwrap_or_default().trim();
        let at = self.span.start;
        // What follows a list that was never closed is read as part of it.
        let opened = self.text[begin..at].lines().map(|line| bare(line).0.matches('[').count()).sum::<usize>();
        let follows = begin < self.from && self.bare.contains('=');
        if opened > 1 || follows || self.there().starts_with('=') {
            (begin, unclosed())
        } else if self.bare.contains(['“', '”']) || self.text[..at].ends_with('\\') {
            (at, self.in_line())
        } else if self.there().starts_with(',') {
            (at, told("thừa dấu phẩy", "Giữa hai lời chỉ có một dấu phẩy."))
        } else if !self.there().is_empty() {
            (at, unquoted(words))
        } else if after.starts_with(['"', '\'']) {
            (at, told("thiếu dấu phẩy", format!("Viết dấu phẩy trước {words}.")))
        } else {
            (begin, unclosed())
        }
    }

    /// The section in which the line lies.
    fn section(&self) -> Option<&str> {
        self.text[..self.from].lines().rev().map(str::trim).find(|line| line.starts_with('['))
    }

    /// The number of the line in the same section that bears the same name, or of the section of that name.
    fn earlier(&self, name: &str) -> Option<usize> {
        let section = |line: &str| line.trim().starts_with('[');
        let before: Vec<&str> = self.text[..self.from].lines().collect();
        let first = before.iter().rposition(|line| section(line)).filter(|_| !section(name)).unwrap_or(0);
        let same = |line: &&str| match bare(line).0.find('=') {
            Some(equals) => line[..equals].trim() == name,
            None => line.trim().starts_with(name) && section(name),
        };
        before[first..].iter().position(same).map(|at| first + at + 1)
    }
}

fn unclosed() -> Told {
    told("danh sách thiếu dấu ]", "Viết dấu ] sau lời cuối của danh sách.")
}

fn misplaced(name: &str, section: &str) -> Told {
    told(format!("{name} phải đứng trước mục {section}"), "Đưa dòng này lên đầu tệp.")
}

/// How a line of this name looks.
fn example(name: &str) -> String {
    let value = if LISTS.contains(&name) { "[\"…\"]" } else { "\"…\"" };
    format!("{name} = {value}")
}

fn unquoted(words: &str) -> Told {
    let words = words.trim_matches(['(', ')', '{', '}', '"', ' ']);
    told(format!("thiếu ngoặc kép quanh «{words}»"), format!("Viết \"{words}\"."))
}

/// What its quotes hold is blotted out, and its comment left out; and whether a quote stays open.
fn bare(line: &str) -> (String, bool) {
    let (mut bare, mut quote) = (String::with_capacity(line.len()), None);
    for c in line.chars() {
        match quote {
            None if c == '#' => break,
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(opened) if opened == c => quote = None,
            Some(_) => {
                bare.extend(std::iter::repeat_n('x', c.len_utf8()));
                continue;
            }
            None => {}
        }
        bare.push(c);
    }
    (bare, quote.is_some())
}
