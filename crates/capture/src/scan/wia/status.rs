//! What WIA says, and what it means.

use sohoa_model::{Code, Error, Result};
use std::fmt;

use crate::scan::fault::{cancelled_there, fault};

/// An HRESULT of WIA or COM: negative where something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub i32);

impl Status {
    const fn error(code: u32) -> Self {
        Self(code as i32)
    }

    pub const CANCELLED: Status = Status(1);
    pub const PAPER_JAM: Status = Status::error(0x8021_0002);
    pub const PAPER_EMPTY: Status = Status::error(0x8021_0003);
    pub const PAPER_PROBLEM: Status = Status::error(0x8021_0004);
    pub const OFFLINE: Status = Status::error(0x8021_0005);
    pub const BUSY: Status = Status::error(0x8021_0006);
    pub const WARMING_UP: Status = Status::error(0x8021_0007);
    pub const USER_INTERVENTION: Status = Status::error(0x8021_0008);
    pub const ITEM_DELETED: Status = Status::error(0x8021_0009);
    pub const DEVICE_COMMUNICATION: Status = Status::error(0x8021_000A);
    pub const LOCKED: Status = Status::error(0x8021_000D);
    pub const COVER_OPEN: Status = Status::error(0x8021_0010);
    pub const RESERVATION_FAILED: Status = Status::error(0x8021_0013);
    pub const MULTI_FEED: Status = Status::error(0x8021_0014);
    pub const NO_DEVICE: Status = Status::error(0x8021_0015);
    pub const ACCESS_DENIED: Status = Status::error(0x8007_0005);
    pub const SERVICE_DISABLED: Status = Status::error(0x8007_0422);
    pub const NOT_REGISTERED: Status = Status::error(0x8004_0154);

    /// An error as the clerk hears it.
    pub fn told(self) -> Error {
        let code = match self {
            Status::PAPER_EMPTY => Code::FeederEmpty,
            Status::PAPER_JAM | Status::PAPER_PROBLEM => Code::PaperJam,
            Status::MULTI_FEED => Code::DoubleFeed,
            Status::COVER_OPEN => Code::CoverOpen,
            Status::BUSY | Status::WARMING_UP | Status::LOCKED | Status::RESERVATION_FAILED => Code::ScannerBusy,
            Status::OFFLINE | Status::DEVICE_COMMUNICATION | Status::ITEM_DELETED | Status::NO_DEVICE => {
                Code::ScannerLost
            }
            _ => Code::ScannerFailed,
        };
        match self {
            Status::USER_INTERVENTION => Error::new(code, "Máy quét cần người xử lý tại máy")
                .hint("Xem thông báo trên màn hình của máy quét, xử lý xong rồi quét tiếp."),
            Status::ACCESS_DENIED => Error::new(Code::Unreachable, "Không có quyền dùng máy quét")
                .hint("Nhờ người quản trị Windows cho phép tài khoản này dùng máy quét."),
            Status::NOT_REGISTERED => Error::new(Code::Missing, "Windows trên máy này không có WIA để dùng máy quét")
                .hint("Trên Windows Server, cài «Desktop Experience»; máy quét mạng (eSCL/AirScan) không cần WIA."),
            Status::SERVICE_DISABLED => Error::new(Code::Missing, "Dịch vụ máy quét của Windows đang tắt")
                .hint("Mở Services, bật «Windows Image Acquisition (WIA)» rồi thử lại."),
            _ => fault(code),
        }
        .source(self.to_string())
    }

    /// What a status in the middle of a transfer means; nothing where the device only has to be waited for, or the
    /// end will tell.
    pub fn trouble(self) -> Option<Error> {
        match self {
            Status(0..) | Status::WARMING_UP | Status::BUSY | Status::PAPER_EMPTY => None,
            _ => Some(self.told()),
        }
    }

    /// What it means that a transfer ended with this after so many pages. That there are no more is told by success, by
    /// success with a number of its own (0x00210001), or by an error.
    pub fn ended(self, feeder: bool, pages: u32) -> Result<()> {
        match self {
            Status::CANCELLED => Err(cancelled_there()),
            Status(0..) | Status::PAPER_EMPTY if pages > 0 => Ok(()),
            Status(0..) if feeder => Err(fault(Code::FeederEmpty).source(self.to_string())),
            Status(0..) => Err(fault(Code::ScannerFailed).source("a transfer without a page")),
            _ => Err(self.told()),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WIA status {:#010X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_device_says_is_told_apart() {
        for (status, code) in [
            (Status::PAPER_JAM, Code::PaperJam),
            (Status::PAPER_PROBLEM, Code::PaperJam),
            (Status::PAPER_EMPTY, Code::FeederEmpty),
            (Status::MULTI_FEED, Code::DoubleFeed),
            (Status::COVER_OPEN, Code::CoverOpen),
            (Status::LOCKED, Code::ScannerBusy),
            (Status::RESERVATION_FAILED, Code::ScannerBusy),
            (Status::OFFLINE, Code::ScannerLost),
            (Status::NO_DEVICE, Code::ScannerLost),
            (Status::ITEM_DELETED, Code::ScannerLost),
            (Status::DEVICE_COMMUNICATION, Code::ScannerLost),
            (Status::USER_INTERVENTION, Code::ScannerFailed),
            (Status::ACCESS_DENIED, Code::Unreachable),
            (Status::SERVICE_DISABLED, Code::Missing),
            (Status::NOT_REGISTERED, Code::Missing),
            (Status::error(0x8000_4005), Code::ScannerFailed),
        ] {
            let error = status.told();
            assert_eq!(error.code, code, "{status}");
            assert!(!error.message.is_empty() && !error.hint.is_empty(), "{status}");
        }
        assert_eq!(Status::LOCKED.to_string(), "WIA status 0x8021000D");
    }

    #[test]
    fn a_device_that_warms_up_is_waited_for_and_a_jam_is_not() {
        for wait in [Status(0), Status(0x0021_0002), Status::WARMING_UP, Status::BUSY, Status::PAPER_EMPTY] {
            assert!(wait.trouble().is_none(), "{wait}");
        }
        assert_eq!(Status::PAPER_JAM.trouble().unwrap().code, Code::PaperJam);
    }

    #[test]
    fn an_empty_feeder_ends_a_scan_well_if_there_was_a_page() {
        for end in [Status(0), Status(0x0021_0001), Status::PAPER_EMPTY] {
            end.ended(true, 1).unwrap();
            assert_eq!(end.ended(true, 0).unwrap_err().code, Code::FeederEmpty, "{end}");
        }
        Status(0).ended(false, 1).unwrap();
        assert_eq!(Status(0).ended(false, 0).unwrap_err().code, Code::ScannerFailed);
        assert_eq!(Status::CANCELLED.ended(true, 3).unwrap_err().code, Code::Cancelled);
        assert_eq!(Status::PAPER_JAM.ended(true, 3).unwrap_err().code, Code::PaperJam);
    }
}
