//! Everything durable: SQLite tables, encrypted blobs, full-text search, jobs, the audit log.
//!
//! A [`Store`] is a folder:
//!
//! | file | what |
//! | --- | --- |
//! | `station.json` | the station's id and its data key, wrapped by passphrase and keyring ([`keys`]) |
//! | `store.db` | all rows, SQLite under SQLCipher |
//! | `objects/ab/…` | blobs: bytes named by a keyed hash of their SHA-256, encrypted ([`blob`]) |
//! | `tmp/` | files being written |
//!
//! The order that keeps it whole: a blob is durable on disk before the transaction that first refers to it commits.
//! A crash at any instruction leaves at worst a blob that no row refers to.

pub mod blob;
mod connection;
pub mod keys;
mod migrate;
pub mod search;
pub mod table;
mod verify;

pub use connection::{Db, Store};
pub use rusqlite::{Connection, Transaction};
pub use verify::{Finding, Verified};
