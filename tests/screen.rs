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
        let _ = Command::new("sh").arg("-c").arg(format!("kill -9 -- -{}", self.0.id())).stderr(Stdio::null()).status();
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

    /// Types on the display as a keyboard would, into the window whose title contains `title`, once there is one.
    ///
    /// Panics when no such window appears within ten seconds.
    pub fn type_into(&self, title: &str, keys: &[&[&str]]) {
        let run = |args: &[&str]| {
            let out = Command::new("xdotool").args(args).env("DISPLAY", &self.display).output();
            out.expect("xdotool (apt: xdotool)")
        };
        let start = Instant::now();
        let window = loop {
            let found = run(&["search", "--onlyvisible", "--name", title]);
            if let Some(id) = String::from_utf8_lossy(&found.stdout).lines().last().filter(|id| !id.is_empty()) {
                break id.to_owned();
            }
            assert!(start.elapsed() < Duration::from_secs(10), "no window «{title}»");
            std::thread::sleep(Duration::from_millis(100));
        };
        // There is no window manager here to give a new window the keyboard.
        run(&["windowfocus", "--sync", &window]);
        for key in keys {
            std::thread::sleep(Duration::from_millis(300));
            assert!(run(key).status.success(), "xdotool {key:?}");
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
