//! Whom a paper speaks of. Forms name several people: the one who asks, the child, father and mother, bride and groom.
//! The owner is who asks, or else who is named first; what stands under another's name is another's.

use sohoa_model::{
    Field, FieldName, Word,
    text::{Section, sections},
};
use std::sync::LazyLock;

use crate::layout::{self, Line};
use crate::weigh;

/// How a label speaks of a person; the more telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Role {
    /// Who asks for something.
    Applicant,
    /// Somebody who is simply named.
    Named,
    /// Somebody else by the label's own words: the mother, the other party.
    Other,
}

/// A person whom a form names.
pub struct Person {
    pub role: Role,
    page: u32,
    row: u64,
    left: u32,
    /// Name first, then whatever else stands under it.
    pub fields: Vec<Field>,
}

/// The people of a document as its lines are read.
#[derive(Default)]
pub struct People {
    /// Whether it is a card, or several: there the number stands above the name, and nobody names anybody else.
    cards: bool,
    people: Vec<Person>,
    /// What stood before anybody was named.
    before: Vec<Field>,
}

impl People {
    pub fn new(cards: bool) -> Self {
        Self { cards, ..Self::default() }
    }

    /// A label named somebody. Without a readable name it opens only somebody else, whose values must not be taken for
    /// the owner's.
    pub fn name(&mut self, role: Role, line: &Line, left: u32, name: Option<Field>) {
        if role != Role::Other && name.is_none() {
            return;
        }
        // On a card the number has opened its person already.
        let nameless = |p: &&mut Person| p.fields.iter().all(|f| f.name != FieldName::OwnerName);
        if self.cards
            && let Some(person) = self.above(left).filter(nameless)
        {
            person.fields.splice(0..0, name);
            return;
        }
        // The same person named again, as under a signature, opens nothing new.
        let again =
            |p: &Person| p.fields.first().zip(name.as_ref()).is_some_and(|(a, b)| crate::same(&a.value, &b.value));
        if role == Role::Named && self.people.iter().any(again) {
            return;
        }
        let fields = name.into_iter().collect();
        self.people.push(Person { role, page: line.page, row: line.row, left, fields });
    }

    /// The number on a card's face: who follows is whom it belongs to.
    pub fn number(&mut self, line: &Line, left: u32, id: Field) {
        let known = |p: &Person| p.fields.iter().any(|f| f.name == id.name && f.value == id.value);
        if !self.people.iter().any(known) {
            self.people.push(Person { role: Role::Named, page: line.page, row: line.row, left, fields: vec![id] });
        }
    }

    /// A value belongs to who was named last; where two were named side by side, to the one above it.
    pub fn tell(&mut self, left: u32, field: Field) {
        let Some(person) = self.above(left) else {
            if !self.before.iter().any(|f| f.name == field.name) {
                self.before.push(field);
            }
            return;
        };
        if !person.fields.iter().any(|f| f.name == field.name) {
            person.fields.push(field);
        }
    }

    /// Who was named last; of those side by side, the one that stands above this place.
    fn above(&mut self, left: u32) -> Option<&mut Person> {
        let last = self.people.last()?;
        let (page, row) = (last.page, last.row);
        let beside = self.people.iter_mut().filter(|p| p.page == page && p.row == row);
        let mut beside: Vec<&mut Person> = beside.collect();
        beside.sort_by_key(|p| p.left);
        let at = beside.iter().rposition(|p| p.left <= left + 30).unwrap_or(0);
        Some(beside.swap_remove(at))
    }

    /// Whether nobody was named.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// All that is known of the owner; on cards, of everybody else too.
    pub fn owner(self) -> (Vec<Field>, Vec<Vec<Field>>) {
        let Some(first) = self.people.iter().map(|p| p.role).min().filter(|role| *role != Role::Other) else {
            return (if self.people.is_empty() { self.before } else { Vec::new() }, Vec::new());
        };
        let at = self.people.iter().position(|p| p.role == first).unwrap_or_default();
        let mut people: Vec<Vec<Field>> = self.people.into_iter().map(|p| p.fields).collect();
        let mut fields = people.remove(at);
        // What stands above the first name, as on a card, is that person's too.
        if at == 0 {
            let more = self.before.into_iter().filter(|b| fields.iter().all(|f| f.name != b.name));
            let more: Vec<Field> = more.collect();
            fields.extend(more);
        }
        if !self.cards {
            people.clear();
        }
        (fields, people)
    }
}

/// What is written before a name, folded.
fn is_address(text: &str) -> bool {
    matches!(text, "ong" | "ba" | "ong ba" | "anh" | "chi" | "mr" | "mrs" | "chau")
}

/// What one part of the word list says of people's names, in small letters.
fn listed(part: &str) -> Vec<String> {
    let all = sections(include_str!("../../../tessdata/words.txt"));
    let names = all.iter().filter(|section| section.heading == part).flat_map(Section::entries);
    names.map(|(_, name)| name.to_lowercase()).collect()
}

static FAMILIES: LazyLock<Vec<String>> = LazyLock::new(|| listed("[họ]"));
/// Those behind it.
static GIVEN: LazyLock<Vec<String>> = LazyLock::new(|| listed("[tên]"));

/// Whether it is a family name, marks and all.
pub fn is_family_name(read: &str) -> bool {
    FAMILIES.iter().any(|family| weigh::marks(family) == weigh::marks(read))
}

