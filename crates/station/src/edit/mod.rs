//! The clerk's hand on the order of pages: split, merge, move, turn, delete, and from dossier to dossier. Each is one
//! transaction and one row of the history, and can be taken back and done again until the dossier is sealed.

use sohoa_model::{Code, DossierCode, Error, Mark, Result, Turn, job::Stage};
use sohoa_store::table::edit::{self, Changed, Document, Layout};
use sohoa_store::table::{document, dossier, event, job, page};
use sohoa_store::{Connection, Transaction};

use crate::Station;
use crate::desk::actor;
use crate::review::{open, reopen};
use crate::view::{self, Edit};
use crate::work::Priority;

impl Station {
    /// Changes where pages lie, or how. An edit that changes nothing is not written down.
    ///
    /// Errors: `NotFound`, `NotAllowed` once sealed, or with what stands in the way.
    pub fn edit(&self, code: &str, asked: &Edit) -> Result<view::Dossier> {
        self.edited(code, |tx, dossier| {
            let now = edit::layout(tx, dossier.id)?;
            let mut before = Layout::default();
            let mut after = Layout::default();
            match asked {
                Edit::Turn { pages, degrees } => {
                    for id in in_order(&now, pages)? {
                        let row = page::get(tx, id)?;
                        let shown = if row.state == "done" { row.orientation } else { row.turn.unwrap_or(row.hint) };
                        before.turns.insert(id, row.turn.map(Turn::degrees));
                        after.turns.insert(id, Some(shown.then(Turn::from_degrees(*degrees)).degrees()));
                    }
                }
                Edit::Straighten { pages, straight } => {
                    for id in in_order(&now, pages)? {
                        before.leaning.insert(id, page::get(tx, id)?.leaning);
                        after.leaning.insert(id, !straight);
                    }
                }
                _ => {
                    let mut then = now.clone();
                    rearrange(tx, &mut then, asked)?;
                    before.dossiers.push(now);
                    after.dossiers.push(then);
                }
            }
            commit(tx, dossier, None, asked.action(), &before, &after)
        })
    }

    /// Puts a picture scanned anew in the place of a page, which is dropped: one edit like any other.
    pub(crate) fn put_in_place(&self, old: i64, scanned: &Scanned) -> Result<view::Dossier> {
        let code = self.store.read(|db| {
            let home = document::by_id(db, page::get(db, old)?.document)?.dossier;
            Ok(dossier::by_id(db, home)?.code)
        })?;
        self.edited(code.as_str(), |tx, dossier| {
            let before = edit::layout(tx, dossier.id)?;
            let mut after = before.clone();
            let place = after.documents.iter_mut().flat_map(|d| &mut d.pages).find(|p| **p == old);
            let place = place.ok_or_else(|| Error::new(Code::NotFound, "Trang này không còn trong hồ sơ"))?;
            *place = page::add(tx, &page::New { document: page::get(tx, old)?.document, ..scanned.page })?;
            page::set_marks(tx, *place, &scanned.marks)?;
            job::enqueue(tx, Stage::Read, *place, Priority::Counter as i32)?;
            commit(tx, dossier, None, "rescan", &layout(vec![before]), &layout(vec![after]))
        })
    }

    /// Takes back the latest edit of a dossier.
    ///
    /// Errors: `NotAllowed` when there is none, or when the dossier at its other end has moved on.
    pub fn undo(&self, code: &str) -> Result<view::Dossier> {
        self.edited(code, |tx, dossier| {
            let Some(last) = edit::last_done(tx, dossier.id)? else {
                return Err(Error::new(Code::NotAllowed, "Không còn gì để hoàn tác trong hồ sơ này"));
            };
            if let Some(peer) = last.peer(dossier.id) {
                let peer = dossier::by_id(tx, peer)?;
                let newer = edit::last_done(tx, peer.id)?.filter(|e| e.id != last.id);
                in_step(&peer, newer.map(|e| (e, "hoàn tác", "Hoàn tác")))?;
                reopen(tx, &peer)?;
            }
            back_or_forth(tx, dossier, &last, true)
        })
    }

