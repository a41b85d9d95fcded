//! An eSCL scanner on the loopback interface: a small HTTP server with a tray of paper, that does at each page what it
//! is told to. It knows nothing of Sohoa's own client; sane-airscan scans from it too.

use rustls::pki_types::PrivatePkcs8KeyDer;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

pub const UUID: &str = "4509a320-00a0-008f-00b6-002507510eca";

/// What the device is.
#[derive(Clone)]
pub struct Model {
    /// `MakeAndModel`.
    pub name: String,
    pub server: String,
    pub platen: bool,
    pub adf: bool,
    pub duplex: bool,
    pub detects_paper: bool,
    /// What stands in `SupportedResolutions`.
    pub resolutions: String,
    pub formats: Vec<String>,
    pub tls: bool,
    /// How `Location` is put; `{}` is the job's path.
    pub location: String,
    /// How the end of the tray is told: HTTP status, `AdfState`, `JobState`.
    pub end: (u16, String, String),
    /// Thinks before it takes a job.
    pub slow_start: bool,
    /// How long a page takes through the feeder. In no time no real device has one.
    pub pace: std::time::Duration,
    /// Breaks off before the body of the 201.
    pub drops_created: bool,
    /// Takes jobs only if `Host` is exactly that.
    pub host: Option<String>,
    /// Always says this as `AdfState`.
    pub adf_says: Option<String>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            name: "Acme OfficeScan 900".into(),
            server: "Acme".into(),
            platen: true,
            adf: true,
            duplex: true,
            detects_paper: true,
            resolutions: discrete(&[75, 150, 200, 300, 600]),
            formats: vec!["image/jpeg".into(), "application/pdf".into()],
            tls: false,
            location: "{}".into(),
            end: (404, "ScannerAdfEmpty".into(), "Completed".into()),
            slow_start: false,
            pace: std::time::Duration::ZERO,
            drops_created: false,
            host: None,
            adf_says: None,
        }
    }
}

/// A well-formed list of resolutions.
pub fn discrete(dpi: &[u32]) -> String {
    let one = |d: &u32| {
        format!(
            "<scan:DiscreteResolution><scan:XResolution>{d}</scan:XResolution><scan:YResolution>{d}</scan:YResolution></scan:DiscreteResolution>"
        )
    };
    format!("<scan:DiscreteResolutions>{}</scan:DiscreteResolutions>", dpi.iter().map(one).collect::<String>())
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Length,
    Chunked,
    /// The end of the connection is the end of the page.
    Close,
}

/// What a request for the next page is answered with. Each is used once.
#[derive(Clone)]
pub enum Sheet {
    Page(Vec<u8>),
    Framed(Vec<u8>, Framing),
    /// The first so many bytes, then the connection ends.
    Cut(Vec<u8>, usize, Framing),
    /// The first so many bytes, then nothing as long as the simulator lives.
    Stall(Vec<u8>, usize),
    /// No page: HTTP status, and from then on `AdfState` and `JobState`.
    Refuse(u16, &'static str, &'static str),
    /// Half of this page, then the whole device is gone from the network.
    Gone(Vec<u8>),
    /// No answer as long as the simulator lives.
    Hang,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub host: String,
    pub body: String,
}

