//! WIA 2.0: the scanners of Windows, by whatever driver their maker gave them. Never run with a device so far.
//!
//! Nothing is asked of a driver that it may not refuse: properties are set where they can be, and what it took is read
//! back. It is asked for a plain bitmap, the one format that every driver must have, of which we make the picture.
//!
//! What can be told without Windows is apart from what cannot, and tested everywhere.

#[cfg(windows)]
mod driver;
#[cfg(windows)]
mod library;
mod page;
mod property;
mod status;

#[cfg(windows)]
pub use driver::Wia;

use sohoa_model::Result;
use std::sync::mpsc::Receiver;
use std::time::SystemTime;

use super::Line;
use status::Status;

/// What a transfer tells while it runs.
enum Event {
    /// Something moves.
    Progress,
    /// A page is whole: what came, at which resolution, and when the last byte of it was there.
    Page { bytes: Vec<u8>, dpi: f32, received: SystemTime },
    /// The device is not well, or waits for something.
    Trouble(Status),
    /// Nothing more will come. Windows may keep the other end of the channel for a while.
    End,
}

/// Hands the pages over until the transfer is at its end.
///
/// Returning before drops the receiver, and that is how the transfer learns to stop.
///
/// Errors: `Cancelled`, and what the device reports that ends a scan. The page that was in it then is never given.
fn receive(events: Receiver<Event>, line: &mut Line) -> Result<()> {
    for event in events {
        match event {
            Event::Progress => line.alive()?,
            Event::Page { bytes, dpi, received } => line.page(page::read(bytes, dpi)?, received)?,
            Event::Trouble(status) => match status.trouble() {
                Some(error) => return Err(error),
                None => line.alive()?,
            },
            Event::End => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Said;
    use sohoa_model::Code;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;

    fn page() -> Event {
        Event::Page { bytes: page::bitmap(24, 40, 30), dpi: 300.0, received: SystemTime::now() }
    }

    /// What the parent hears when a transfer tells this, and how many events the transfer got rid of.
    fn scan(events: Vec<Event>, stop_after: usize) -> (Result<()>, Vec<u32>, usize) {
        let (tell, told) = mpsc::sync_channel(0);
        let cancel = AtomicBool::new(false);
        let (mut pages, mut heard) = (Vec::new(), 0);
        let mut hear = |said: &Said, _: &[u8]| {
            if let Said::Page(head) = said {
                pages.push(head.number);
            }
            heard += 1;
            cancel.store(heard >= stop_after, Ordering::Relaxed);
            Ok(())
        };
        let (outcome, sent) = std::thread::scope(|scope| {
            let transfer = scope.spawn(move || events.into_iter().map_while(|e| tell.send(e).ok()).count());
            let outcome = receive(told, &mut Line::new(&cancel, &mut hear));
            (outcome, transfer.join().unwrap())
        });
        (outcome, pages, sent)
    }

    #[test]
    fn each_page_is_handed_over_when_it_is_whole_and_none_after_trouble() {
        let [warm, empty, jam] = [Status::WARMING_UP, Status::PAPER_EMPTY, Status::PAPER_JAM].map(Event::Trouble);
        let (outcome, pages, _) =
            scan(vec![Event::Progress, warm, page(), page(), empty, Event::End, page()], usize::MAX);
        assert_eq!((outcome.is_ok(), pages), (true, vec![1, 2]));
        let (outcome, pages, sent) = scan(vec![page(), Event::Progress, jam, page(), page()], usize::MAX);
        assert_eq!((outcome.unwrap_err().code, pages, sent), (Code::PaperJam, vec![1], 3));
    }

    #[test]
    fn cancelling_stops_the_transfer_and_keeps_what_came_before() {
        let (outcome, pages, sent) = scan(vec![page(), Event::Progress, Event::Progress, page()], 2);
        assert_eq!((outcome.unwrap_err().code, pages, sent), (Code::Cancelled, vec![1], 2));
    }
}
