//! Everything durable: SQLite tables, encrypted blobs, search, jobs, the audit log.