    /// Does again what was taken back last.
    ///
    /// Errors: as [`Station::undo`].
    pub fn redo(&self, code: &str) -> Result<view::Dossier> {
        self.edited(code, |tx, dossier| {
            let Some(next) = edit::next_undone(tx, dossier.id)? else {
                return Err(Error::new(Code::NotAllowed, "Không có gì để làm lại trong hồ sơ này"));
            };
            if let Some(peer) = next.peer(dossier.id) {
                let peer = dossier::by_id(tx, peer)?;
                let earlier = edit::next_undone(tx, peer.id)?.filter(|e| e.id != next.id);
                in_step(&peer, earlier.map(|e| (e, "làm lại", "Làm lại")))?;
                reopen(tx, &peer)?;
            }
            back_or_forth(tx, dossier, &next, false)
        })
    }

    /// Moves a document behind those of another dossier, which exists. Gives the dossier that it left.
    ///
    /// Errors: `NotFound`, `NotAllowed` when either is sealed.
    pub fn move_document(&self, code: &str, document: u32, to: &str) -> Result<view::Dossier> {
        self.edited(code, |tx, dossier| {
            let target = dossier::get(tx, to.trim())?;
            if target.id == dossier.id {
                return Err(Error::new(Code::NotAllowed, "Giấy tờ đã ở trong hồ sơ này").hint("Nhập mã hồ sơ khác."));
            }
            reopen(tx, &target)?;
            let before = vec![edit::layout(tx, dossier.id)?, edit::layout(tx, target.id)?];
            let mut after = before.clone();
            let at = place(&after[0], document)?;
            let moved = after[0].documents.remove(at);
            after[1].documents.push(moved);
            commit(tx, dossier, Some(&target), "move_to_dossier", &layout(before), &layout(after))
        })
    }

    /// Gives a dossier its real code. If another dossier bears it, the documents go behind that one's, but only with
    /// `merge`, the clerk's word that both are one. Gives the dossier of the new code.
    ///
    /// Errors: `CodeTaken` without that word; `InvalidValue`, `NotAllowed` when either is sealed.
    pub fn set_code(&self, code: &str, new: &str, merge: bool) -> Result<view::Dossier> {
        let new: DossierCode = new.trim().parse()?;
        let settings = self.settings()?;
        self.store.write(|tx| {
            let dossier = dossier::get(tx, code)?;
            reopen(tx, &dossier)?;
            if dossier.code == new {
                return Ok(());
            }
            let target = match dossier::find(tx, new.as_str())? {
                Some(_) => Some(dossier::get(tx, new.as_str())?),
                None => None,
            };
            let mut before = vec![edit::layout(tx, dossier.id)?];
            let mut after = before.clone();
            let action = match &target {
                Some(target) if !merge => {
                    let (documents, code) = (target.documents, &target.code);
                    return Err(Error::new(Code::CodeTaken, format!("Đã có hồ sơ {code} ({documents} giấy tờ)"))
                        .hint("Nếu hai hồ sơ là một, xác nhận gộp: các giấy tờ sẽ đứng sau giấy tờ đã có."));
                }
                Some(target) => {
                    reopen(tx, target)?;
                    let there = edit::layout(tx, target.id)?;
                    before.push(there.clone());
                    after[0].merged = Some(target.id);
                    let moved = std::mem::take(&mut after[0].documents);
                    after.push(there);
                    after[1].documents.extend(moved);
                    "merge_dossiers"
                }
                None => {
                    after[0].code = new.to_string();
                    "set_code"
                }
            };
            let told = commit(tx, &dossier, target.as_ref(), action, &layout(before), &layout(after))?;
            tell(tx, &actor(&settings), told)
        })?;
        self.dossier(new.as_str())
    }

