//! Only the commands named here exist for the capabilities; each gets `allow-…` and `deny-…`.

const COMMANDS: &[&str] = &[
    "door",
    "unlock",
    "desk",
    "dossier",
    "page_words",
    "import_paths",
    "import_clipboard",
    "devices",
    "capabilities",
    "scan",
    "rescan",
    "cancel_scan",
    "scanned",
    "finish_stack",
    "watch_work",
    "cancel_work",
    "resume_work",
    "retry_page",
    "edit",
    "undo",
    "redo",
    "move_document",
    "set_code",
    "set_field",
    "confirm_document",
    "search",
    "seal",
    "send",
    "batches",
    "settings",
    "save_settings",
    "verify",
    "save_pdf",
    "save_covers",
    "document_kinds",
    "forms",
    "check_form",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("tauri.conf.json and the capabilities are sound");
}
