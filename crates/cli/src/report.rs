//! What goes to standard output: one JSON document, or lines for people.

use serde::Serialize;
use sohoa_model::{Code, Error, Result};
use sohoa_station::trial::Proposed;
use sohoa_station::{Check, view, view::Checked};

/// A line on standard output. Whoever reads may have seen enough (`sohoa list | head`): then there is nobody to tell.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::report::print(&format!("{}\n", format_args!($($text)*)))
    };
}

pub fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => {
            eprintln!("sohoa: {e}");
            std::process::exit(1);
        }
    }
}

pub fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::internal("Không viết được JSON", e))?;
    say!("{text}");
    Ok(())
}

/// What is wrong and what to do about it, as two sentences on one line.
fn told(message: &str, hint: &str) -> String {
    if hint.is_empty() { message.to_owned() } else { format!("{message}. {hint}") }
}

/// The one JSON document of a command that failed.
pub fn json_error(error: &Error) {
    // Nothing better can be done if even this fails.
    let _ = json(&serde_json::json!({ "error": error }));
}

pub fn error(error: &Error, as_json: bool) {
    if as_json {
        json_error(error);
    }
    eprintln!("sohoa: {error}");
    if !error.hint.is_empty() {
        eprintln!("       {}", error.hint);
    }
}

/// The exit status of a code by its name on the wire.
pub fn status_of(code: &str) -> u8 {
    serde_json::from_value::<Code>(code.into()).map_or(1, Code::exit_status)
}

pub fn imported(imported: &view::Imported, as_json: bool) -> Result<()> {
    if as_json {
        return json(imported);
    }
    say!("{} hồ sơ, {} giấy tờ, {} trang", imported.dossiers.len(), imported.documents, imported.pages);
    for code in &imported.dossiers {
        say!("  {code}");
    }
    for d in &imported.duplicates {
        say!("đã có: {} (hồ sơ {}, giấy tờ {})", d.path, d.dossier, d.document);
    }
    for r in &imported.refused {
        say!("từ chối: {}: {}", r.path, told(&r.message, &r.hint));
    }
    Ok(())
}

pub fn devices(found: &view::Devices, as_json: bool) -> Result<()> {
    if as_json {
        return json(found);
    }
    for device in &found.devices {
        say!("{:40} {}", device.id, device.name);
    }
    for problem in &found.problems {
        eprintln!("! {}", told(&problem.message, &problem.hint));
    }
    if found.devices.is_empty() {
        eprintln!("Không tìm thấy máy quét nào. Kiểm tra nguồn và dây; máy quét mạng: --device escl:ĐỊA_CHỈ.");
    }
    Ok(())
}

pub fn scanned(scanned: &view::Scanned, as_json: bool) -> Result<()> {
    if as_json {
        return json(scanned);
    }
    imported(&scanned.imported, false)?;
    for page in scanned.scanned.iter().filter(|p| !p.marks.is_empty()) {
        say!("  ! trang {}: {}", page.number, page.marks.iter().map(|m| mark(m)).collect::<Vec<_>>().join(", "));
    }
    for note in &scanned.notes {
        let what = note.component.as_deref().unwrap_or("cả hồ sơ");
        match note.declared {
            Some(declared) => {
                say!("  ! {} ({what}): tờ bìa ghi {declared} trang, đã quét {} trang", note.dossier, note.came);
            }
            None => say!("  ! {} ({what}): sau tờ bìa không có trang nào", note.dossier),
        }
    }
    Ok(())
}

fn mark(key: &str) -> &str {
    match key {
        "too_dark" => "quá tối",
        "too_light" => "quá nhạt",
        "blurred" => "mờ",
        "cut_off" => "chữ bị cắt ở mép",
        "low_resolution" => "dưới 200 dpi",
        "skewed" => "quá lệch",
        "blank" => "trắng",
        "duplicate" => "trùng trang trước",
        "upside_down" => "ngược",
        other => other,
    }
}

pub fn work(work: &view::Work, as_json: bool) -> Result<()> {
    if as_json {
        return json(work);
    }
    say!("xong {} việc, {} lỗi", work.done, work.failed);
    Ok(())
}

