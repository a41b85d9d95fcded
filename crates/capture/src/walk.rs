//! Folders walked, files found, in the order in which people number things.

use sohoa_model::{Code, Error};
use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

#[derive(Debug, Default)]
pub struct Walked {
    /// Each file with the argument under which it was found.
    pub files: Vec<(PathBuf, PathBuf)>,
    pub refused: Vec<(PathBuf, Error)>,
}

/// Every file under `paths`, in natural order (`trang 2` before `trang 10`). Hidden files and what operating systems
/// leave behind are passed over; what does not exist or cannot be read is refused with its reason.
pub fn walk(paths: &[PathBuf]) -> Walked {
    let mut walked = Walked::default();
    for root in paths {
        for entry in WalkDir::new(root).follow_links(true).sort_by(|a, b| natural(&name(a.path()), &name(b.path()))) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && !is_litter(entry.path(), root) => {
                    walked.files.push((entry.into_path(), root.clone()));
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    let looped = error.loop_ancestor().is_some();
                    let refusal = match error.into_io_error() {
                        Some(io) => Error::io("mở", &path, io),
                        None if looped => {
                            Error::new(Code::Unreadable, format!("{}: liên kết quay vòng", path.display()))
                                .hint("Bỏ liên kết này khỏi thư mục.")
                        }
                        None => Error::new(Code::Unreadable, format!("Không mở được {}", path.display())),
                    };
                    walked.refused.push((path, refusal));
                }
            }
        }
    }
    // The same file may be named twice; the first stands.
    let mut seen = std::collections::HashSet::new();
    walked.files.retain(|(path, _)| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    walked
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_litter(path: &Path, root: &Path) -> bool {
    // What was asked for by name is taken, hidden or not.
    let below = path.strip_prefix(root).unwrap_or(path);
    let hidden = below.components().any(|c| c.as_os_str().to_string_lossy().starts_with('.'));
    let name = name(path).to_ascii_lowercase();
    path != root && (hidden || matches!(name.as_str(), "thumbs.db" | "desktop.ini"))
}

/// Runs of digits compare as numbers, the rest letter by letter.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.chars().peekable(), b.chars().peekable());
    let number = |it: &mut std::iter::Peekable<std::str::Chars>| {
        let mut value = 0u128;
        while let Some(digit) = it.peek().and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit.into());
            it.next();
        }
        value
    };
    loop {
        let order = match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => number(&mut a).cmp(&number(&mut b)),
            (Some(x), Some(y)) => {
                a.next();
                b.next();
                x.cmp(&y)
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natural_order_without_litter() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("hồ sơ");
        std::fs::create_dir_all(root.join(".git")).unwrap();
        for file in ["trang 10.jpg", "trang 2.jpg", "Thumbs.db", ".hidden.jpg", ".git/x.jpg"] {
            std::fs::write(root.join(file), b"x").unwrap();
        }
        let walked = walk(&[root.clone(), root.join("trang 2.jpg")]);
        let names: Vec<_> = walked.files.iter().map(|(p, _)| name(p)).collect();
        assert_eq!(names, ["trang 2.jpg", "trang 10.jpg"]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let walked = walk(&[PathBuf::from("/không/có")]);
        assert_eq!(walked.refused[0].1.code, Code::NotFound);
    }
}
