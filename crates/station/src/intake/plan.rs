//! Where one dossier ends and the next begins, told from folders and file names (`--split folder`).
//!
//! The folder nearest to a file whose name holds a dossier code is the dossier; without one, the file's first folder
//! below the folder that was given is. A file is a document; image files in a folder *below* the dossier's are the
//! pages of one document together. `--split none` puts every file as a document of its own into one dossier.

use serde::{Deserialize, Serialize};
use sohoa_model::DossierCode;
use std::path::{Component, Path, PathBuf};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    #[default]
    Folder,
    /// Codes on the paper say it, not folders: see [`crate::stack`].
    Cover,
    None,
}

/// Whose file it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Code(DossierCode),
    /// No code to be seen: one dossier for this folder, under a provisional code.
    Folder(PathBuf),
}

/// One file and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: PathBuf,
    pub owner: Owner,
    /// Files with the same group are the pages of one document.
    pub group: PathBuf,
    /// No further file of the same group follows.
    pub last: bool,
}

/// Gives every file its place. `files` are sorted; each stands with the argument under which it was found.
pub fn plan(files: &[(PathBuf, PathBuf)], split: Split, given: Option<&DossierCode>) -> Vec<Place> {
    let mut places: Vec<Place> = files.iter().map(|(path, root)| place(path, root, split, given)).collect();
    for i in 1..places.len() {
        places[i - 1].last = places[i].group != places[i - 1].group;
    }
    places
}

fn place(path: &Path, root: &Path, split: Split, given: Option<&DossierCode>) -> Place {
    let (home, coded) = home(path, root);
    let owner = match (given, split) {
        (Some(code), _) => Owner::Code(code.clone()),
        (None, Split::None | Split::Cover) => coded.map_or_else(|| Owner::Folder(root.to_owned()), Owner::Code),
        (None, Split::Folder) => coded.map_or_else(|| Owner::Folder(home.clone()), Owner::Code),
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let together = split == Split::Folder && folder != home && folder.starts_with(&home) && is_page_image(path);
    Place { path: path.to_owned(), owner, group: if together { folder } else { path }.to_owned(), last: true }
}

/// The dossier's folder, with the code if its name (or the file's own) holds one.
fn home(path: &Path, root: &Path) -> (PathBuf, Option<DossierCode>) {
    for folder in path.ancestors().skip(1) {
        if let Some(code) = code_in(folder) {
            return (folder.to_owned(), Some(code));
        }
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    if let Some(code) = code_in(path) {
        return (folder.to_owned(), Some(code));
    }
    let first = path.strip_prefix(root).ok().and_then(|below| {
        let mut parts = below.components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(first)), Some(_)) => Some(root.join(first)),
            _ => None,
        }
    });
    (first.unwrap_or_else(|| folder.to_owned()), None)
}

fn code_in(path: &Path) -> Option<DossierCode> {
    DossierCode::find(path.file_name()?.to_str()?).map(|(code, _)| code)
}

/// Kinds of file that hold one page each.
fn is_page_image(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(extension.as_str(), "jpg" | "jpeg" | "png" | "bmp" | "webp")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(root: &str, files: &[&str]) -> Vec<(String, String, bool)> {
        let files: Vec<_> = files.iter().map(|f| (Path::new(root).join(f), PathBuf::from(root))).collect();
        plan(&files, Split::Folder, None)
            .into_iter()
            .map(|p| {
                let owner = match p.owner {
                    Owner::Code(c) => c.to_string(),
                    Owner::Folder(f) => f.display().to_string(),
                };
                (owner, p.group.display().to_string(), p.last)
            })
            .collect()
    }

    #[test]
    fn a_folder_named_by_a_code_is_a_dossier_and_its_files_are_documents() {
        let code = "H05.16-260210-0001".to_owned();
        let places = planned("/in", &["H05.16-260210-0001/01 đơn.jpg", "H05.16-260210-0001/02 khai sinh.pdf"]);
        assert_eq!(
            places,
            [
                (code.clone(), format!("/in/{code}/01 đơn.jpg"), true),
                (code.clone(), format!("/in/{code}/02 khai sinh.pdf"), true)
            ]
        );
        // The folder itself may be what was given.
        assert_eq!(planned("/in/H05.16-260210-0001", &["a.jpg"])[0].0, code);
    }

    #[test]
    fn images_in_a_sub_folder_are_the_pages_of_one_document() {
        let dir = "/in/H05.16-260210-0001/03 hợp đồng";
        let places =
            planned(dir.rsplit_once('/').unwrap().0, &["03 hợp đồng/1.jpg", "03 hợp đồng/2.jpg", "03 hợp đồng/x.pdf"]);
        assert_eq!(places[0].1, dir);
        assert_eq!((places[0].2, places[1].1.as_str(), places[1].2), (false, dir, true));
        assert_eq!(places[2].1, format!("{dir}/x.pdf"));
    }

    #[test]
    fn without_a_code_the_first_folder_is_the_dossier() {
        let places = planned("/in", &["ông An/đơn.jpg", "ông An/khai sinh/1.jpg", "rời.jpg"]);
        assert_eq!(places[0].0, "/in/ông An");
        assert_eq!((places[1].0.as_str(), places[1].1.as_str()), ("/in/ông An", "/in/ông An/khai sinh"));
        assert_eq!(places[2].0, "/in");
    }

    #[test]
    fn a_file_may_carry_the_code_and_the_caller_overrules_all() {
        assert_eq!(planned("/in", &["H05.16-260210-0007.pdf"])[0].0, "H05.16-260210-0007");
        let given: DossierCode = "H05.16-260211-0002".parse().unwrap();
        let files = [(PathBuf::from("/in/H05.16-260210-0001/a.jpg"), PathBuf::from("/in"))];
        assert_eq!(plan(&files, Split::None, Some(&given))[0].owner, Owner::Code(given));
    }
}
