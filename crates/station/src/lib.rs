//! The only crate that knows the order: import, jobs, review, seal, sync; progress, cancel, resume.
pub mod view;
