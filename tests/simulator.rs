//! Devices made of software, programmable down to their faults.

pub mod escl;
