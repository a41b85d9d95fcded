//! A folder as a place to put things: durable, without hard links, safe to repeat. A USB disk, a network share.

use sohoa_model::{Code, Digest, Error, Result};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Temporary files begin so; what a crash has left of them is swept away a day later.
const TEMPORARY: &str = ".w-";
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder, with things under keys such as `v1/h05.16/st-1/acks/….json`.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// From `file:///…`, percent-encoded or not; on Windows also `file:///E:/…` and `file://server/share`.
    ///
    /// Errors: `Usage` for any other URL.
    pub fn from_url(url: &str) -> Result<Self> {
        Ok(Self { root: PathBuf::from(path_of(url, cfg!(windows))?) })
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

    /// Size of what lies under `key`.
    pub fn size(&self, key: &str) -> Result<Option<u64>> {
        let path = self.path(key)?;
        self.found("đọc", &path, fs::metadata(&path).map(|meta| meta.len()))
    }

    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(key)?;
        self.found("đọc", &path, fs::read(&path))
    }

    /// Puts `bytes` under `key`, in place of what is there, and reads them back: USB sticks lie. Whoever looks sees
    /// the old or the new, never a part.
    ///
    /// Errors: `Unreachable`, `DiskFull`; `Integrity` when other bytes are read back.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.present()?;
        let path = self.path(key)?;
        let folder = path.parent().unwrap_or(&self.root);
        let fail = |e| self.failed("ghi", &path, e);
        let made = !folder.is_dir();
        fs::create_dir_all(folder).map_err(fail)?;
        sweep(folder);
        let mut file = temporary().tempfile_in(folder).map_err(fail)?;
        file.write_all(bytes).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&path).map_err(|e| fail(e.error))?;
        // A new name lasts once its folder is on the disk; a new folder once the one above is.
        let above = if made { usize::MAX } else { 1 };
        for folder in folder.ancestors().take_while(|f| f.starts_with(&self.root)).take(above) {
            sync_dir(folder).map_err(fail)?;
        }
        if read_back(&path).map_err(fail)? != Digest::of(bytes) {
            return Err(Error::new(Code::Integrity, format!("{} đọc lại khác với khi ghi", path.display()))
                .hint("Ổ USB có thể đã hỏng; dùng ổ khác rồi gửi lại."));
        }
        Ok(())
    }

    /// Puts `bytes` under `key` unless something is there already; true when it was put. Who writes the same key from
    /// two processes needs a lock: hard links, by which a folder could decide, do not exist on USB disks.
    pub fn put_new(&self, key: &str, bytes: &[u8]) -> Result<bool> {
        if self.size(key)?.is_some() {
            return Ok(false);
        }
        self.put(key, bytes)?;
        Ok(true)
    }

    /// Names directly under `key`, sorted; temporary files left out.
    pub fn list(&self, key: &str) -> Result<Vec<String>> {
        let path = self.path(key)?;
        let names = fs::read_dir(&path).and_then(|entries| {
            entries.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect::<std::io::Result<Vec<_>>>()
        });
        let mut names = self.found("đọc", &path, names)?.unwrap_or_default();
        names.retain(|n| !n.starts_with('.'));
        names.sort();
        Ok(names)
    }

    /// Bytes free on the disk, where the system tells.
    pub fn free(&self) -> Option<u64> {
        #[cfg(target_os = "linux")]
        return rustix::fs::statvfs(&self.root).ok().map(|s| s.f_bavail.saturating_mul(s.f_frsize));
        #[cfg(not(target_os = "linux"))]
        return None;
    }

    /// Errors: `Usage` for a key that would lead out of the folder.
    fn path(&self, key: &str) -> Result<PathBuf> {
        let fit = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']);
        if key.split('/').all(fit) {
            return Ok(key.split('/').fold(self.root.clone(), |path, part| path.join(part)));
        }
        Err(Error::new(Code::Usage, format!("«{key}» không phải tên trong nơi nhận"))
            .hint("Kiểm tra mã đơn vị và trạm."))
    }

    /// What is not there is `None` (and a file holds nothing under it), unless all of the folder is gone.
    fn found<T>(&self, doing: &str, path: &Path, result: std::io::Result<T>) -> Result<Option<T>> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                self.present().map(|()| None)
            }
            Err(e) => Err(self.failed(doing, path, e)),
        }
    }

    fn failed(&self, doing: &str, path: &Path, e: std::io::Error) -> Error {
        self.present().err().unwrap_or_else(|| Error::io(doing, path, e))
    }
}

/// With the rights of any new file: others than the writer must read it.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// Takes away what crashes have left. Nothing depends on it, so it fails in silence.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let stale = || {
            let written = entry.metadata().and_then(|m| m.modified()).ok()?;
            Some(SystemTime::now().duration_since(written).ok()? > STALE)
        };
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) && stale() == Some(true) {
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn sync_dir(folder: &Path) -> std::io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(folder).and_then(|f| f.sync_all()) {
        // Some shares know no such thing.
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// The digest of a file as the disk has it, as far as the system lets go of what it remembers of it.
fn read_back(path: &Path) -> std::io::Result<Digest> {
    let mut file = File::open(path)?;
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).ok();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Digest::of(&bytes))
}