    fn edited(
        &self,
        code: &str,
        change: impl FnOnce(&Transaction, &dossier::Dossier) -> Result<Told>,
    ) -> Result<view::Dossier> {
        let settings = self.settings()?;
        let id = self.store.write(|tx| {
            let dossier = dossier::get(tx, code)?;
            reopen(tx, &dossier)?;
            tell(tx, &actor(&settings), change(tx, &dossier)?)?;
            Ok(dossier.id)
        })?;
        // Undoing may have given it back its former code, or taken it apart.
        let code = self.store.read(|db| Ok(dossier::by_id(db, dossier::now(db, id)?)?.code))?;
        self.dossier(code.as_str())
    }
}

/// A page out of the scanner, its picture a blob already; the document is whatever the place says.
pub(crate) struct Scanned {
    pub page: page::New<'static>,
    pub marks: Vec<Mark>,
}

/// What goes into the log: the action, its detail, the dossiers that it changed.
type Told = Option<(&'static str, serde_json::Value, Vec<i64>)>;

fn tell(tx: &Transaction, actor: &str, told: Told) -> Result<()> {
    let Some((action, detail, dossiers)) = told else { return Ok(()) };
    for id in dossiers {
        dossier::touch(tx, id)?;
        let code = dossier::by_id(tx, id)?.code;
        event::append(tx, actor, action, code.as_str(), &detail)?;
    }
    Ok(())
}

/// The edit, and the codes that the dossiers bore before it.
fn detail(edit: i64, from: &Layout) -> serde_json::Value {
    let codes: Vec<&str> = from.dossiers.iter().map(|d| d.code.as_str()).collect();
    serde_json::json!({ "edit": edit, "dossiers": codes })
}

fn layout(dossiers: Vec<edit::Dossier>) -> Layout {
    Layout { dossiers, ..Layout::default() }
}

fn commit(
    tx: &Transaction,
    dossier: &dossier::Dossier,
    other: Option<&dossier::Dossier>,
    action: &'static str,
    before: &Layout,
    after: &Layout,
) -> Result<Told> {
    if before == after {
        return Ok(None);
    }
    let other = other.map(|d| d.id);
    let id = edit::add(tx, dossier.id, other, action, before, after)?;
    follow_up(tx, &edit::apply(tx, before, after)?)?;
    Ok(Some((action, detail(id, before), [Some(dossier.id), other].into_iter().flatten().collect())))
}

fn back_or_forth(tx: &Transaction, dossier: &dossier::Dossier, edit: &edit::Edit, undo: bool) -> Result<Told> {
    let (from, to) = if undo { (&edit.after, &edit.before) } else { (&edit.before, &edit.after) };
    follow_up(tx, &edit::apply(tx, from, to)?)?;
    edit::set_undone(tx, edit.id, undo)?;
    let dossiers = [Some(dossier.id), edit.peer(dossier.id)].into_iter().flatten().collect();
    Ok(Some((if undo { "undo" } else { "redo" }, detail(edit.id, from), dossiers)))
}

/// Both ends of an edit go back and forth together, so nothing else may stand before it at the other end.
fn in_step(peer: &dossier::Dossier, between: Option<(edit::Edit, &str, &str)>) -> Result<()> {
    open(peer)?;
    let Some((between, do_it, first)) = between else { return Ok(()) };
    let what = name(&between.action).to_lowercase();
    Err(Error::new(
        Code::NotAllowed,
        format!("Việc này liên quan đến hồ sơ {}, ở đó phải {do_it} «{what}» trước", peer.code),
    )
    .hint(format!("Mở hồ sơ {}. {first} ở đó rồi trở lại đây.", peer.code)))
}

/// What was made of the old layout is made again: PDFs, fields, and pages read the other way up.
fn follow_up(tx: &Transaction, changed: &Changed) -> Result<()> {
    for id in changed.dropped.iter().chain(&changed.renamed).chain(&changed.documents) {
        job::withdraw(tx, Stage::Pdf, *id)?;
        job::withdraw(tx, Stage::Extract, *id)?;
    }
    for id in &changed.turned {
        page::set_queued(tx, *id)?;
        job::enqueue(tx, Stage::Read, *id, Priority::Counter as i32)?;
    }
    for id in &changed.dropped {
        document::set_stale(tx, *id)?;
    }
    for id in &changed.renamed {
        document::set_renamed(tx, *id)?;
        crate::stages::next_after_reading(tx, *id)?;
    }
    for id in &changed.documents {
        document::set_stale(tx, *id)?;
        crate::stages::next_after_reading(tx, *id)?;
    }
    Ok(())
}

/// What an edit is called where the window does not say it in the clerk's language.
pub fn name(action: &str) -> &'static str {
    match action {
        "split" => "Tách giấy tờ",
        "merge" => "Gộp giấy tờ",
        "move_pages" => "Chuyển trang",
        "move_document" => "Chuyển giấy tờ",
        "delete" => "Xóa trang",
        "restore" => "Lấy lại trang",
        "turn" => "Xoay trang",
        "straighten" => "Chỉnh thẳng trang",
        "rescan" => "Quét lại trang",
        "move_to_dossier" => "Chuyển sang hồ sơ khác",
        "set_code" => "Đổi mã hồ sơ",
        "merge_dossiers" => "Gộp hồ sơ",
        _ => "Sửa",
    }
}

