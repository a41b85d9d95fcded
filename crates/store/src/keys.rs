//! The data key and who may have it.
//!
//! One random 32-byte key encrypts everything. `station.json` holds it only wrapped: by a key derived from the
//! passphrase (Argon2id, RFC 9106), and, if the clerk wishes, by a random secret that the system's keyring keeps.
//! A store exists when its `station.json` does; nothing else is ever taken for a first run.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sohoa_model::{Code, Error, Result};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Argon2id memory in KiB and passes: about 0.2 s on a counter PC.
const MEMORY: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The unwrapped data key. Wiped from memory when dropped.
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A key for one purpose (HKDF-SHA256, RFC 5869).
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.0).expand(purpose.as_bytes(), &mut *out).expect("32 bytes are few enough");
        out
    }
}

/// What `station.json` holds.
#[derive(Serialize, Deserialize)]
pub struct Lock {
    version: u32,
    /// Random, per installation: `st-` and 16 hex digits.
    pub station: String,
    wraps: Vec<Wrap>,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Wrap {
    kind: Kind,
    salt: String,
    nonce: String,
    key: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Passphrase,
    Secret,
}

impl Lock {
    fn path(dir: &Path) -> PathBuf {
        dir.join("station.json")
    }

    /// Whether there is a store in `dir`.
    pub fn exists(dir: &Path) -> bool {
        Self::path(dir).exists()
    }

    pub fn read(dir: &Path) -> Result<Self> {
        let path = Self::path(dir);
        let bytes = std::fs::read(&path).map_err(|e| Error::io("đọc", &path, e))?;
        let mut lock: Self = serde_json::from_slice(&bytes).map_err(|e| {
            Error::new(Code::Integrity, "Tệp khóa của trạm bị hỏng")
                .hint("Lấy lại station.json từ bản sao lưu.")
                .source(e)
        })?;
        if lock.version != 1 {
            return Err(Error::new(Code::Locked, "Trạm này do một bản Sohoa mới hơn tạo").hint("Cập nhật Sohoa."));
        }
        lock.path = path;
        Ok(lock)
    }

    /// A new data key under a passphrase, written to `dir`.
    pub fn create(dir: &Path, passphrase: &str) -> Result<(Self, Key)> {
        if passphrase.trim().is_empty() {
            return Err(
                Error::new(Code::Usage, "Mật khẩu trống").hint("Chọn mật khẩu cho trạm; mất mật khẩu là mất dữ liệu.")
            );
        }
        let key = Key(random()?);
        let station = format!("st-{}", hex(&random::<8>()?[..]));
        let mut lock = Self { version: 1, station, wraps: Vec::new(), path: Self::path(dir) };
        lock.wrap(Kind::Passphrase, passphrase.as_bytes(), &key)?;
        Ok((lock, key))
    }

    pub fn open(&self, passphrase: &str) -> Result<Key> {
        self.unwrap(Kind::Passphrase, passphrase.as_bytes())
    }

    /// Opens with the secret that the keyring kept.
    pub fn open_with_secret(&self, secret: &[u8]) -> Result<Key> {
        self.unwrap(Kind::Secret, secret)
    }

    /// A new secret for the keyring to keep.
    pub fn add_secret(&mut self, key: &Key) -> Result<Zeroizing<[u8; 32]>> {
        let secret = random()?;
        self.wraps.retain(|w| w.kind != Kind::Secret);
        self.wrap(Kind::Secret, &*secret, key)?;
        Ok(secret)
    }

    fn wrap(&mut self, kind: Kind, secret: &[u8], key: &Key) -> Result<()> {
        let (salt, nonce) = (random::<16>()?, random::<24>()?);
        let kek = kek(kind, secret, &*salt)?;
        let wrapped = XChaCha20Poly1305::new((&*kek).into())
            .encrypt((&*nonce).into(), Payload { msg: &*key.0, aad: self.station.as_bytes() })
            .map_err(|_| Error::new(Code::Internal, "Không mã hóa được khóa của trạm"))?;
        self.wraps.push(Wrap { kind, salt: hex(&*salt), nonce: hex(&*nonce), key: hex(&wrapped) });
        let json = serde_json::to_vec_pretty(self).map_err(|e| Error::internal("Không viết được tệp khóa", e))?;
        crate::blob::write_durably(&self.path, &json)
    }