struct State {
    tray: VecDeque<Sheet>,
    glass: Option<Sheet>,
    /// Answers to `ScanJobs` before one is taken: HTTP status and `AdfState`.
    busy: VecDeque<(u16, &'static str)>,
    adf: String,
    job: Option<Job>,
    jobs: u32,
    seen: Vec<Seen>,
    gone: bool,
}

struct Job {
    path: String,
    feeder: bool,
    state: String,
}

struct Shared {
    model: Model,
    address: SocketAddr,
    state: Mutex<State>,
    stop: Condvar,
    tls: Option<Arc<rustls::ServerConfig>>,
}

/// A running device; gone with the value.
pub struct Simulator(Arc<Shared>);

impl Simulator {
    pub fn new(model: Model) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let state = State {
            tray: VecDeque::new(),
            glass: None,
            busy: VecDeque::new(),
            adf: "ScannerAdfEmpty".into(),
            job: None,
            jobs: 0,
            seen: Vec::new(),
            gone: false,
        };
        let tls = model.tls.then(certificate);
        let shared = Arc::new(Shared { model, address, state: Mutex::new(state), stop: Condvar::new(), tls });
        let serving = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.state().gone {
                    return;
                }
                let (shared, Ok(stream)) = (serving.clone(), stream) else { continue };
                // A client that hangs up is its own affair.
                std::thread::spawn(move || drop(shared.connection(stream)));
            }
        });
        Self(shared)
    }

    /// Puts paper into the feeder.
    pub fn load(&self, sheets: impl IntoIterator<Item = Sheet>) -> &Self {
        let mut state = self.0.state();
        state.tray.extend(sheets);
        state.adf = "ScannerAdfLoaded".into();
        drop(state);
        self
    }

    /// Puts something on the glass.
    pub fn lay(&self, sheet: Sheet) -> &Self {
        self.0.state().glass = Some(sheet);
        self
    }

    /// The next jobs are refused with these: HTTP status, and `AdfState` from then on.
    pub fn refuse_jobs(&self, answers: impl IntoIterator<Item = (u16, &'static str)>) -> &Self {
        self.0.state().busy.extend(answers);
        self
    }

    /// `http://127.0.0.1:…/eSCL`
    pub fn url(&self) -> String {
        format!("http{}://{}/eSCL", if self.0.model.tls { "s" } else { "" }, self.0.address)
    }

    pub fn port(&self) -> u16 {
        self.0.address.port()
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.0.state().seen.clone()
    }

    /// The requests as `METHOD name`, the job's number left out.
    pub fn log(&self) -> Vec<String> {
        let short = |s: &Seen| {
            let name = s.path.rsplit('/').next().unwrap_or_default();
            format!("{} {}", s.method, if name.parse::<u32>().is_ok() { "job" } else { name })
        };
        self.seen().iter().map(short).collect()
    }

    /// Whether a request like that has come (`METHOD name`).
    pub fn asked(&self, what: &str) -> bool {
        self.log().iter().any(|line| line == what)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.0.vanish();
    }
}

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test thread panics while it holds this")
    }

    /// Nobody is reached here any more.
    fn vanish(&self) {
        self.state().gone = true;
        self.stop.notify_all();
        // Wakes the accepting thread, which ends and closes the port.
        let _ = TcpStream::connect(self.address);
    }

    /// One request, one answer.
    fn connection(&self, stream: TcpStream) -> io::Result<()> {
        let socket = stream.try_clone()?;
        let wire: Box<dyn Wire> = match &self.tls {
            None => Box::new(stream),
            Some(config) => {
                let session = rustls::ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                Box::new(rustls::StreamOwned::new(session, stream))
            }
        };
        let mut wire = BufReader::new(wire);
        let request = read(&mut wire)?;
        let out = wire.get_mut();
        self.state().seen.push(request.clone());
        let path = request.path.trim_end_matches('/');
        match (request.method.as_str(), path) {
            ("GET", "/eSCL/ScannerCapabilities") => self.xml(out, &self.capabilities()),
            ("GET", "/eSCL/ScannerStatus") => self.xml(out, &self.status()),
            ("POST", "/eSCL/ScanJobs") => self.start(out, &request, &socket),
            ("GET", path) if path.ends_with("/NextDocument") => self.next(out, path, &socket),
            ("DELETE", path) => {
                let mut state = self.state();
                let known = state.job.as_mut().filter(|job| job.path == path);
                let status = if known.is_some() { 200 } else { 404 };
                if let Some(job) = known {
                    job.state = "Canceled".into();
                }
                drop(state);
                self.head(out, status, "", "")
            }
            _ => self.head(out, 404, "", ""),
        }
    }

    fn head(&self, out: &mut dyn Write, status: u16, headers: &str, body: &str) -> io::Result<()> {
        let (server, length) = (&self.model.server, body.len());
        write!(
            out,
            "HTTP/1.1 {status} Answer\r\nServer: {server}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )?;
        out.flush()
    }

    fn xml(&self, out: &mut dyn Write, xml: &str) -> io::Result<()> {
        self.head(out, 200, "Content-Type: text/xml\r\n", xml)
    }

    fn start(&self, out: &mut dyn Write, request: &Seen, socket: &TcpStream) -> io::Result<()> {
        if self.model.host.as_ref().is_some_and(|host| *host != request.host) {
            return self.head(out, 403, "", "");
        }
        if self.model.slow_start {
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        let mut state = self.state();
        if let Some((status, adf)) = state.busy.pop_front() {
            state.adf = adf.into();
            drop(state);
            return self.head(out, status, "", "");
        }
        state.jobs += 1;
        let path = format!("/eSCL/ScanJobs/{}", state.jobs);
        let feeder = request.body.contains(">Feeder<");
        state.job = Some(Job { path: path.clone(), feeder, state: "Processing".into() });
        drop(state);
        let location = format!("Location: {}\r\n", self.model.location.replace("{}", &path));
        if self.model.drops_created {
            write!(out, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n{location}\r\n")?;
            out.flush()?;
            return socket.shutdown(std::net::Shutdown::Both);
        }
        self.head(out, 201, &location, "")
    }

    fn next(&self, out: &mut dyn Write, path: &str, socket: &TcpStream) -> io::Result<()> {
        std::thread::sleep(self.model.pace);
        let mut state = self.state();
        let State { job, tray, glass, adf, .. } = &mut *state;
        let job = job.as_mut().filter(|job| path.strip_suffix("/NextDocument") == Some(job.path.as_str()));
        let Some(job) = job.filter(|job| job.state == "Processing") else {
            drop(state);
            return self.head(out, 404, "", "");
        };
        // A flatbed gives the same again and again.
        let sheet = if job.feeder { tray.pop_front() } else { glass.clone() };
        if job.feeder && tray.is_empty() {
            *adf = "ScannerAdfEmpty".into();
        }
        let Some(sheet) = sheet else {
            let (status, says, ended) = self.model.end.clone();
            (*adf, job.state) = (says, ended);
            drop(state);
            return self.head(out, status, "", "");
        };
        if let Sheet::Refuse(_, says, ended) = &sheet {
            (*adf, job.state) = ((*says).into(), (*ended).into());
        }
        drop(state);
        match sheet {
            Sheet::Page(page) => send(out, &page, page.len(), Framing::Length),
            Sheet::Framed(page, framing) => send(out, &page, page.len(), framing),
            Sheet::Cut(page, at, framing) => {
                send(out, &page, at, framing)?;
                socket.shutdown(std::net::Shutdown::Both)
            }
            Sheet::Stall(page, at) => {
                send(out, &page, at, Framing::Length)?;
                self.hang();
                Ok(())
            }
            Sheet::Refuse(status, ..) => self.head(out, status, "", ""),
            Sheet::Gone(page) => {
                self.vanish();
                send(out, &page, page.len() / 2, Framing::Length)?;
                socket.shutdown(std::net::Shutdown::Both)
            }
            Sheet::Hang => {
                self.hang();
                Ok(())
            }
        }
    }

    fn hang(&self) {
        let mut state = self.state();
        while !state.gone {
            state = self.stop.wait(state).expect("no test thread panics while it holds this");
        }
    }

    fn status(&self) -> String {
        let state = self.state();
        let (adf, busy) = (self.model.adf_says.as_ref().unwrap_or(&state.adf), &state.job);
        let device = if busy.as_ref().is_some_and(|j| j.state == "Processing") { "Processing" } else { "Idle" };
        let adf = if self.model.adf { format!("<scan:AdfState>{adf}</scan:AdfState>") } else { String::new() };
        let job = busy.as_ref().map_or(String::new(), |job| {
            format!(
                "<scan:JobInfo><pwg:JobUri>{}</pwg:JobUri><pwg:JobState>{}</pwg:JobState></scan:JobInfo>",
                job.path, job.state
            )
        });
        format!(
            "{PROLOGUE}<scan:ScannerStatus {NAMESPACES}><pwg:Version>2.0</pwg:Version><pwg:State>{device}</pwg:State>{adf}\
             <scan:Jobs>{job}</scan:Jobs></scan:ScannerStatus>"
        )
    }

    fn capabilities(&self) -> String {
        let model = &self.model;
        let input = |name: &str, height: u32| {
            let formats: String = model
                .formats
                .iter()
                .map(|f| format!("<pwg:DocumentFormat>{f}</pwg:DocumentFormat><scan:DocumentFormatExt>{f}</scan:DocumentFormatExt>"))
                .collect();
            format!(
                "<scan:{name}><scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>\
                 <scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{height}</scan:MaxHeight><scan:MaxScanRegions>1</scan:MaxScanRegions>\
                 <scan:SettingProfiles><scan:SettingProfile><scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode>\
                 <scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes><scan:DocumentFormats>{formats}</scan:DocumentFormats>\
                 <scan:SupportedResolutions>{}</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles></scan:{name}>",
                model.resolutions
            )
        };
        let when = |there: bool, xml: String| if there { xml } else { String::new() };
        let platen = when(model.platen, format!("<scan:Platen>{}</scan:Platen>", input("PlatenInputCaps", 3508)));
        let duplex = when(model.duplex, input("AdfDuplexInputCaps", 4200));
        let detects = when(model.detects_paper, "<scan:AdfOption>DetectPaperLoaded</scan:AdfOption>".into());
        let simplex = input("AdfSimplexInputCaps", 4200);
        let adf = format!("<scan:Adf>{simplex}{duplex}<scan:AdfOptions>{detects}</scan:AdfOptions></scan:Adf>");
        format!(
            "{PROLOGUE}<scan:ScannerCapabilities {NAMESPACES}><pwg:Version>2.63</pwg:Version>\
             <pwg:MakeAndModel>{}</pwg:MakeAndModel><pwg:SerialNumber>0</pwg:SerialNumber><scan:UUID>{UUID}</scan:UUID>{platen}{}\
             </scan:ScannerCapabilities>",
            model.name,
            when(model.adf, adf)
        )
    }
}

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACES: &str =
    "xmlns:pwg=\"http://www.pwg.org/schemas/2010/12/sm\" xmlns:scan=\"http://schemas.hp.com/imaging/escl/2011/05/03\"";

/// The first `much` bytes of a page, told as if it were to come whole.
fn send(out: &mut dyn Write, page: &[u8], much: usize, framing: Framing) -> io::Result<()> {
    write!(out, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: image/jpeg\r\n")?;
    let part = &page[..much];
    match framing {
        Framing::Length => {
            write!(out, "Content-Length: {}\r\n\r\n", page.len())?;
            out.write_all(part)?;
        }
        Framing::Close => {
            write!(out, "\r\n")?;
            out.write_all(part)?;
        }
        Framing::Chunked => {
            write!(out, "Transfer-Encoding: chunked\r\n\r\n")?;
            for chunk in part.chunks(1000) {
                write!(out, "{:x}\r\n", chunk.len())?;
                out.write_all(chunk)?;
                write!(out, "\r\n")?;
            }
            if much == page.len() {
                write!(out, "0\r\n\r\n")?;
            }
        }
    }
    out.flush()
}

fn read(wire: &mut dyn BufRead) -> io::Result<Seen> {
    let mut line = String::new();
    wire.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(io::Error::other("no request"));
    };
    let mut seen = Seen { method, path, host: String::new(), body: String::new() };
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        wire.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "host" => seen.host = value.into(),
            "content-length" => length = value.parse().map_err(io::Error::other)?,
            "transfer-encoding" => chunked = true,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        return Err(io::Error::other("a scanner does not take chunks"));
    }
    wire.take(length).read_to_end(&mut body)?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Ok(seen)
}

/// Self-signed, as scanners have it.
fn certificate() -> Arc<rustls::ServerConfig> {
    let made = rcgen::generate_simple_self_signed(["scanner.invalid".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a key that fits");
    Arc::new(config)
}