impl Edit {
    fn action(&self) -> &'static str {
        match self {
            Edit::Split { .. } => "split",
            Edit::MergeWithPrevious { .. } => "merge",
            Edit::MovePages { .. } => "move_pages",
            Edit::MoveDocument { .. } => "move_document",
            Edit::DeletePages { .. } => "delete",
            Edit::RestorePage { .. } => "restore",
            Edit::Turn { .. } => "turn",
            Edit::Straighten { .. } => "straighten",
        }
    }
}

fn rearrange(tx: &Transaction, dossier: &mut edit::Dossier, edit: &Edit) -> Result<()> {
    let refuse = |message: &str, hint: &str| Err(Error::new(Code::NotAllowed, message).hint(hint));
    match edit {
        Edit::Split { page } => {
            let (document, at) = find(dossier, i64::from(*page))?;
            if at == 0 {
                return refuse("Trang này đã là trang đầu của giấy tờ", "Chọn trang mà từ đó là giấy tờ khác.");
            }
            let pages = dossier.documents[document].pages.split_off(at);
            let id = document::add_dropped(tx, dossier.documents[document].id)?;
            dossier.documents.insert(document + 1, Document { id, pages });
        }
        Edit::MergeWithPrevious { document } => {
            let at = place(dossier, *document)?;
            if at == 0 {
                return refuse("Trước giấy tờ này không có giấy tờ nào để gộp", "Chọn giấy tờ đứng sau.");
            }
            let pages = dossier.documents.remove(at).pages;
            dossier.documents[at - 1].pages.extend(pages);
        }
        Edit::MovePages { pages, document, before } => {
            let target = place(dossier, *document)?;
            let before = before.map(i64::from);
            if let Some(before) = before
                && !dossier.documents[target].pages.contains(&before)
            {
                return Err(no_page());
            }
            let moved = in_order(dossier, pages)?;
            let there = &dossier.documents[target].pages;
            // Where they go is between pages that stay.
            let from = before.and_then(|b| there.iter().position(|p| *p == b)).unwrap_or(there.len());
            let anchor = there[from..].iter().copied().find(|p| !moved.contains(p));
            for document in &mut dossier.documents {
                document.pages.retain(|p| !moved.contains(p));
            }
            let there = &mut dossier.documents[target].pages;
            let at = anchor.and_then(|a| there.iter().position(|p| *p == a)).unwrap_or(there.len());
            there.splice(at..at, moved);
        }
        Edit::MoveDocument { document, before } => {
            let at = place(dossier, *document)?;
            let to = before.map_or(Ok(dossier.documents.len()), |before| place(dossier, before))?;
            let moved = dossier.documents.remove(at);
            dossier.documents.insert(if to > at { to - 1 } else { to }, moved);
        }
        Edit::DeletePages { pages } => {
            let deleted = in_order(dossier, pages)?;
            for document in &mut dossier.documents {
                document.pages.retain(|p| !deleted.contains(p));
            }
        }
        Edit::RestorePage { page } => {
            let page = i64::from(*page);
            let row = page::deleted(tx, dossier.id)?.into_iter().find(|p| p.id == page).ok_or_else(no_page)?;
            restore(dossier, page, edit::deleted_from(tx, dossier.id, page)?, row.document);
        }
        // Not a matter of where pages lie.
        Edit::Turn { .. } | Edit::Straighten { .. } => {}
    }
    dossier.documents.retain(|d| !d.pages.is_empty());
    Ok(())
}

