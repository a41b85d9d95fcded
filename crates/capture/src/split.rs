//! Where one document ends and the next begins in a pile that goes through the feeder: cover sheets, separator sheets
//! and receipts say it.
//!
//! Pages come one by one and in order. What a page is and where it goes depends on it and on those before it, never
//! on those after, so every page can be filed as soon as it is there. Nothing here decides by likelihood: a page
//! that says nothing clear goes on where the last one went.
//!
//! | on the page | what it does |
//! | --- | --- |
//! | one cover code | opens its dossier and a document in it; left out, with its blank back |
//! | Patch-T | begins a document in the same dossier; left out, with its blank back |
//! | another code that holds one dossier code (receipt, result paper) | opens that dossier, first page of a document |
//! | codes of several dossiers or several covers (a handing-over list, two sheets on the glass) | nothing |
//! | a citizen card's code, a damaged cover's | nothing |
//! | blank | nothing: it stays where it came |

use serde::{Deserialize, Serialize};
use sohoa_model::{Cover, DossierCode, page::Barcode};

/// What was seen on a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub codes: Vec<Barcode>,
    /// A Patch-T, see [`crate::patch`].
    pub patch: bool,
    pub blank: bool,
}

/// What a page is. All but `Page` are left out of the documents; their pictures are kept like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Page,
    Cover(Cover),
    Separator,
    /// The blank side of a cover or separator sheet, directly behind it.
    CoverBack,
}

/// Where a page goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// `None` until something or somebody names one.
    pub dossier: Option<DossierCode>,
    /// A new number begins a new document; 0 is what came before anything was said. A number may stay without pages.
    pub group: u32,
    pub component: Option<String>,
}

/// What a cover sheet promised and what came after it, blank pages not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciled {
    pub dossier: DossierCode,
    pub component: Option<String>,
    /// The document that the cover opened.
    pub group: u32,
    pub declared: Option<u32>,
    pub came: u32,
}

impl Reconciled {
    /// As many as promised; without a promise, any at all.
    pub fn fits(&self) -> bool {
        self.declared.map_or(self.came > 0, |n| n == self.came)
    }
}

/// The answer for one page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub role: Role,
    pub place: Place,
    /// The account of the cover whose pages ended just before this page.
    pub ended: Option<Reconciled>,
}

/// The state between two pages; kept, it goes on after a crash as if nothing had been.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Splitter {
    place: Place,
    /// Whether the document has a page, blank or not.
    begun: bool,
    account: Option<Reconciled>,
    /// The page before this one was a sheet whose back may follow.
    sheet: Option<Sheet>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sheet {
    Cover(Cover),
    Separator,
}

impl Splitter {
    /// `dossier` is where pages go until one on paper is opened.
    pub fn new(dossier: Option<DossierCode>) -> Self {
        Self { place: Place { dossier, ..Place::default() }, ..Self::default() }
    }

    /// Takes the next page.
    pub fn next(&mut self, seen: &Seen) -> Step {
        let sheet = self.sheet.take();
        let word = word(&seen.codes);
        let mut ended = None;
        let role = match word {
            _ if seen.blank && sheet.as_ref().is_some_and(|s| is_back(s, &word)) => Role::CoverBack,
            Word::Cover(cover) => {
                ended = self.account.take();
                self.begin(Some(cover.dossier.clone()), cover.component.clone());
                self.account = Some(Reconciled {
                    dossier: cover.dossier.clone(),
                    component: cover.component.clone(),
                    group: self.place.group,
                    declared: cover.pages,
                    came: 0,
                });
                self.sheet = Some(Sheet::Cover(cover.clone()));
                Role::Cover(cover)
            }
            _ if seen.patch => {
                if self.begun {
                    ended = self.document_ends();
                    self.begin(self.place.dossier.clone(), None);
                }
                self.sheet = Some(Sheet::Separator);
                Role::Separator
            }
            Word::Dossier(dossier) => {
                let other = self.place.dossier.as_ref().is_some_and(|d| *d != dossier);
                if other {
                    ended = self.account.take();
                } else if self.begun {
                    ended = self.document_ends();
                }
                // A receipt right behind its cover is the first page of what the cover opened.
                if other || self.begun {
                    self.begin(Some(dossier), None);
                } else {
                    self.place.dossier = Some(dossier);
                }
                Role::Page
            }
            Word::Nothing => Role::Page,
        };
        if role == Role::Page {
            self.begun = true;
            if let Some(account) = self.account.as_mut().filter(|_| !seen.blank) {
                account.came += 1;
            }
        }
        Step { role, place: self.place.clone(), ended }
    }

    /// The pile is through: the last account. Pages may still follow, as after filling the feeder again, and go on
    /// in the same document; they are in no account then.
    pub fn close(&mut self) -> Option<Reconciled> {
        self.account.take()
    }

    fn begin(&mut self, dossier: Option<DossierCode>, component: Option<String>) {
        self.place = Place { dossier, group: self.place.group + 1, component };
        self.begun = false;
    }

