//! HTTP to a scanner. Each request has a connection and a thread of its own: whoever waits stays reachable however long
//! the device takes, and a small web server is not asked to keep connections.

use sohoa_model::{Code, Error, Result};
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::{Agent, http};

use super::address::Base;
use super::fault;

/// Called several times a second while something is waited for; an error means that nobody waits any more.
pub type Pulse<'a> = &'a mut dyn FnMut() -> Result<()>;

/// The largest page: A3 in colour at 1200 dpi, hardly compressed.
pub const LARGEST: u64 = 512 << 20;

/// The largest XML.
const XML: u64 = 4 << 20;

const CONNECT: Duration = Duration::from_secs(5);

/// How long the device may take to hear that a job is off.
pub const DELETE: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub enum Method {
    Get,
    /// With this XML. What the device answers besides the head is not waited for: some close the connection before it
    /// is whole.
    Post(String),
    Delete,
}

#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub server: String,
    /// When to come again.
    pub again: Option<Duration>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).trim_start_matches('\u{feff}').to_owned()
    }
}

/// Why there is no whole answer.
#[derive(Debug)]
pub enum Trouble {
    /// Nobody waits for it any more, or it would be the same elsewhere.
    Stopped(Error),
    /// Nobody opens; `host`: not at any door of that host.
    Nobody { host: bool, why: String },
    /// Somebody opens, but not to us.
    Tls(String),
    /// The connection stands, nothing comes.
    Silent,
    /// The connection ended too early.
    Cut(String),
    /// Somebody else lives there.
    NoScanner(String),
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Stopped(error) => error,
            Trouble::Tls(why) => Error::new(Code::Unreachable, "Không lập được kết nối mã hóa với máy quét")
                .hint("Bật TLS 1.2 trong trang quản trị của máy quét, hoặc dùng địa chỉ bắt đầu bằng http://.")
                .source(why),
            Trouble::NoScanner(why) => Error::new(Code::ScannerLost, "Ở địa chỉ này không có máy quét eSCL")
                .hint("Kiểm tra địa chỉ; bật eSCL (AirPrint, Mopria) trong trang quản trị của máy quét.")
                .source(why),
            Trouble::Nobody { why, .. } | Trouble::Cut(why) => fault(Code::ScannerLost).source(why),
            Trouble::Silent => fault(Code::ScannerLost).source("no answer"),
        }
    }
}

pub struct Client {
    agent: Agent,
    pub base: Base,
    /// In place of the header that the address gives.
    pub host: Option<String>,
}

impl Client {
    pub fn new(base: Base, patience: Duration) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            // Scanners sign their certificates themselves, for names and dates that are not theirs, and nobody at the
            // counter could judge one. Encryption still keeps out whoever only listens.
            .disable_verification(true)
            .use_sni(false)
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Paper goes to the scanner beside the desk, not through the office's proxy.
            .proxy(None)
            .tls_config(tls)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT))
            // Only ends threads that nobody listens to any more.
            .timeout_per_read(Some(4 * patience))
            .user_agent("Sohoa")
            .build()
            .new_agent();
        Self { agent, base, host: None }
    }

    /// A document below the root.
    pub fn xml(&mut self, name: &str, wait: Duration, pulse: Pulse) -> Result<Answer, Trouble> {
        self.ask(&Method::Get, &format!("{}/{name}", self.base.root), wait, XML, pulse)
    }

    /// Calls a job off. That it is off already, or the device gone, is all the same.
    pub fn delete(&mut self, job: &str) {
        let _ = self.ask(&Method::Delete, job, DELETE, 0, &mut || Ok(()));
    }

    /// One request. `wait` is how long nothing may come; a body larger than `most` is cut off as if by the device.
    pub fn ask(
        &mut self,
        method: &Method,
        path: &str,
        wait: Duration,
        most: u64,
        pulse: Pulse,
    ) -> Result<Answer, Trouble> {
        let mut path = path.to_owned();
        for _ in 0..3 {
            let answer = self.once(method, &path, wait, most, pulse)?;
            let elsewhere = matches!(answer.status, 301 | 302 | 307 | 308);
            match elsewhere.then(|| self.base.redirected(&answer.location)).flatten() {
                Some((base, there)) => (self.base, path) = (base, there),
                None => return Ok(answer),
            }
        }
        Err(Trouble::NoScanner("redirected in a circle".into()))
    }

    fn once(&self, method: &Method, path: &str, wait: Duration, most: u64, pulse: Pulse) -> Result<Answer, Trouble> {
        let events = self.send(method.clone(), path);
        let mut answer = Answer::default();
        let mut heard = Instant::now();
        let mut told = Instant::now();
        pulse().map_err(Trouble::Stopped)?;
        loop {
            let event = events.recv_timeout(Duration::from_millis(100));
            if told.elapsed() >= Duration::from_millis(100) {
                pulse().map_err(Trouble::Stopped)?;
                told = Instant::now();
            }
            match event {
                Ok(Event::Head(head)) => {
                    answer = head;
                    if matches!(method, Method::Post(_)) {
                        return Ok(answer);
                    }
                }
                Ok(Event::Data(data)) if answer.body.len() as u64 + data.len() as u64 <= most => {
                    answer.body.extend_from_slice(&data);
                }
                Ok(Event::Data(_)) if most > 0 => return Err(Trouble::Cut("an answer without end".into())),
                Ok(Event::Data(_) | Event::End) => return Ok(answer),
                Ok(Event::Failed(trouble)) => return Err(trouble),
                Err(RecvTimeoutError::Timeout) if heard.elapsed() < wait => continue,
                Err(RecvTimeoutError::Timeout) => return Err(Trouble::Silent),
                Err(RecvTimeoutError::Disconnected) => return Err(Trouble::Cut("the reading thread ended".into())),
            }
            heard = Instant::now();
        }
    }

    fn send(&self, method: Method, path: &str) -> Receiver<Event> {
        // What the reader has taken in and nobody has fetched yet: a quarter of a megabyte.
        let (tell, events) = mpsc::sync_channel(4);
        let (agent, url, host) = (self.agent.clone(), self.base.url(path), self.host.clone());
        std::thread::spawn(move || {
            if let Err(trouble) = talk(&agent, method, &url, host, &tell) {
                let _ = tell.send(Event::Failed(trouble));
            }
        });
        events
    }
}

