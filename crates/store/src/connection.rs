//! The database: one writer, many readers, all under SQLCipher.

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use sohoa_model::{Code, Digest, Error, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::blob::Blobs;
use crate::keys::{Key, Lock, hex};
use crate::table::purge;

/// An open store. Share it between threads by reference; several processes may have the same store open.
pub struct Store {
    dir: PathBuf,
    station: String,
    pub blobs: Blobs,
    db_key: zeroize::Zeroizing<String>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// Turns what SQLite says into what the clerk can use.
pub trait Db<T> {
    fn db(self) -> Result<T>;
}

impl<T> Db<T> for rusqlite::Result<T> {
    fn db(self) -> Result<T> {
        use rusqlite::ErrorCode as E;
        self.map_err(|e| match e.sqlite_error_code() {
            Some(E::DiskFull) => Error::new(Code::DiskFull, "Ổ đĩa đã đầy")
                .hint("Giải phóng dung lượng rồi thử lại; chưa có gì bị mất.")
                .source(e),
            Some(E::DatabaseCorrupt | E::NotADatabase) => Error::new(Code::Integrity, "Cơ sở dữ liệu của trạm bị hỏng")
                .hint("Khôi phục từ bản sao lưu (sohoa restore).")
                .source(e),
            Some(E::DatabaseBusy | E::DatabaseLocked) => {
                Error::new(Code::Internal, "Trạm đang bận ghi ở một cửa sổ khác")
                    .hint("Đợi vài giây rồi thử lại.")
                    .source(e)
            }
            _ => Error::internal("Cơ sở dữ liệu của trạm báo lỗi", e),
        })
    }
}

impl Store {
    /// A new store in `dir`, under `passphrase`.
    pub fn create(dir: &Path, passphrase: &str) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(|e| Error::io("tạo", dir, e))?;
        if Lock::exists(dir) {
            return Err(
                Error::new(Code::NotAllowed, "Ở đây đã có một trạm").hint("Mở trạm đó, hoặc chọn thư mục khác.")
            );
        }
        let (lock, key) = Lock::create(dir, passphrase)?;
        Self::open(dir, &lock, &key)
    }

    pub fn open(dir: &Path, lock: &Lock, key: &Key) -> Result<Self> {
        let db_key = zeroize::Zeroizing::new(hex(&*key.derive("db")));
        let mut writer = connect(dir, &db_key, OpenFlags::default())?;
        crate::migrate::migrate(&mut writer)?;
        let store = Self {
            dir: dir.to_owned(),
            station: lock.station.clone(),
            blobs: Blobs::open(dir, key)?,
            db_key,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
        };
        store.finish_purges()?;
        Ok(store)
    }

    /// The random id of this installation.
    pub fn station(&self) -> &str {
        &self.station
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads one consistent state.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let pooled = lock(&self.readers).pop();
        let mut reader = match pooled {
            Some(reader) => reader,
            None => {
                connect(&self.dir, &self.db_key, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?
            }
        };
        let result = reader.transaction().db().and_then(|tx| f(&tx));
        lock(&self.readers).push(reader);
        result
    }

    /// Writes all of it or nothing; durable when it returns.
    pub fn write<T>(&self, f: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).db()?;
        let result = f(&tx)?;
        tx.commit().db()?;
        Ok(result)
    }

    /// Destroys what [`crate::table::purge`] wrote down, then every old page of the database that may still hold what went.
    /// Call it after the transaction; [`Store::open`] does, too, since what a crash interrupted is written down still.
    /// False while somebody else's reading holds old pages: then it is for the next call.
    pub fn finish_purges(&self) -> Result<bool> {
        let Some(blobs) = self.read(purge::pending)? else { return Ok(true) };
        blobs.iter().try_for_each(|blob| self.blobs.destroy(blob))?;
        // What a writer leaves for a minute is a dead one's.
        self.blobs.sweep(Duration::from_secs(60))?;
        if !self.truncate_log()? {
            return Ok(false);
        }
        self.write(|tx| tx.execute("DELETE FROM purge WHERE blob <> ''", []).db())?;
        if !self.truncate_log()? {
            return Ok(false);
        }
        self.write(|tx| tx.execute("DELETE FROM purge", []).db())?;
        Ok(true)
    }

    /// Destroys a blob that came to belong to nobody.
    pub fn discard(&self, blob: &Digest) -> Result<()> {
        if self.read(|db| purge::is_referred_to(db, blob))? { Ok(()) } else { self.blobs.destroy(blob) }
    }

    /// Brings everything from the write-ahead log into the database and leaves the log empty; false while it is in use.
    fn truncate_log(&self) -> Result<bool> {
        let busy: bool = lock(&self.writer).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0)).db()?;
        Ok(!busy)
    }

    /// A consistent copy while at work: the rows as of now, then every blob, then the lock. `dir` must be new or empty.
    pub fn backup(&self, dir: &Path) -> Result<()> {
        if std::fs::read_dir(dir).is_ok_and(|mut d| d.next().is_some()) {
            return Err(Error::new(Code::NotAllowed, format!("{} không trống", dir.display()))
                .hint("Chọn thư mục trống để sao lưu."));
        }
        std::fs::create_dir_all(dir.join("objects")).map_err(|e| Error::io("tạo", dir, e))?;
        let db = dir.join("store.db");
        let path = db.to_str().ok_or_else(|| Error::new(Code::Usage, "Đường dẫn sao lưu không hợp lệ"))?;
        lock(&self.writer).execute("VACUUM INTO ?1", [path]).db()?;
        // Blobs never change and only a purge takes any away, so all else that the copied rows refer to is there.
        let objects = self.dir.join("objects");
        for name in self.blobs.names()? {
            let (from, to) = (objects.join(&name[..2]).join(&name), dir.join("objects").join(&name[..2]));
            std::fs::create_dir_all(&to).map_err(|e| Error::io("tạo", &to, e))?;
            let to = to.join(&name);
            match std::fs::copy(&from, &to).and_then(|_| std::fs::File::open(&to)?.sync_all()) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound && !from.exists() => {}
                other => other.map_err(|e| Error::io("chép", &to, e))?,
            }
        }
        // The lock comes last: a copy without it is not yet a store.
        let lock = std::fs::read(self.dir.join("station.json")).map_err(|e| Error::io("đọc", &self.dir, e))?;
        crate::blob::write_durably(&dir.join("station.json"), &lock)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a caller's closure rolls its transaction back, so what the lock guards is sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(dir: &Path, key: &str, flags: OpenFlags) -> Result<Connection> {
    let db = Connection::open_with_flags(dir.join("store.db"), flags).db()?;
    db.busy_timeout(Duration::from_secs(20)).db()?;
    let key = zeroize::Zeroizing::new(format!("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{key}'\";"));
    db.execute_batch(&key).db()?;
    let reads = flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY);
    if !reads {
        // Deleted rows leave nothing behind in the file: a page may have to be purged.
        db.execute_batch("PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;").db()?;
    }
    // Without it SQLite compiles a statement anew for every value bound to it, in case another plan suits that better.
    db.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).db()?;
    // In KiB. Searching comes back to the same pages of the index; what is written is hardly looked at again.
    db.pragma_update(None, "cache_size", if reads { -32_000 } else { -8_000 }).db()?;
    db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;").db()?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}