    /// A cover with a component counts the pages of that one paper, one without those of the whole dossier.
    fn document_ends(&mut self) -> Option<Reconciled> {
        self.account.take_if(|account| account.component.is_some())
    }
}

/// What a page's codes say together.
enum Word {
    Cover(Cover),
    Dossier(DossierCode),
    Nothing,
}

fn word(codes: &[Barcode]) -> Word {
    let mut covers: Vec<Cover> = Vec::new();
    let mut dossiers: Vec<DossierCode> = Vec::new();
    for text in codes.iter().map(|code| code.text.as_str()).filter(|text| !is_card(text)) {
        let cover: Option<Cover> = text.parse().ok();
        let dossier = match &cover {
            Some(cover) => Some(cover.dossier.clone()),
            None if Cover::is_meant(text) => None,
            None => DossierCode::find(text).map(|(dossier, _)| dossier),
        };
        covers.extend(cover.filter(|c| !covers.contains(c)));
        dossiers.extend(dossier.filter(|d| !dossiers.contains(d)));
    }
    match (&covers[..], &dossiers[..]) {
        ([cover], [_]) => Word::Cover(cover.clone()),
        ([], [dossier]) => Word::Dossier(dossier.clone()),
        _ => Word::Nothing,
    }
}

/// The citizen card's code: twelve digits, a bar, and an address that could hold anything.
fn is_card(text: &str) -> bool {
    text.split_once('|').is_some_and(|(number, _)| number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a blank page with these codes is the back of the sheet: thin paper lets the sheet's own shine through.
fn is_back(sheet: &Sheet, word: &Word) -> bool {
    match (sheet, word) {
        (_, Word::Nothing) => true,
        (Sheet::Cover(sheet), Word::Cover(cover)) => sheet == cover,
        (Sheet::Cover(sheet), Word::Dossier(dossier)) => sheet.dossier == *dossier,
        (Sheet::Separator, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "H05.16-260210-0001";
    const B: &str = "H05.16-260210-0002";

    fn cover(dossier: &str, component: &str, pages: Option<u32>) -> String {
        Cover::new(dossier.parse().unwrap(), Some(component), pages).unwrap().to_string()
    }

    fn codes(texts: &[&str]) -> Seen {
        let code = |text: &&str| Barcode { kind: "qr".into(), text: (*text).into(), bounds: [0; 4] };
        Seen { codes: texts.iter().map(code).collect(), ..Seen::default() }
    }

    fn plain() -> Seen {
        Seen::default()
    }

    fn blank() -> Seen {
        Seen { blank: true, ..Seen::default() }
    }

    fn patch() -> Seen {
        Seen { patch: true, ..Seen::default() }
    }

    /// Runs the pile through, each page with the state put away and taken out again. A page reads as
    /// `role dossier/group component`, an account as `=declared/came`.
    fn run(start: Option<&str>, pile: &[Seen]) -> Vec<String> {
        let mut state = Splitter::new(start.map(|s| s.parse().unwrap()));
        let mut said = Vec::new();
        let account = |said: &mut Vec<String>, ended: Option<Reconciled>| {
            if let Some(r) = ended {
                let declared = r.declared.map_or("?".into(), |n| n.to_string());
                let number = &r.dossier.as_str()[r.dossier.as_str().len() - 1..];
                said.push(format!("={number}/{} {declared}/{}", r.group, r.came));
            }
        };
        for seen in pile {
            state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            let Step { role, place, ended } = state.next(seen);
            account(&mut said, ended);
            let role = match role {
                Role::Page => "page",
                Role::Cover(_) => "cover",
                Role::Separator => "separator",
                Role::CoverBack => "back",
            };
            let dossier = place.dossier.map_or("-".into(), |d| d.as_str()[d.as_str().len() - 1..].to_owned());
            let component = place.component.map(|c| format!(" {c}")).unwrap_or_default();
            said.push(format!("{role} {dossier}/{}{component}", place.group));
        }
        account(&mut said, state.close());
        said
    }

    #[test]
    fn without_any_sign_a_pile_is_one_document() {
        assert_eq!(run(None, &[plain(), blank(), plain()]), ["page -/0", "page -/0", "page -/0"]);
        assert_eq!(run(Some(A), &[plain()]), ["page 1/0"]);
    }

    #[test]
    fn a_cover_opens_its_document_and_its_count_is_reconciled() {
        let pile = [
            plain(),
            codes(&[&cover(A, "Đơn", Some(2)), &cover(A, "Đơn", Some(2)), A]),
            plain(),
            blank(),
            plain(),
            codes(&[&cover(A, "Khai sinh", Some(3))]),
            plain(),
            codes(&[&cover(B, "", None)]),
            plain(),
        ];
        let expected = [
            "page -/0",
            "cover 1/1 Đơn",
            "page 1/1 Đơn",
            "page 1/1 Đơn",
            "page 1/1 Đơn",
            "=1/1 2/2",
            "cover 1/2 Khai sinh",
            "page 1/2 Khai sinh",
            "=1/2 3/1",
            "cover 2/3",
            "page 2/3",
            "=2/3 ?/1",
        ];
        assert_eq!(run(None, &pile), expected);
    }

    #[test]
    fn a_forgotten_cover_is_said() {
        let pile = [codes(&[&cover(A, "Đơn", Some(3))]), codes(&[&cover(A, "", None)]), codes(&[&cover(B, "", None)])];
        let expected = ["cover 1/1 Đơn", "=1/1 3/0", "cover 1/2", "=1/2 ?/0", "cover 2/3", "=2/3 ?/0"];
        assert_eq!(run(None, &pile), expected);
        let account =
            |declared, came| Reconciled { dossier: A.parse().unwrap(), component: None, group: 1, declared, came };
        assert!(account(Some(3), 3).fits() && account(None, 1).fits());
        assert!(!account(Some(3), 2).fits() && !account(Some(3), 4).fits() && !account(None, 0).fits());
    }

    #[test]
    fn the_blank_back_of_a_sheet_goes_with_it() {
        let sheet = cover(A, "", Some(1));
        let pile = [codes(&[&sheet]), blank(), blank(), plain(), blank(), patch(), blank(), plain()];
        let expected = [
            "cover 1/1",
            "back 1/1",
            "page 1/1",
            "page 1/1",
            "page 1/1",
            "separator 1/2",
            "back 1/2",
            "page 1/2",
            "=1/1 1/2",
        ];
        assert_eq!(run(None, &pile), expected);
        // A back with something on it is a page; the cover's code shining through thin paper is nothing.
        assert_eq!(run(None, &[codes(&[&sheet]), plain(), blank()])[1..], ["page 1/1", "page 1/1", "=1/1 1/1"]);
        let through = Seen { blank: true, ..codes(&[&sheet, A]) };
        assert_eq!(run(None, &[codes(&[&sheet]), through, plain()]), ["cover 1/1", "back 1/1", "page 1/1", "=1/1 1/1"]);
    }

    #[test]
    fn a_patch_begins_a_document_in_the_same_dossier() {
        let pile = [
            patch(),
            plain(),
            patch(),
            patch(),
            plain(),
            codes(&[&cover(A, "Đơn", Some(1))]),
            patch(),
            plain(),
            patch(),
            plain(),
        ];
        let expected = [
            "separator -/0",
            "page -/0",
            "separator -/1",
            "separator -/1",
            "page -/1",
            "cover 1/2 Đơn",
            "separator 1/2 Đơn",
            "page 1/2 Đơn",
            "=1/2 1/1",
            "separator 1/3",
            "page 1/3",
        ];
        assert_eq!(run(None, &pile), expected);
    }

    #[test]
    fn a_cover_without_component_counts_the_whole_dossier() {
        let pile = [
            codes(&[&cover(A, "", Some(4))]),
            codes(&[A]),
            plain(),
            patch(),
            plain(),
            codes(&[A]),
            codes(&[B]),
            plain(),
        ];
        let expected = [
            "cover 1/1",
            "page 1/1",
            "page 1/1",
            "separator 1/2",
            "page 1/2",
            "page 1/3",
            "=1/1 4/4",
            "page 2/4",
            "page 2/4",
        ];
        assert_eq!(run(None, &pile), expected);
    }

    #[test]
    fn a_receipt_opens_its_dossier_and_is_its_first_page() {
        let url = format!("https://dichvucong.example/tra-cuu?mahs={B}");
        let pile = [codes(&[&format!("{A}|2.000635|027194000123")]), plain(), codes(&[&url]), plain(), codes(&[B])];
        assert_eq!(run(None, &pile), ["page 1/0", "page 1/0", "page 2/1", "page 2/1", "page 2/2"]);
        // The dossier that was chosen at the start gives way to the one on paper.
        assert_eq!(run(Some(A), &[codes(&[B]), plain()]), ["page 2/1", "page 2/1"]);
        // Behind a cover of its own dossier it is the first page there, behind another's it opens its own.
        let sheet = cover(A, "Đơn", Some(1));
        assert_eq!(run(None, &[codes(&[&sheet]), codes(&[A])]), ["cover 1/1 Đơn", "page 1/1 Đơn", "=1/1 1/1"]);
        assert_eq!(run(None, &[codes(&[&sheet]), codes(&[B])]), ["cover 1/1 Đơn", "=1/1 1/0", "page 2/2"]);
    }

    #[test]
    fn what_is_not_clear_opens_nothing() {
        let card = format!("027194000123||Đỗ Thị Hồng Nhung|02031994|Nữ|{B}|10052021");
        let damaged = cover(B, "", Some(3)).replace(":3:", ":8:");
        for texts in [
            vec![card.as_str()],
            vec![&damaged],
            vec!["8934563138164"],
            // A handing-over list; two covers side by side on the glass; a cover with another dossier's receipt.
            vec![A, B],
            vec![&cover(B, "Đơn", None), &cover(B, "Khai sinh", None)],
            vec![&cover(B, "", None), A],
        ] {
            let pile = [codes(&[A]), plain(), codes(&texts), plain()];
            assert_eq!(run(None, &pile), ["page 1/0"; 4], "{texts:?}");
        }
    }
}