pub fn rows(desk: &view::Desk, as_json: bool) -> Result<()> {
    if as_json {
        return json(&serde_json::json!({ "dossiers": desk.dossiers, "work": desk.work }));
    }
    for r in &desk.dossiers {
        let owner = r.owner.name.as_deref().unwrap_or("—");
        say!("{:26} {:10} {:2} giấy tờ {:3} trang  {owner}", r.code, state(&r.state), r.documents, r.pages);
    }
    Ok(())
}

pub fn dossier(dossier: &view::Dossier, as_json: bool) -> Result<()> {
    if as_json {
        return json(dossier);
    }
    say!("{}  {}  {}", dossier.code, state(&dossier.state), dossier.owner.name.as_deref().unwrap_or("—"));
    for document in &dossier.documents {
        say!(
            "{:2}. {} · {} trang · {} · {}",
            document.id,
            document.type_name,
            document.pages.len(),
            document.file,
            state(&document.state)
        );
        for field in &document.fields {
            let mark = if field.confirmed { '✓' } else { '?' };
            say!("      {mark} {:18} {} ({}, {:.0} %)", field.name, field.value, field.source, field.confidence);
            differences(field, &document.differences);
        }
        strangers(&document.strangers);
        page_faults(&document.page_faults);
        for page in &document.pages {
            // A JPEG inside a PDF may be a hair off its resolution.
            if page.dpi.round() < 200.0 {
                say!("      ! trang {}: {:.0} dpi, quy định từ 200 dpi; nên quét lại", page.number, page.dpi);
            }
            if let Some(error) = &page.error {
                say!("      ! trang {}: {}", page.number, told(&error.message, &error.hint));
            }
        }
    }
    for page in &dossier.deleted {
        say!("  − trang đã xóa, số {}", page.id);
    }
    for (what, action) in [("hoàn tác được", &dossier.can_undo), ("làm lại được", &dossier.can_redo)] {
        if let Some(action) = action {
            say!("  {what}: {}", sohoa_station::edit::name(action));
        }
    }
    for problem in &dossier.problems {
        say!("  ! {}: {}", problem.subject, told(&problem.message, &problem.hint));
    }
    Ok(())
}

pub fn found(found: &view::Found, as_json: bool) -> Result<()> {
    if as_json {
        return json(found);
    }
    say!("{} trang", found.total);
    for hit in &found.hits {
        let snippet = hit.snippet.replace('\u{2068}', "[").replace('\u{2069}', "]").replace('\n', " ");
        say!("{}, giấy tờ {}, trang {}: {snippet}", hit.dossier, hit.document, hit.page);
    }
    Ok(())
}

pub fn batches(batches: &[view::Batch], as_json: bool) -> Result<()> {
    if as_json {
        return json(&serde_json::json!({ "batches": batches }));
    }
    for batch in batches {
        say!("{}  {}", batch.id, batch.state);
        for package in &batch.packages {
            say!("  {}  {}", package.dossier, package.status);
            for problem in &package.problems {
                say!("    ! {} {}: {}", problem.code, problem.subject, told(&problem.message, &problem.hint));
            }
        }
    }
    Ok(())
}

pub fn verified(verified: &view::Verified, as_json: bool) -> Result<()> {
    if as_json {
        return json(verified);
    }
    say!(
        "{} tệp, {} trang, {} sự kiện: {}",
        verified.blobs,
        verified.pages,
        verified.events,
        if verified.ok { "toàn vẹn" } else { "CÓ LỖI" }
    );
    for problem in &verified.problems {
        say!("  ! {} {}: {}", problem.code, problem.subject, told(&problem.message, &problem.hint));
    }
    Ok(())
}

pub fn proposed(found: &Proposed, as_json: bool) -> Result<()> {
    if as_json {
        return json(found);
    }
    if let Some(form) = &found.form {
        say!("mẫu {form}");
    }
    for field in &found.fields {
        say!("{:18} {} ({}, {:.0} %)", field.name, field.value, field.source, field.confidence);
        differences(field, &found.differences);
    }
    strangers(&found.strangers);
    page_faults(&found.page_faults);
    Ok(())
}

