//! Shared by the tests that cross crates: where the built programs and the fixtures lie.
