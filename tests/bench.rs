//! The tests within the benchmark of pages: a benchmark runs none of its own.

#[allow(dead_code)]
#[path = "bench/pages.rs"]
mod pages;