/// What else the paper says of a field, what was read for it, and what it probably is.
fn differences(field: &view::Field, all: &[view::Difference]) {
    let values = all.iter().filter(|d| d.field == field.name).flat_map(|d| &d.values);
    for said in values.filter(|said| said.value != field.value) {
        say!("      ≠ {:18} {} ({}, trang {})", "", said.value, said.source, said.page);
    }
    if let Some(read) = field.read.as_ref().filter(|read| **read != field.value) {
        say!("      « {:18} trên giấy đọc là «{read}»", "");
    }
    if let Some(suggested) = &field.suggested {
        say!("      ? {:18} có phải «{suggested}»?", "");
    }
}

fn strangers(all: &[view::Stranger]) {
    for stranger in all {
        let who: Vec<&str> =
            [&stranger.name, &stranger.personal_id].into_iter().flatten().map(String::as_str).collect();
        let who = who.join(", ");
        say!("      ! trang {}: thẻ của người khác ({who}); không lấy trường nào từ thẻ này", stranger.page);
    }
}

fn page_faults(all: &[view::PageFault]) {
    for view::PageFault { fault, first, last, page, .. } in all {
        match (&**fault, first == last) {
            ("missing", true) => say!("      ! theo số in trên trang, thiếu trang {first} (xem trang {page})"),
            ("missing", false) => {
                say!("      ! theo số in trên trang, thiếu các trang {first}–{last} (xem trang {page})")
            }
            ("twice", _) => say!("      ! trang {page}: số in {first} đã có ở trang trước"),
            _ => say!("      ! trang {page}: số in {first} nằm sau trang có số lớn hơn"),
        }
    }
}

pub fn checks(checks: &[Check], as_json: bool) -> Result<()> {
    if as_json {
        return json(&serde_json::json!({ "checks": checks }));
    }
    for check in checks {
        say!("{} {:22} {}", if check.ok { '✓' } else { '✗' }, check.name, check.found);
        if !check.ok {
            say!("  {}", check.remedy);
        }
    }
    Ok(())
}

pub fn forms(listed: &view::Forms, as_json: bool) -> Result<()> {
    if as_json {
        return json(listed);
    }
    let (own, built_in): (Vec<_>, Vec<_>) = listed.forms.iter().partition(|f| f.file.is_some());
    say!("Mẫu của đơn vị, trong {}: {}", listed.folder, own.len());
    own.into_iter().for_each(form);
    say!("Mẫu có sẵn, ngoài tên các loại giấy tờ: {}", built_in.len());
    built_in.into_iter().for_each(form);
    Ok(())
}

fn form(form: &view::Form) {
    match &form.error {
        Some(error) => say!("✗ {}", told(&error.message, &error.hint)),
        None => say!("  {:24} {}  {}", form.name, form.type_name, form.titles.join("; ")),
    }
}

pub fn checked(checked: &[Checked], as_json: bool) -> Result<()> {
    if as_json {
        return json(&serde_json::json!({ "forms": checked }));
    }
    for Checked { form: shown, score } in checked {
        form(shown);
        let Some(score) = score else {
            if shown.error.is_none() {
                say!("    chưa có trang thử: thêm mục [example]");
            }
            continue;
        };
        let all = score.fields.len();
        say!("    {}/{all} trường đúng, {} sai, {} không tìm thấy", score.right, score.wrong, score.missing);
        match &score.known_as {
            Some(name) if *name == shown.name => {}
            Some(other) => say!("  ✗ trang thử bị nhận là mẫu {other}; xem lại titles của hai mẫu"),
            None => say!("  ✗ không nhận ra trang thử là mẫu này; xem lại titles, words"),
        }
        for field in &score.fields {
            let (name, expected) = (field.name.key(), &field.expected);
            match &field.found {
                Some(found) if found == expected => say!("  ✓ {name:18} {found}"),
                Some(found) => say!("  ✗ {name:18} {found} (phải là {expected})"),
                None => say!("  ✗ {name:18} không tìm thấy (phải là {expected})"),
            }
        }
    }
    Ok(())
}

fn state(key: &str) -> &str {
    match key {
        "working" => "đang đọc",
        "review" => "chờ duyệt",
        "confirmed" => "đã duyệt",
        "failed" => "có lỗi",
        "sealed" => "đã đóng",
        "sent" => "đã gửi",
        "accepted" => "đã nhận",
        "rejected" => "bị trả lại",
        other => other,
    }
}