/// Puts a deleted page back behind the page that it stood behind, or else before the one that it stood before; with
/// neither of them left, its document comes back with it, behind the others.
fn restore(dossier: &mut edit::Dossier, page: i64, was: Option<Document>, document: i64) {
    let was = was.unwrap_or(Document { id: document, pages: Vec::new() });
    let at = was.pages.iter().position(|p| *p == page).unwrap_or(0);
    let (before, behind) = was.pages.split_at(at);
    let place = |anchor: &i64| find(dossier, *anchor).ok();
    if let Some((document, at)) = before.iter().rev().find_map(place) {
        return dossier.documents[document].pages.insert(at + 1, page);
    }
    if let Some((document, at)) = behind.iter().find_map(place) {
        return dossier.documents[document].pages.insert(at, page);
    }
    match dossier.documents.iter_mut().find(|d| d.id == was.id) {
        Some(there) => there.pages.push(page),
        None => dossier.documents.push(Document { id: was.id, pages: vec![page] }),
    }
}

/// In which document a page lies, and where in it.
fn find(dossier: &edit::Dossier, page: i64) -> Result<(usize, usize)> {
    let places = dossier.documents.iter().enumerate();
    places.into_iter().find_map(|(i, d)| Some((i, d.pages.iter().position(|p| *p == page)?))).ok_or_else(no_page)
}

fn place(dossier: &edit::Dossier, document: u32) -> Result<usize> {
    let at = (document as usize).checked_sub(1).filter(|at| *at < dossier.documents.len());
    at.ok_or_else(|| {
        Error::new(Code::NotFound, format!("Hồ sơ không có giấy tờ số {document}")).hint("Xem số thứ tự: sohoa show.")
    })
}

/// These pages, in the order in which they lie.
fn in_order(dossier: &edit::Dossier, pages: &[u32]) -> Result<Vec<i64>> {
    let mut places =
        pages.iter().map(|p| find(dossier, i64::from(*p)).map(|at| (at, i64::from(*p)))).collect::<Result<Vec<_>>>()?;
    places.sort_unstable();
    places.dedup();
    Ok(places.into_iter().map(|(_, page)| page).collect())
}

fn no_page() -> Error {
    Error::new(Code::NotFound, "Hồ sơ không có trang này").hint("Xem các trang: sohoa show.")
}

/// What can be taken back and done again, by action.
pub(crate) fn history(db: &Connection, dossier: &dossier::Dossier) -> Result<(Option<String>, Option<String>)> {
    if open(dossier).is_err() {
        return Ok((None, None));
    }
    let action = |edit: Option<edit::Edit>| edit.map(|e| e.action);
    Ok((action(edit::last_done(db, dossier.id)?), action(edit::next_undone(db, dossier.id)?)))
}

#[cfg(test)]
mod tests;
