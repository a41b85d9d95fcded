//! Batches carried out and receipts brought back, the same over a folder as over an object store.
