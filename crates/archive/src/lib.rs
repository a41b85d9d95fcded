//! The centre: takes in what stations sent, verifies every digest, keeps or refuses, answers.
