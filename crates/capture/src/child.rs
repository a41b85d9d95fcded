//! A child process of the same program: started, spoken to over two pipes, limited, and never left behind.
//!
//! ```text
//! message = u32 length of header (big-endian) · header (JSON) · u64 length of body (big-endian) · body
//! ```

#[cfg(windows)]
mod job;
#[cfg(windows)]
pub(crate) use job::{limit, own_output};

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

/// A child that does not outlive its parent's interest.
pub(crate) struct Reaped {
    child: Child,
    /// What ends it with us, however we end.
    #[cfg(windows)]
    _leash: io::Result<job::Job>,
}

impl Reaped {
    /// Ends it, whatever it is doing; how it ended if it had ended by itself.
    pub(crate) fn end(&mut self) -> Option<ExitStatus> {
        // Any of these may fail only because the child is gone already.
        let by_itself = self.child.try_wait().ok().flatten();
        let _ = self.child.kill();
        let _ = self.child.wait();
        by_itself
    }
}

impl Drop for Reaped {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts `program argument` with both pipes open.
pub(crate) fn start(program: &Path, argument: &str) -> Result<(Reaped, ChildStdin, ChildStdout)> {
    let child = Command::new(program)
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| Error::internal("Không mở được tiến trình con", e))?;
    #[cfg(windows)]
    let _leash = job::leash(&child);
    let mut child = Reaped {
        child,
        #[cfg(windows)]
        _leash,
    };
    match (child.child.stdin.take(), child.child.stdout.take()) {
        (Some(input), Some(output)) => Ok((child, input, output)),
        _ => Err(Error::new(Code::Internal, "Không nối được với tiến trình con")),
    }
}

/// What a child lays upon itself before it touches anything foreign: so much memory, no core dump, an end with its
/// parent.
#[cfg(target_os = "linux")]
pub(crate) fn limit(memory: u64) {
    let memory = libc::rlimit { rlim_cur: memory, rlim_max: memory };
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: plain calls with valid pointers; if they fail, the parent's clock is still there.
    unsafe {
        libc::setrlimit(libc::RLIMIT_AS, &memory);
        libc::setrlimit(libc::RLIMIT_CORE, &none);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn limit(_memory: u64) {}

/// The child's way to its parent. What foreign code prints to standard output goes to standard error from here on, so
/// that it cannot come between two messages.
#[cfg(unix)]
pub(crate) fn own_output() -> io::Result<impl Write> {
    use std::os::fd::FromRawFd;
    // SAFETY: plain system calls; the new descriptor is nobody else's.
    unsafe {
        let own = libc::fcntl(1, libc::F_DUPFD_CLOEXEC, 3);
        if own < 0 || libc::dup2(2, 1) < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(std::fs::File::from_raw_fd(own))
    }
}

pub(crate) fn write(out: &mut impl Write, header: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    out.write_all(&(header.len() as u32).to_be_bytes())?;
    out.write_all(&header)?;
    out.write_all(&(body.len() as u64).to_be_bytes())?;
    out.write_all(body)?;
    out.flush()
}

pub(crate) fn read<T: for<'a> Deserialize<'a>>(input: &mut impl Read) -> io::Result<(T, Vec<u8>)> {
    let bytes = |input: &mut dyn Read, length: u64, most: u64| {
        if length > most {
            return Err(io::Error::other("a message beyond all measure"));
        }
        let mut bytes = Vec::new();
        input.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    };
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let header = serde_json::from_slice(&bytes(input, u32::from_be_bytes(length).into(), 1 << 20)?)?;
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let body = bytes(input, u64::from_be_bytes(length), 2 << 30)?;
    Ok((header, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_pipe_whole_or_not_at_all() {
        let mut pipe = Vec::new();
        write(&mut pipe, &("page", 2), b"picture").unwrap();
        let ((word, number), body): ((String, u32), _) = read(&mut &pipe[..]).unwrap();
        assert_eq!((word.as_str(), number, &body[..]), ("page", 2, &b"picture"[..]));
        assert!(read::<(String, u32)>(&mut &pipe[..pipe.len() - 1]).is_err());
    }
}