    fn unwrap(&self, kind: Kind, secret: &[u8]) -> Result<Key> {
        let locked =
            || Error::new(Code::Locked, "Mật khẩu không đúng").hint("Nhập lại; chú ý bộ gõ và phím Caps Lock.");
        for wrap in self.wraps.iter().filter(|w| w.kind == kind) {
            let (salt, nonce, wrapped) = (unhex(&wrap.salt)?, unhex(&wrap.nonce)?, unhex(&wrap.key)?);
            let nonce: [u8; 24] = nonce.try_into().map_err(|_| locked())?;
            let kek = kek(kind, secret, &salt)?;
            let opened = XChaCha20Poly1305::new((&*kek).into())
                .decrypt((&nonce).into(), Payload { msg: &wrapped, aad: self.station.as_bytes() })
                .map(Zeroizing::new);
            if let Ok(bytes) = opened
                && let Ok(key) = <[u8; 32]>::try_from(&bytes[..])
            {
                return Ok(Key(Zeroizing::new(key)));
            }
        }
        Err(locked())
    }
}

/// The key that wraps the key. A keyring secret is random already and needs no slow derivation.
fn kek(kind: Kind, secret: &[u8], salt: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let mut out = Zeroizing::new([0; 32]);
    match kind {
        Kind::Secret => {
            Hkdf::<Sha256>::new(Some(salt), secret).expand(b"keyring", &mut *out).expect("32 bytes are few enough")
        }
        Kind::Passphrase => {
            let params = Params::new(MEMORY, PASSES, 1, Some(32)).expect("the parameters are constants within bounds");
            // One keyboard may write NFC and the next NFD.
            let secret = Zeroizing::new(sohoa_model::text::nfc(&String::from_utf8_lossy(secret)));
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(secret.as_bytes(), salt, &mut *out)
                .map_err(|e| Error::new(Code::Internal, "Không tạo được khóa từ mật khẩu").source(e.to_string()))?;
        }
    }
    Ok(out)
}

pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(|e| Error::internal("Máy không cho số ngẫu nhiên", e.to_string()))?;
    Ok(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let byte = |i: usize| text.get(2 * i..2 * i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len() / 2).map(byte).collect::<Option<_>>().ok_or_else(|| {
        Error::new(Code::Integrity, "Tệp khóa của trạm bị hỏng").hint("Lấy lại station.json từ bản sao lưu.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_passphrase_opens_and_another_does_not() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!Lock::exists(dir.path()));
        let (_, key) = Lock::create(dir.path(), "mật khẩu").unwrap();
        let lock = Lock::read(dir.path()).unwrap();
        assert_eq!(*lock.open("mật khẩu").unwrap().0, *key.0);
        let nfd = String::from_utf8("ma\u{323}\u{302}t kha\u{302}\u{309}u".into()).unwrap();
        assert_eq!(*lock.open(&nfd).unwrap().0, *key.0);
        assert_eq!(lock.open("mat khau").err().unwrap().code, Code::Locked);
        assert!(Lock::create(dir.path(), " ").is_err());
    }

    #[test]
    fn a_keyring_secret_opens_too_and_the_newest_only() {
        let dir = tempfile::tempdir().unwrap();
        let (mut lock, key) = Lock::create(dir.path(), "a").unwrap();
        let first = lock.add_secret(&key).unwrap();
        let second = lock.add_secret(&key).unwrap();
        let lock = Lock::read(dir.path()).unwrap();
        assert_eq!(*lock.open_with_secret(&*second).unwrap().0, *key.0);
        assert!(lock.open_with_secret(&*first).is_err());
        assert!(lock.open("a").is_ok());
    }
}