enum Event {
    Head(Answer),
    Data(Vec<u8>),
    End,
    Failed(Trouble),
}

/// The thread's side. Ends as soon as nobody listens, at the latest when the next byte comes.
fn talk(
    agent: &Agent,
    method: Method,
    url: &str,
    host: Option<String>,
    tell: &SyncSender<Event>,
) -> Result<(), Trouble> {
    let mut request = http::Request::builder().uri(url);
    if let Some(host) = host {
        request = request.header("Host", host);
    }
    let wrong = |e: http::Error| Trouble::Nobody { host: false, why: e.to_string() };
    let mut response = match method {
        Method::Get => agent.run(request.method("GET").body(()).map_err(wrong)?),
        Method::Delete => agent.run(request.method("DELETE").body(()).map_err(wrong)?),
        Method::Post(xml) => {
            agent.run(request.method("POST").header("Content-Type", "text/xml").body(xml).map_err(wrong)?)
        }
    }
    .map_err(before_head)?;
    let header = |name: &str| {
        let value = response.headers().get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        value.unwrap_or_default()
    };
    let again = header("Retry-After").trim().parse().ok().map(|s: u64| Duration::from_secs(s.clamp(1, 5)));
    let head = Answer {
        status: response.status().as_u16(),
        location: header("Location"),
        server: header("Server"),
        again,
        body: Vec::new(),
    };
    let mut listened = tell.send(Event::Head(head)).is_ok();
    let mut reader = response.body_mut().as_reader();
    while listened {
        let mut data = vec![0; 64 * 1024];
        let n = reader.read(&mut data).map_err(|e| Trouble::Cut(e.to_string()))?;
        data.truncate(n);
        listened = tell.send(if n == 0 { Event::End } else { Event::Data(data) }).is_ok() && n > 0;
    }
    Ok(())
}

fn before_head(error: ureq::Error) -> Trouble {
    use std::io::ErrorKind as K;
    let why = error.to_string();
    match error {
        ureq::Error::HostNotFound => Trouble::Nobody { host: true, why },
        // A firewall may swallow what goes to one door.
        ureq::Error::Timeout(ureq::Timeout::Connect) | ureq::Error::ConnectionFailed => {
            Trouble::Nobody { host: false, why }
        }
        ureq::Error::Io(e) => match e.kind() {
            K::HostUnreachable | K::NetworkUnreachable => Trouble::Nobody { host: true, why },
            K::ConnectionRefused | K::TimedOut => Trouble::Nobody { host: false, why },
            // What rustls does not accept arrives as invalid data.
            K::InvalidData => Trouble::Tls(why),
            _ => Trouble::Cut(why),
        },
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Trouble::Tls(why),
        _ => Trouble::Cut(why),
    }
}
