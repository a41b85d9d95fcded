//! The desktop window: a shell that only forwards. What it shows is `ui/`, what it does is `sohoa-station`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod clipboard;
mod commands;
mod desktop;
mod protocol;

use desktop::Desktop;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(sohoa_station::WORKER) => return sohoa_station::serve_capture(),
        Some(sohoa_station::SCAN_WORKER) => return sohoa_station::serve_scanner(),
        _ => {}
    }
    without_gpu();
    let desktop = match sohoa_station::home() {
        Ok(dir) => Arc::new(Desktop::new(dir)),
        Err(error) => {
            eprintln!("sohoa-desktop: {error}");
            return ExitCode::FAILURE;
        }
    };
    let pages = desktop.clone();
    let result = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(desktop)
        .register_asynchronous_uri_scheme_protocol("page", move |context, request, responder| {
            // Only our own window may read pages.
            if context.webview_label() != "main" {
                return responder.respond(protocol::refuse());
            }
            let pages = pages.clone();
            tauri::async_runtime::spawn_blocking(move || {
                responder.respond(protocol::serve(&pages, request.uri().path()))
            });
        })
        .invoke_handler(tauri::generate_handler![
            commands::door::door,
            commands::door::unlock,
            commands::store::desk,
            commands::store::dossier,
            commands::store::page_words,
            commands::store::search,
            commands::store::verify,
            commands::store::settings,
            commands::store::save_settings,
            commands::capture::import_paths,
            commands::capture::import_clipboard,
            commands::capture::devices,
            commands::capture::capabilities,
            commands::capture::scan,
            commands::capture::rescan,
            commands::capture::cancel_scan,
            commands::capture::scanned,
            commands::capture::finish_stack,
            commands::capture::watch_work,
            commands::capture::cancel_work,
            commands::capture::resume_work,
            commands::capture::save_covers,
            commands::ocr::retry_page,
            commands::store::edit,
            commands::store::undo,
            commands::store::redo,
            commands::store::move_document,
            commands::store::set_code,
            commands::extract::set_field,
            commands::extract::confirm_document,
            commands::extract::document_kinds,
            commands::extract::forms,
            commands::extract::check_form,
            commands::pdf::save_pdf,
            commands::package::seal,
            commands::sync::send,
            commands::sync::batches,
        ])
        .run(tauri::generate_context!());
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sohoa-desktop: {error}");
            ExitCode::FAILURE
        }
    }
}

/// WebKit composites in software where there is no GPU, and is three times slower for it on a full page than without
/// compositing.
fn without_gpu() {
    #[cfg(target_os = "linux")]
    if !std::path::Path::new("/dev/dri").exists() && std::env::var_os("WEBKIT_DISABLE_COMPOSITING_MODE").is_none() {
        // SAFETY: first thing in main, no other thread runs yet.
        unsafe { std::env::set_var("WEBKIT_DISABLE_COMPOSITING_MODE", "1") };
    }
}
