//! Blobs: bytes named by their SHA-256, encrypted, never changed.
//!
//! File: `SHB1`, 19 bytes of nonce, then the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over
//! XChaCha20-Poly1305 in pieces of 64 KiB, bound to the plaintext's SHA-256. The file's name is a keyed hash of that
//! digest, so that whoever holds the disk cannot even ask whether a known document is there.

use aead_stream::{DecryptorBE32, EncryptorBE32, Key as StreamKey, Nonce, StreamBE32};
use chacha20poly1305::XChaCha20Poly1305 as Cipher;
use sohoa_model::{Code, Digest, Error, Result};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

use crate::keys::{Key, hex, random};

const MAGIC: &[u8; 4] = b"SHB1";
const NONCE: usize = 19;
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

pub struct Blobs {
    dir: PathBuf,
    tmp: PathBuf,
    key: Zeroizing<[u8; 32]>,
    name_key: Zeroizing<[u8; 32]>,
}

impl Blobs {
    pub(crate) fn open(dir: &Path, key: &Key) -> Result<Self> {
        let blobs = Self {
            dir: dir.join("objects"),
            tmp: dir.join("tmp"),
            key: key.derive("blob"),
            name_key: key.derive("name"),
        };
        for folder in [&blobs.dir, &blobs.tmp] {
            fs::create_dir_all(folder).map_err(|e| Error::io("tạo", folder, e))?;
        }
        blobs.sweep()?;
        Ok(blobs)
    }

    /// Takes away what a crashed writer left half-written. Another process may be writing now: an hour is long enough.
    fn sweep(&self) -> Result<()> {
        let old = std::time::Duration::from_secs(3600);
        for entry in fs::read_dir(&self.tmp).map_err(|e| Error::io("đọc", &self.tmp, e))?.flatten() {
            let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
            if age.is_some_and(|age| age > old) {
                // If it cannot be removed now, the next start tries again.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    fn name(&self, digest: &Digest) -> String {
        hex(&Digest::of_parts([&self.name_key[..], &digest.0]).0)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = self.name(digest);
        self.dir.join(&name[..2]).join(name)
    }

    /// Keeps `bytes`, durably, before it returns. Keeping the same bytes again costs a hash.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest> {
        let digest = Digest::of(bytes);
        let path = self.path(&digest);
        let folder = path.parent().expect("a blob lies in a folder");
        if path.exists() {
            // The rename of a writer that crashed since may not be on the disk yet.
            sync_dir(folder)?;
            return Ok(digest);
        }
        if !folder.exists() {
            match fs::create_dir(folder) {
                Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(Error::io("tạo", folder, e)),
                _ => sync_dir(&self.dir)?,
            }
        }
        let sealed = self.seal(&digest, bytes)?;
        let fail = |e| Error::io("ghi", &path, e);
        let mut file = tempfile::NamedTempFile::new_in(&self.tmp).map_err(fail)?;
        file.write_all(&sealed).map_err(fail)?;
        file.as_file().sync_data().map_err(fail)?;
        file.persist(&path).map_err(|e| fail(e.error))?;
        sync_dir(folder)?;
        Ok(digest)
    }

    pub fn has(&self, digest: &Digest) -> bool {
        self.path(digest).exists()
    }

    /// The bytes, checked against their digest.
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.path(digest);
        let file = fs::read(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => damaged(digest, "không còn trên đĩa"),
            _ => Error::io("đọc", &path, e),
        })?;
        let bytes = self.unseal(digest, &file).ok_or_else(|| damaged(digest, "đã bị thay đổi"))?;
        if Digest::of(&bytes) != *digest {
            return Err(damaged(digest, "đã bị thay đổi"));
        }
        Ok(bytes)
    }

    /// Names of the blob files on disk.
    pub(crate) fn names(&self) -> Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for folder in fs::read_dir(&self.dir).map_err(|e| Error::io("đọc", &self.dir, e))? {
            let folder = folder.map_err(|e| Error::io("đọc", &self.dir, e))?.path();
            for file in fs::read_dir(&folder).map_err(|e| Error::io("đọc", &folder, e))? {
                names
                    .insert(file.map_err(|e| Error::io("đọc", &folder, e))?.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(names)
    }

    fn seal(&self, digest: &Digest, bytes: &[u8]) -> Result<Vec<u8>> {
        let broken = |_| Error::new(Code::Internal, "Không mã hóa được tệp");
        let nonce = random::<NONCE>()?;
        let mut out = Vec::with_capacity(MAGIC.len() + NONCE + bytes.len() + (bytes.len() / PIECE + 1) * TAG);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&*nonce);
        let key = StreamKey::<Cipher>::from(*self.key);
        let mut stream = EncryptorBE32::<Cipher>::new(&key, &Nonce::<Cipher, StreamBE32<Cipher>>::from(*nonce));
        let mut rest = bytes;
        let mut piece = Vec::with_capacity(PIECE + TAG);
        while rest.len() > PIECE {
            piece.clear();
            piece.extend_from_slice(&rest[..PIECE]);
            stream.encrypt_next_in_place(&digest.0, &mut piece).map_err(broken)?;
            out.extend_from_slice(&piece);
            rest = &rest[PIECE..];
        }
        piece.clear();
        piece.extend_from_slice(rest);
        stream.encrypt_last_in_place(&digest.0, &mut piece).map_err(broken)?;
        out.extend_from_slice(&piece);
        Ok(out)
    }

    fn unseal(&self, digest: &Digest, file: &[u8]) -> Option<Vec<u8>> {
        let rest = file.strip_prefix(MAGIC)?;
        let nonce: [u8; NONCE] = rest.get(..NONCE)?.try_into().ok()?;
        let mut rest = &rest[NONCE..];
        let key = StreamKey::<Cipher>::from(*self.key);
        let mut stream = DecryptorBE32::<Cipher>::new(&key, &Nonce::<Cipher, StreamBE32<Cipher>>::from(nonce));
        let mut out = Vec::with_capacity(rest.len());
        let mut piece = Vec::with_capacity(PIECE + TAG);
        while rest.len() > PIECE + TAG {
            piece.clear();
            piece.extend_from_slice(&rest[..PIECE + TAG]);
            stream.decrypt_next_in_place(&digest.0, &mut piece).ok()?;
            out.extend_from_slice(&piece);
            rest = &rest[PIECE + TAG..];
        }
        piece.clear();
        piece.extend_from_slice(rest);
        stream.decrypt_last_in_place(&digest.0, &mut piece).ok()?;
        out.extend_from_slice(&piece);
        Some(out)
    }
}

