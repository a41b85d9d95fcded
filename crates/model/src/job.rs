//! A piece of work that survives a crash.

use serde::{Deserialize, Serialize};

/// The stages that run as jobs. What each works on: [`Stage::Capture`] an intake (the files and folders of one
/// import), [`Stage::Read`] a page, the others a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Capture,
    Read,
    Pdf,
    Extract,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}
