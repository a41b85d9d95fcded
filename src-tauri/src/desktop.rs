//! What the window holds on to: the open station, the crew that works its queue, and who wants to hear of progress.

use sohoa_model::{Code, Error, Result};
use sohoa_station::{Inbox, Station, Watch, view::Progress};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use tauri::ipc::Channel;

pub struct Desktop {
    pub dir: PathBuf,
    station: RwLock<Option<Arc<Station>>>,
    listeners: Mutex<Vec<Channel<Progress>>>,
    cancel: AtomicBool,
    /// Raised to stop the scanner.
    cancel_scan: AtomicBool,
    /// Raised when there is new work.
    bell: (Mutex<bool>, Condvar),
}

impl Desktop {
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            station: RwLock::default(),
            listeners: Mutex::default(),
            cancel: AtomicBool::new(false),
            cancel_scan: AtomicBool::new(false),
            bell: Default::default(),
        }
    }

    /// The station, once unlocked.
    pub fn station(&self) -> Result<Arc<Station>> {
        let station = self.station.read().unwrap_or_else(PoisonError::into_inner);
        station.clone().ok_or_else(|| Error::new(Code::Locked, "Trạm đang khóa").hint("Nhập mật khẩu của trạm."))
    }

    pub fn is_open(&self) -> bool {
        self.station.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Sits down at the station and sets the crew to work.
    pub fn take(self: &Arc<Self>, station: Station) {
        let station = Arc::new(station);
        *self.station.write().unwrap_or_else(PoisonError::into_inner) = Some(station.clone());
        let (desktop, crewed) = (self.clone(), station.clone());
        std::thread::spawn(move || desktop.work(&crewed));
        let desktop = self.clone();
        std::thread::spawn(move || desktop.watch_inbox(&station));
    }

    /// Takes in what a printer scans into the watched folder, for as long as the window is open.
    fn watch_inbox(&self, station: &Station) {
        const PAUSE: Duration = Duration::from_secs(2);
        let mut inbox: Option<Inbox> = None;
        loop {
            let wanted = station.settings().map(|s| PathBuf::from(s.inbox)).unwrap_or_default();
            if inbox.as_ref().is_none_or(|i| i.folder() != wanted) {
                inbox = (!wanted.as_os_str().is_empty()).then(|| Inbox::new(&wanted));
            }
            // A share that is away for a while is looked for again.
            if let Some(Ok(Some(_))) = inbox.as_mut().map(|inbox| station.look_into(inbox)) {
                self.ring();
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn work(&self, station: &Station) {
        let tell = |progress| self.tell(&progress);
        // Starting is resuming.
        if let Err(error) = station.finish_stacks_left_open().and_then(|()| station.resume()) {
            eprintln!("work: {error}");
        }
        loop {
            let result = station.work(None, &Watch { progress: &tell, cancel: &self.cancel });
            self.cancel.store(false, Ordering::SeqCst);
            if let Err(error) = result {
                eprintln!("work: {error}");
            }
            if let Ok(work) = station.progress() {
                self.tell(&Progress::Working { work });
            }
            // Another process may have queued something too, so look now and then.
            let rung = lock(&self.bell.0);
            let (mut rung, _) = self
                .bell
                .1
                .wait_timeout_while(rung, Duration::from_secs(5), |rung| !*rung)
                .unwrap_or_else(PoisonError::into_inner);
            *rung = false;
        }
    }

    /// There is new work.
    pub fn ring(&self) {
        *lock(&self.bell.0) = true;
        self.bell.1.notify_all();
    }

    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::SeqCst);
    }

    pub fn begin_scan(&self) {
        self.cancel_scan.store(false, Ordering::SeqCst);
    }

    /// What the scanner looks at to know whether to go on.
    pub fn scanning(&self) -> &AtomicBool {
        &self.cancel_scan
    }

    pub fn cancel_scan(&self) {
        self.cancel_scan.store(true, Ordering::SeqCst);
    }

    pub fn listen(&self, channel: Channel<Progress>) {
        lock(&self.listeners).push(channel);
    }

    fn tell(&self, progress: &Progress) {
        // A listener whose window was reloaded is gone for good.
        lock(&self.listeners).retain(|channel| channel.send(progress.clone()).is_ok());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
