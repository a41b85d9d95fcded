//! Blobs: bytes named by their SHA-256, encrypted, never changed.
//!
//! File: `SHB2`, the file's own random key wrapped under the store's (24 bytes of nonce, 48 of XChaCha20-Poly1305), 19
//! bytes of nonce, then the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over XChaCha20-Poly1305 in
//! pieces of 64 KiB, all bound to the plaintext's SHA-256. Whoever destroys the wrapped key destroys the file, wherever
//! the disk keeps its other sectors ([`Blobs::destroy`]). `SHB1` files, from before, have no key of their own: their
//! nonce follows the magic. The file's name is a keyed hash of the digest, so that whoever holds the disk cannot even
//! ask whether a known document is there.

use aead_stream::{DecryptorBE32, EncryptorBE32, Key as StreamKey, Nonce, StreamBE32};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305 as Cipher,
    aead::{Aead, Payload},
};
use sohoa_model::{Code, Digest, Error, Result};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

use crate::keys::{Key, hex, random};

const MAGIC: &[u8; 4] = b"SHB2";
const OLD_MAGIC: &[u8; 4] = b"SHB1";
/// Nonce, key and tag of a wrapped file key.
const WRAPPED: usize = 24 + 32 + TAG;
const NONCE: usize = 19;
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

pub struct Blobs {
    dir: PathBuf,
    tmp: PathBuf,
    /// Of `SHB1` files.
    key: Zeroizing<[u8; 32]>,
    /// Wraps the files' own keys.
    wrap_key: Zeroizing<[u8; 32]>,
    name_key: Zeroizing<[u8; 32]>,
}

impl Blobs {
    pub(crate) fn open(dir: &Path, key: &Key) -> Result<Self> {
        let blobs = Self {
            dir: dir.join("objects"),
            tmp: dir.join("tmp"),
            key: key.derive("blob"),
            wrap_key: key.derive("blob key"),
            name_key: key.derive("name"),
        };
        for folder in [&blobs.dir, &blobs.tmp] {
            fs::create_dir_all(folder).map_err(|e| Error::io("tạo", folder, e))?;
        }
        // Another process may be writing now: an hour is long enough.
        blobs.sweep(std::time::Duration::from_secs(3600))?;
        Ok(blobs)
    }

