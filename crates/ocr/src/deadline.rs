//! How long a page may take.

use sohoa_model::{Code, Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Params;

/// When reading a page ends at the latest, whatever is done with it: at once when somebody cancels, or some time after it
/// began.
pub struct Deadline<'a> {
    cancel: &'a AtomicBool,
    began: Instant,
    allowed: Duration,
}

impl<'a> Deadline<'a> {
    /// Of a page that is begun now.
    pub fn new(params: &Params, cancel: &'a AtomicBool) -> Self {
        Self { cancel, began: Instant::now(), allowed: Duration::from_secs(params.deadline.into()) }
    }

    /// Whether to go on; asked often, at least once for every line.
    ///
    /// Errors: `Cancelled` where somebody cancelled; `Unreadable` where it takes too long.
    pub(crate) fn check(&self) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Cancelled, "Đã dừng theo yêu cầu"));
        }
        if self.began.elapsed() >= self.allowed {
            return Err(Error::new(Code::Unreadable, "Không đọc được trang này trong thời gian cho phép")
                .hint("Quét lại trang rõ hơn rồi thử lại."));
        }
        Ok(())
    }
}