/// The path that a file URL names (RFC 8089).
fn path_of(url: &str, windows: bool) -> Result<String> {
    let refused = |why: &str| {
        Err(Error::new(Code::Usage, format!("Không hiểu nơi nhận «{url}»: {why}"))
            .hint("Dùng dạng file:///đường/dẫn tới thư mục hoặc ổ USB."))
    };
    let Some(rest) = url.strip_prefix("file://") else { return refused("không phải file://") };
    let Ok(path) = String::from_utf8(percent_decoded(rest)) else { return refused("không phải UTF-8") };
    let (host, path) = path.split_at(path.find('/').unwrap_or(path.len()));
    let host = if host.eq_ignore_ascii_case("localhost") { "" } else { host };
    if path.len() <= 1 || path.contains('\0') {
        return refused("thiếu đường dẫn");
    }
    match (windows, host) {
        (true, "") => Ok(path.trim_start_matches('/').to_owned()),
        (true, host) => Ok(format!("//{host}{path}")),
        (false, "") => Ok(path.to_owned()),
        (false, _) => refused("cần ba dấu gạch chéo"),
    }
}

/// RFC 3986, 2.1; a `%` that encodes nothing stands for itself.
fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|d| bytes[at] == b'%' && d.iter().all(u8::is_ascii_hexdigit));
        let byte = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        (dir, folder)
    }

    #[test]
    fn urls_name_folders_of_both_kinds_of_system() {
        for (url, unix) in [
            ("file:///media/usb%20%C4%91en", "/media/usb đen"),
            ("file:///media/usb đen", "/media/usb đen"),
            ("file://localhost/srv/100%", "/srv/100%"),
            ("file:///a%zzb%+1", "/a%zzb%+1"),
        ] {
            assert_eq!(path_of(url, false).unwrap(), unix);
        }
        assert_eq!(path_of("file:///E:/L%C6%B0u%20tr%E1%BB%AF", true).unwrap(), "E:/Lưu trữ");
        assert_eq!(path_of("file://server/share/a", true).unwrap(), "//server/share/a");
        for bad in ["s3://x", "/media/usb", "file://", "file:///", "file://media/usb", "file:///%FF", "file:///a%00"] {
            assert_eq!(path_of(bad, false).unwrap_err().code, Code::Usage, "{bad}");
        }
    }

    #[test]
    fn what_is_put_is_there_and_nothing_else() {
        let (dir, folder) = folder();
        assert_eq!(folder.get("a/b/c").unwrap(), None);
        folder.put("a/b/c", b"1").unwrap();
        folder.put("a/b/c", b"22").unwrap();
        assert_eq!((folder.get("a/b/c").unwrap().unwrap(), folder.size("a/b/c").unwrap()), (b"22".to_vec(), Some(2)));
        assert!(!folder.put_new("a/b/c", b"3").unwrap());
        assert!(folder.put_new("a/b/d", b"3").unwrap());
        assert_eq!(folder.list("a/b").unwrap(), ["c", "d"]);
        assert_eq!(fs::read_dir(dir.path().join("a/b")).unwrap().count(), 2, "no temporary file stays");
        assert!(folder.list("nothing").unwrap().is_empty());
        assert!(folder.list("a/b/c").unwrap().is_empty(), "a file is no folder");
    }

    #[test]
    fn what_a_crash_left_is_swept_away_a_day_later() {
        let (dir, folder) = folder();
        let (old, new) = (dir.path().join(".w-old"), dir.path().join(".w-new"));
        fs::write(&new, "").unwrap();
        File::create(&old).unwrap().set_modified(SystemTime::now() - STALE - Duration::from_secs(60)).unwrap();
        folder.put("a", b"").unwrap();
        assert!(!old.exists() && new.exists());
    }

    #[test]
    fn no_key_leads_out() {
        let (_dir, folder) = folder();
        for bad in ["", "../x", "a/../../x", "/etc/x", "a//b", "a\\..\\b", "C:x", "a/."] {
            assert_eq!(folder.put(bad, b"").unwrap_err().code, Code::Usage, "{bad}");
            assert_eq!(folder.get(bad).unwrap_err().code, Code::Usage, "{bad}");
        }
    }

    #[test]
    fn a_disk_that_is_gone_is_unreachable_and_not_empty() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("pulled"));
        assert_eq!(folder.get("a").unwrap_err().code, Code::Unreachable);
        assert_eq!(folder.list("a").unwrap_err().code, Code::Unreachable);
        assert_eq!(folder.put("a", b"").unwrap_err().code, Code::Unreachable);
        assert!(!folder.root().exists());
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_was_written() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, folder) = folder();
        folder.put("a", b"1").unwrap();
        let plain = dir.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&dir.path().join("a")), mode(&plain));
    }
}