    /// Destroys what crashed writers left half-written longer ago than `age`.
    pub(crate) fn sweep(&self, age: std::time::Duration) -> Result<()> {
        for entry in fs::read_dir(&self.tmp).map_err(|e| Error::io("đọc", &self.tmp, e))?.flatten() {
            let old = entry.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
            if old.is_some_and(|old| old > age) {
                // If it cannot be removed now, the next start tries again.
                let _ = shred(&entry.path());
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
        if whole(&path) {
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
        whole(&self.path(digest))
    }

    /// Makes these bytes unreadable for good: the file's key is overwritten in place, durably, and then the file goes.
    /// Doing it again does nothing, so whoever was interrupted begins anew; [`Blobs::put`] takes a half-destroyed file
    /// for none. An `SHB1` file has no key of its own and is overwritten whole, which a disk that writes elsewhere may
    /// make less than it seems.
    ///
    /// Bytes that several rows refer to are one file: whether any other may still need it is for the caller to know,
    /// within the transaction that takes away the last row ([`crate::table::purge`]).
    pub fn destroy(&self, digest: &Digest) -> Result<()> {
        let path = self.path(digest);
        let fail = |e| Error::io("xóa", &path, e);
        match shred(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            other => other.map_err(fail)?,
        }
        // Also when it was gone already: the removal may not be on the disk yet.
        let folder = path.parent().expect("a blob lies in a folder");
        if folder.exists() { sync_dir(folder) } else { Ok(()) }
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
        let (file_key, wrap_nonce, nonce) = (random::<32>()?, random::<24>()?, random::<NONCE>()?);
        let wrapped = Cipher::new((&*self.wrap_key).into())
            .encrypt((&*wrap_nonce).into(), Payload { msg: &*file_key, aad: &digest.0 })
            .map_err(broken)?;
        let head = MAGIC.len() + WRAPPED + NONCE;
        let mut out = Vec::with_capacity(head + bytes.len() + (bytes.len() / PIECE + 1) * TAG);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&*wrap_nonce);
        out.extend_from_slice(&wrapped);
        out.extend_from_slice(&*nonce);
        let key = StreamKey::<Cipher>::from(*file_key);
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
        let (file_key, rest) = match file.strip_prefix(MAGIC) {
            Some(rest) => {
                let (wrap_nonce, wrapped) = rest.get(..WRAPPED)?.split_at(24);
                let wrap_nonce: [u8; 24] = wrap_nonce.try_into().ok()?;
                let opened = Cipher::new((&*self.wrap_key).into())
                    .decrypt((&wrap_nonce).into(), Payload { msg: wrapped, aad: &digest.0 })
                    .map(Zeroizing::new)
                    .ok()?;
                (Zeroizing::new(<[u8; 32]>::try_from(&opened[..]).ok()?), &rest[WRAPPED..])
            }
            None => (self.key.clone(), file.strip_prefix(OLD_MAGIC)?),
        };
        let nonce: [u8; NONCE] = rest.get(..NONCE)?.try_into().ok()?;
        let mut rest = &rest[NONCE..];
        let key = StreamKey::<Cipher>::from(*file_key);
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

/// Whether a blob file is there that has not begun to be destroyed.
fn whole(path: &Path) -> bool {
    let mut magic = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && (magic == *MAGIC || magic == *OLD_MAGIC)
}

/// Overwrites the head of a file that has a key of its own, the whole of any other, and removes it. A disk that writes
/// elsewhere may keep of the latter what it likes.
pub fn shred(path: &Path) -> std::io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut magic = [0; MAGIC.len()];
    let own_key = file.read_exact(&mut magic).is_ok() && magic == *MAGIC;
    let mut left = file.metadata()?.len();
    if own_key {
        left = left.min((MAGIC.len() + WRAPPED + NONCE) as u64);
    }
    std::io::Seek::rewind(&mut file)?;
    let nothing = [0; PIECE];
    while left > 0 {
        let piece = left.min(PIECE as u64);
        file.write_all(&nothing[..piece as usize])?;
        left -= piece;
    }
    file.sync_all()?;
    drop(file);
    fs::remove_file(path)
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
        for at in [0, 5, 30, 70, 90, PIECE + 50, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(blobs.path(&a), bad).unwrap();
            assert_eq!(blobs.get(&a).unwrap_err().code, Code::Integrity, "byte {at}");
        }
        for len in [0, 10, 60, 4 + WRAPPED + NONCE + PIECE + TAG, good.len() - 1] {
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

    /// As stores of before wrote it.
    fn old(blobs: &Blobs, digest: &Digest, bytes: &[u8]) -> Vec<u8> {
        let nonce = [7; NONCE];
        let mut out = [&OLD_MAGIC[..], &nonce].concat();
        let key = StreamKey::<Cipher>::from(*blobs.key);
        let stream = EncryptorBE32::<Cipher>::new(&key, &Nonce::<Cipher, StreamBE32<Cipher>>::from(nonce));
        let mut piece = bytes.to_vec();
        stream.encrypt_last_in_place(&digest.0, &mut piece).unwrap();
        out.extend(piece);
        out
    }

    #[test]
    fn a_file_from_before_is_read_and_destroyed() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(dir.path());
        let bytes = "trang cũ".as_bytes();
        let digest = Digest::of(bytes);
        let path = blobs.path(&digest);
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, old(&blobs, &digest, bytes)).unwrap();
        assert!(blobs.has(&digest) && blobs.get(&digest).unwrap() == bytes);
        // A second name for the same sectors shows what became of them.
        let sectors = dir.path().join("sectors");
        fs::hard_link(&path, &sectors).unwrap();
        blobs.destroy(&digest).unwrap();
        assert!(!blobs.has(&digest) && fs::read(sectors).unwrap().iter().all(|b| *b == 0));
    }

    #[test]
    fn what_is_destroyed_cannot_be_read_even_by_whoever_has_the_key_and_the_sectors() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(dir.path());
        let bytes = vec![5; 3 * PIECE];
        let digest = blobs.put(&bytes).unwrap();
        let sealed = fs::read(blobs.path(&digest)).unwrap();
        let sectors = dir.path().join("sectors");
        fs::hard_link(blobs.path(&digest), &sectors).unwrap();
        blobs.destroy(&digest).unwrap();
        blobs.destroy(&digest).unwrap();
        assert!(!blobs.has(&digest) && blobs.names().unwrap().is_empty());
        let left = fs::read(&sectors).unwrap();
        let head = MAGIC.len() + WRAPPED + NONCE;
        assert!(left[..head].iter().all(|b| *b == 0) && left[head..] == sealed[head..]);
        assert!(blobs.unseal(&digest, &left).is_none());
        // The same bytes sealed again have another key, which opens nothing of the old file.
        blobs.put(&bytes).unwrap();
        let again = fs::read(blobs.path(&digest)).unwrap();
        assert!(blobs.unseal(&digest, &[&again[..head], &sealed[head..]].concat()).is_none());
    }

    #[test]
    fn a_half_destroyed_file_is_no_blob_and_goes_at_the_next_try() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(dir.path());
        let (a, b) = (blobs.put(b"a").unwrap(), blobs.put(b"b").unwrap());
        for digest in [&a, &b] {
            let mut file = fs::read(blobs.path(digest)).unwrap();
            file[..10].fill(0);
            fs::write(blobs.path(digest), file).unwrap();
            assert!(!blobs.has(digest));
        }
        blobs.destroy(&a).unwrap();
        assert!(!blobs.path(&a).exists());
        blobs.put(b"b").unwrap();
        assert_eq!(blobs.get(&b).unwrap(), b"b", "kept again in place of the ruin");
    }
}