fn damaged(digest: &Digest, what: &str) -> Error {
    Error::new(Code::Integrity, format!("Tệp {} {what}", &digest.to_string()[..12]))
        .hint("Lấy lại từ bản sao lưu (sohoa restore), rồi chạy sohoa verify.")
}

/// Writes a small file so that either the old or the new one is there after a crash.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let fail = |e| Error::io("ghi", path, e);
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    sync_dir(folder)
}

/// Makes renames within a folder durable. Windows has no such call and does it by itself.
pub(crate) fn sync_dir(folder: &Path) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::io("ghi", folder, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Lock;

    fn blobs(dir: &Path) -> Blobs {
        let (_, key) = Lock::create(dir, "a").unwrap();
        Blobs::open(dir, &key).unwrap()
    }

    #[test]
    fn what_goes_in_comes_out_at_every_piece_boundary() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(dir.path());
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 200_000] {
            let bytes: Vec<u8> = (0..len).map(|i| (i * 7 % 251) as u8).collect();
            let digest = blobs.put(&bytes).unwrap();
            assert_eq!(digest, Digest::of(&bytes));
            assert_eq!(blobs.put(&bytes).unwrap(), digest);
            assert_eq!(blobs.get(&digest).unwrap(), bytes, "{len}");
        }
        assert_eq!(blobs.names().unwrap().len(), 7);
    }

    #[test]
    fn any_change_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(dir.path());
        let (a, b) = (blobs.put(&[1; 150_000]).unwrap(), blobs.put(&[2; 150_000]).unwrap());
        let good = fs::read(blobs.path(&a)).unwrap();
        for at in [0, 5, 30, PIECE + 50, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(blobs.path(&a), bad).unwrap();
            assert_eq!(blobs.get(&a).unwrap_err().code, Code::Integrity, "byte {at}");
        }
        for len in [0, 10, 4 + NONCE + PIECE + TAG, good.len() - 1] {
            fs::write(blobs.path(&a), &good[..len]).unwrap();
            assert_eq!(blobs.get(&a).unwrap_err().code, Code::Integrity, "cut to {len}");
        }
        fs::copy(blobs.path(&b), blobs.path(&a)).unwrap();
        assert_eq!(blobs.get(&a).unwrap_err().code, Code::Integrity, "another blob in its place");
        fs::remove_file(blobs.path(&a)).unwrap();
        assert_eq!(blobs.get(&a).unwrap_err().code, Code::Integrity);
    }

    #[test]
    fn nothing_of_it_can_be_seen_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(dir.path());
        let digest = blobs.put("Nguyễn Thị Bí Mật ".repeat(1000).as_bytes()).unwrap();
        let path = blobs.path(&digest);
        let on_disk = fs::read(&path).unwrap();
        assert!(!on_disk.windows(8).any(|w| w == &"Nguyễn Thị".as_bytes()[..8]));
        assert!(!path.to_string_lossy().contains(&digest.to_string()[..12]));
    }
}
