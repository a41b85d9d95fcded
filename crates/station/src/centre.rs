//! The central side of a folder, for `sohoa archive …`.

use serde_json::{Value, json};
use sohoa_archive::Keeper;
use sohoa_model::Result;
use sohoa_sync::Folder;

pub fn init(url: &str) -> Result<Value> {
    let root = Folder::from_url(url)?;
    sohoa_archive::init(&root, Keeper::Centre)?;
    Ok(json!({ "archive": url }))
}

pub fn ingest(url: &str) -> Result<Value> {
    Ok(json!(sohoa_archive::ingest(&Folder::from_url(url)?)?))
}

pub fn status(url: &str) -> Result<Value> {
    Ok(json!(sohoa_archive::status(&Folder::from_url(url)?)?))
}

pub fn verify(url: &str) -> Result<Value> {
    Ok(json!(sohoa_archive::verify(&Folder::from_url(url)?)?))
}