/// The family name that something is but for its marks, if there is one only. There are few, and `Pham` is none.
pub fn family_name(read: &str) -> Option<&'static str> {
    let plain = layout::plain(read);
    let mut alike = FAMILIES.iter().filter(|family| layout::plain(family) == plain);
    let family = alike.next().filter(|_| alike.next().is_none() && !is_family_name(read))?;
    Some(family)
}

/// Whether it is no name behind the family's that is known, and one that is has its marks and more: `Thi`, `Ngoc`.
pub fn lacks_marks(read: &str) -> bool {
    let same = |name: &String| weigh::marks(name) == weigh::marks(read);
    !GIVEN.iter().any(same) && GIVEN.iter().any(|name| weigh::more(name, read))
}

/// `Ông` at the head of a name, which is a family's, too: in capitals like the rest of it, or before what stands behind a
/// family name; and no other family name after it.
fn is_family(words: &[&Word]) -> bool {
    let [first, next, ..] = words else { return false };
    let loud = |w: &Word| w.text.chars().all(char::is_uppercase);
    let plain = layout::plain(&next.text);
    let next_is = FAMILIES.iter().any(|family| layout::plain(family) == plain);
    let behind = || first.text == "Ông" && GIVEN.iter().any(|name| weigh::marks(name) == weigh::marks(&next.text));
    // Văn is one, too, but in capitals far more often stands in the middle of a name.
    let follows = if loud(first) && loud(next) { !next_is || plain == "van" } else { !next_is && behind() };
    layout::plain(&first.text) == "ong" && follows
}

/// The name that words begin with: two to six of them with capitals, until something else begins. In capitals
/// throughout or not at all.
pub fn name_in<'a>(words: &[&'a Word]) -> Option<(String, Vec<&'a Word>)> {
    let mut name: Vec<(&str, &Word)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let text = word.text.trim_matches(|c: char| !c.is_alphabetic());
        let blank = text.is_empty()
            && word.text.chars().all(|c| layout::is_leader(c) || matches!(c, ':' | '-' | '(' | ')' | '/'));
        let address = is_address(&layout::plain(&word.text)) && !is_family(&words[at..]);
        if name.is_empty() && (blank || address) {
            continue;
        }
        let written = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-');
        let proper = text.starts_with(char::is_uppercase) && text.chars().all(written);
        let loud = |t: &str| t.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
        let even = name.first().is_none_or(|(first, _)| {
            first.chars().count() < 2 || loud(first) == loud(text) || text.chars().count() < 2
        });
        // A number before the name is none of its words, one within it ends it.
        if !proper || !even || word.text.starts_with(char::is_numeric) {
            break;
        }
        name.push((text, word));
        if name.len() == 6 || word.text.ends_with([',', ';', '.', ')', '…']) {
            break;
        }
    }
    (name.len() >= 2).then(|| {
        let value = name.iter().map(|(text, _)| *text).collect::<Vec<_>>().join(" ");
        (value, name.into_iter().map(|(_, word)| word).collect())
    })
}

/// The first `ông` or `bà` with a name in running words.
pub fn named_in<'a>(words: &[&'a Word]) -> Option<(String, Vec<&'a Word>)> {
    let from = |i: usize| if is_family(&words[i..]) { i } else { i + 1 };
    (0..words.len()).find_map(|i| is_address(&layout::plain(&words[i].text)).then(|| name_in(&words[from(i)..]))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        let word = |t: &str| Word { text: t.into(), confidence: 90.0, bounds: [0, 0, 9, 9], line: 0, block: 0 };
        let words: Vec<Word> = text.split(' ').map(word).collect();
        name_in(&words.iter().collect::<Vec<_>>()).map(|(name, _)| name)
    }

    #[test]
    fn a_name_ends_where_something_else_begins() {
        for (text, expected) in [
            ("NGUYỄN MINH KHÔI", Some("NGUYỄN MINH KHÔI")),
            ("..... Lê Thị Thu Thủy......", Some("Lê Thị Thu Thủy")),
            ("Ông (Bà): Trần Văn Bình, sinh ngày", Some("Trần Văn Bình")),
            ("Ông: ĐỖ VĂN Ý Sinh ngày", Some("ĐỖ VĂN Ý")),
            ("Nguyễn Văn A sinh năm 1990", Some("Nguyễn Văn A")),
            ("Ksor H'Bia", Some("Ksor H'Bia")),
            ("người mẹ", None),
            ("Nam", None),
            ("027194000123 Lê Thị Hà", None),
            ("......", None),
            ("ÔNG NGỌC MẬN", Some("ÔNG NGỌC MẬN")),
            ("ÔNG THỊ THU HẠNH", Some("ÔNG THỊ THU HẠNH")),
            ("ÔNG NGUYỄN VĂN BÌNH", Some("NGUYỄN VĂN BÌNH")),
            ("ÔNG: NGỌC MẬN", Some("NGỌC MẬN")),
            ("Ông Thị Mỹ Hạnh", Some("Ông Thị Mỹ Hạnh")),
            ("Ông Văn Tiến Bình", Some("Văn Tiến Bình")),
            ("Ông Ksor H'Bia", Some("Ksor H'Bia")),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text}");
        }
    }
}
