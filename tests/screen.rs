//! A display of one's own and a driver for the real window on it; both end with their value.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A started program with all that it started itself, ended with the value whatever happened.
pub struct Running(Child);

impl Running {
    /// Starts `command` in a process group of its own.
    pub fn start(command: &mut Command) -> std::io::Result<Self> {
        command.process_group(0).spawn().map(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Some may have ended by themselves.
        // SAFETY: a plain system call; the group is that of a child which has not been waited for yet.
        unsafe { libc::kill(-(self.0.id() as i32), libc::SIGKILL) };
        let _ = self.0.wait();
    }
}

/// A virtual display the size of an office PC's.
pub struct Screen {
    _server: Running,
    /// As in `DISPLAY`.
    pub display: String,
}

impl Screen {
    /// Panics when Xvfb does not start.
    pub fn open() -> Self {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Running::start(&mut command).expect("Xvfb (apt: xvfb)");
        let mut number = String::new();
        let out = server.0.stdout.take().expect("its output is ours");
        BufReader::new(out).read_line(&mut number).expect("Xvfb says its number");
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Self { _server: server, display: format!(":{}", number.trim()) }
    }

    /// Chooses `path` in the system's file dialogue whose title contains `title`, by keyboard.
    ///
    /// Panics when no such dialogue appears, or does not go, within twenty seconds.
    pub fn choose(&self, title: &str, path: &str) {
        let xdotool = |args: &[&str]| {
            let out = Command::new("xdotool").args(args).env("DISPLAY", &self.display).output();
            String::from_utf8_lossy(&out.expect("xdotool (apt: xdotool)").stdout).trim().to_owned()
        };
        let search = || xdotool(&["search", "--onlyvisible", "--name", title]);
        let start = Instant::now();
        let wait = || {
            assert!(start.elapsed() < Duration::from_secs(20), "«{title}» did not come or go");
            std::thread::sleep(Duration::from_millis(300));
        };
        while search().is_empty() {
            wait();
        }
        // There is no window manager here to give a new window the keyboard. The dialogue begins with recent files,
        // where no folder can be chosen, so it goes home first. Delete takes away what the dialogue
        // completes by itself; it may want a Return to go to the folder and another to take it.
        xdotool(&["windowfocus", "--sync", &search()]);
        wait();
        xdotool(&["key", "alt+Home"]);
        wait();
        xdotool(&["key", "ctrl+l", "ctrl+a"]);
        wait();
        xdotool(&["type", "--delay", "5", path]);
        while !search().is_empty() {
            wait();
            xdotool(&["key", "Delete", "Return"]);
        }
    }
}

/// WebKit's own driver, on a message bus and in a home folder of its own.
pub struct Driver {
    _server: Running,
    pub url: String,
}

impl Driver {
    /// A driver whose windows open on `screen`, with `home` for all that they keep and `env` beside.
    ///
    /// Panics when it does not start.
    pub fn start(screen: &Screen, home: &Path, env: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "WebKitWebDriver", "--host=127.0.0.1"]).arg(format!("--port={port}"));
        command.env("DISPLAY", &screen.display).env("GDK_BACKEND", "x11").env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.env("LC_ALL", "C.UTF-8").env("HOME", home).env_remove("SOHOA_PASSPHRASE");
        for (name, folder) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            let folder = home.join(folder);
            std::fs::create_dir_all(&folder).expect("the home folder can be written");
            std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).expect("it is ours");
            command.env(name, folder);
        }
        command.envs(env.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Running::start(&mut command).expect("dbus-run-session (apt: dbus)");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "WebKitWebDriver (apt: webkit2gtk-driver) did not start"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { _server: server, url: format!("http://127.0.0.1:{port}") }
    }
}
