//! `page://localhost/<page id>/image` and `/thumb`: the pictures of pages, by id, never by path. A page that has only
//! just come out of the scanner is `page://localhost/<id>/scan`.

use sohoa_model::{Code, Result};
use tauri::http::{Response, StatusCode, header};

use crate::desktop::Desktop;

type Reply = Response<Vec<u8>>;

pub fn serve(desktop: &Desktop, path: &str) -> Reply {
    match picture(desktop, path) {
        Ok(Some((mime, bytes))) => reply(StatusCode::OK, mime, bytes),
        Ok(None) => text(StatusCode::BAD_REQUEST, "page://localhost/<id>/image, /thumb or /scan"),
        Err(error) if error.code == Code::NotFound => text(StatusCode::NOT_FOUND, &error.message),
        Err(error) if error.code == Code::Locked => text(StatusCode::FORBIDDEN, &error.message),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.message),
    }
}

pub fn refuse() -> Reply {
    text(StatusCode::FORBIDDEN, "not this window")
}

fn picture(desktop: &Desktop, path: &str) -> Result<Option<(&'static str, Vec<u8>)>> {
    let mut parts = path.trim_matches('/').split('/');
    let (Some(id), Some(what), None) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
    let Ok(id) = id.parse::<u32>() else { return Ok(None) };
    let station = desktop.station()?;
    match what {
        "image" => station.page_image(id).map(Some),
        "thumb" => station.page_thumbnail(id).map(Some),
        "scan" => station.stack_thumbnail(id).map(Some),
        _ => Ok(None),
    }
}

fn text(status: StatusCode, message: &str) -> Reply {
    reply(status, "text/plain; charset=utf-8", message.as_bytes().to_vec())
}

fn reply(status: StatusCode, mime: &str, body: Vec<u8>) -> Reply {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, mime)
        // The address carries the version of the page; what it names never changes. Nothing goes to disk.
        .header(
            header::CACHE_CONTROL,
            if status.is_success() { "private, max-age=3600, immutable" } else { "no-store" },
        )
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body)
        .expect("the headers are constants")
}
