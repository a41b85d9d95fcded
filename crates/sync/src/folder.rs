//! A folder as a place to put things: durable, without hard links, never over anything else.

use sohoa_model::{Code, Digest, Error, Result};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// From `file:///…`, percent-encoded or not.
    ///
    /// Errors: `Usage` for any other URL.
    pub fn from_url(url: &str) -> Result<Self> {
        let path = url.strip_prefix("file://").ok_or_else(|| {
            Error::new(Code::Usage, format!("Không hiểu nơi nhận «{url}»"))
                .hint("Dùng dạng file:///đường/dẫn tới thư mục hoặc ổ USB.")
        })?;
        let path = decoded(path);
        // file:///E:/… on Windows.
        let path = if cfg!(windows) { path.trim_start_matches('/') } else { &path };
        if path.is_empty() {
            return Err(Error::new(Code::Usage, "Thiếu đường dẫn của nơi nhận").hint("Ví dụ: file:///media/usb/luutru"));
        }
        Ok(Self { root: PathBuf::from(path) })
    }

    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Errors: `Unreachable` when the folder is not there: a disk that was pulled out must not be taken for a new one.
    pub fn present(&self) -> Result<()> {
        if self.root.is_dir() {
            return Ok(());
        }
        Err(Error::new(Code::Unreachable, format!("Không thấy nơi nhận {}", self.root.display()))
            .hint("Cắm lại ổ USB hoặc kiểm tra đường mạng; chưa có gì bị mất."))
    }

    fn path(&self, key: &str) -> PathBuf {
        key.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    /// Size of what lies under `key`.
    pub fn size(&self, key: &str) -> Result<Option<u64>> {
        match fs::metadata(self.path(key)) {
            Ok(meta) => Ok(Some(meta.len())),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("đọc", &self.path(key), e)),
        }
    }

    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.path(key)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("đọc", &self.path(key), e)),
        }
    }

    /// Puts `bytes` under `key` and reads them back: USB sticks lie. The same bytes already there are fine; a torn
    /// file of an earlier try is replaced, since names follow from content.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.present()?;
        let path = self.path(key);
        if self.get(key)?.as_deref() == Some(bytes) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        let fail = |e| Error::io("ghi", &path, e);
        fs::create_dir_all(folder).map_err(fail)?;
        let mut file = tempfile::Builder::new().prefix(".w-").tempfile_in(folder).map_err(fail)?;
        file.write_all(bytes).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&path).map_err(|e| fail(e.error))?;
        sync_dirs(&self.root, folder)?;
        match self.get(key)? {
            Some(read) if Digest::of(&read) == Digest::of(bytes) => Ok(()),
            _ => Err(Error::new(Code::Integrity, format!("{} đọc lại khác với khi ghi", path.display()))
                .hint("Ổ USB có thể đã hỏng; dùng ổ khác rồi gửi lại.")),
        }
    }

    /// Puts `bytes` under `key` unless something is there already; true when it was put.
    pub fn put_new(&self, key: &str, bytes: &[u8]) -> Result<bool> {
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.root);
        let fail = |e| Error::io("ghi", &path, e);
        fs::create_dir_all(folder).map_err(fail)?;
        match File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fail)?;
                sync_dirs(&self.root, folder)?;
                Ok(true)
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(fail(e)),
        }
    }

    /// Names directly under `key`, sorted; temporary files left out.
    pub fn list(&self, key: &str) -> Result<Vec<String>> {
        let path = self.path(key);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io("đọc", &path, e)),
        };
        let names: std::io::Result<Vec<String>> =
            entries.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect();
        let mut names = names.map_err(|e| Error::io("đọc", &path, e))?;
        names.retain(|n| !n.starts_with('.'));
        names.sort();
        Ok(names)
    }
}

/// Makes new names durable, from the file's folder up to the root.
fn sync_dirs(root: &Path, folder: &Path) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    for folder in folder.ancestors().take_while(|f| f.starts_with(root)) {
        match File::open(folder).and_then(|f| f.sync_all()) {
            Ok(()) => {}
            // Some shares know no such thing.
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {}
            Err(e) => return Err(Error::io("ghi", folder, e)),
        }
    }
    Ok(())
}

/// Percent-decoding (RFC 3986, 2.1).
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
