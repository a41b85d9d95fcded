//! Where things stand.

use serde::{Deserialize, Serialize};

/// A dossier's way through the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DossierState {
    /// Pages are being read, documents made, fields proposed.
    Working,
    /// All is read; the clerk's word on the fields is wanted.
    Review,
    /// Every document is confirmed; ready to seal.
    Confirmed,
    /// Packaged; nothing in it can change any more.
    Sealed,
    /// In a batch that has been committed to the archive.
    Sent,
    /// The archive's receipt says accepted.
    Accepted,
    /// The archive's receipt says refused; the clerk must look.
    Rejected,
}

/// A document's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    Working,
    Review,
    Confirmed,
    /// A page of it could not be read or written; it says why and can be tried again.
    Failed,
}

/// A batch's way (states of the sync protocol).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    Sending,
    Committed,
    Acked,
    Accepted,
    Partly,
    Rejected,
}
