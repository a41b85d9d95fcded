//! What keeps a child in bounds on Windows: job objects.

use std::fs::File;
use std::io::{self, Write};
use std::os::windows::io::{AsHandle, AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::Child;

use windows::Win32::Foundation::HANDLE;
use windows::Win32::System::Console::{GetStdHandle, STD_ERROR_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle};
use windows::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows::Win32::System::Threading::GetCurrentProcess;

/// Rules for the processes in it; they hold after it is closed, too.
pub struct Job(OwnedHandle);

impl Job {
    fn new(rules: JOB_OBJECT_LIMIT, memory: usize) -> io::Result<Self> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION { ProcessMemoryLimit: memory, ..Default::default() };
        limits.BasicLimitInformation.LimitFlags = rules;
        // SAFETY: the handle is nobody else's; the pointer is good for the call and the size is its own.
        unsafe {
            let job = Job(OwnedHandle::from_raw_handle(CreateJobObjectW(None, None)?.0));
            let size = size_of_val(&limits) as u32;
            SetInformationJobObject(job.handle(), JobObjectExtendedLimitInformation, (&raw const limits).cast(), size)?;
            Ok(job)
        }
    }

    fn handle(&self) -> HANDLE {
        HANDLE(self.0.as_raw_handle())
    }
}

/// Ends the child when the job is closed, which Windows does for a parent that dies.
pub fn leash(child: &Child) -> io::Result<Job> {
    let job = Job::new(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0)?;
    // SAFETY: both handles are open.
    unsafe { AssignProcessToJobObject(job.handle(), HANDLE(child.as_raw_handle()))? };
    Ok(job)
}

/// What a child lays upon itself before it touches anything foreign: so much memory, no dialogue when it crashes.
pub fn limit(memory: u64) {
    let rules = JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
    // If this fails, the parent's clock is still there.
    if let Ok(job) = Job::new(rules, memory as usize) {
        // SAFETY: the job is open, and a process may always name itself.
        let _ = unsafe { AssignProcessToJobObject(job.handle(), GetCurrentProcess()) };
    }
}

/// The child's way to its parent. What libraries loaded from here on print goes to standard error, so that it cannot
/// come between two messages.
pub fn own_output() -> io::Result<impl Write> {
    let own = io::stdout().as_handle().try_clone_to_owned()?;
    // SAFETY: plain calls; the old handle stays open, so nothing that has it is left hanging.
    unsafe { SetStdHandle(STD_OUTPUT_HANDLE, GetStdHandle(STD_ERROR_HANDLE)?)? };
    Ok(File::from(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    #[test]
    fn a_child_ends_with_its_leash() {
        // It waits for what is never typed.
        let mut child = Command::new("cmd").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let leash = leash(&child).unwrap();
        assert!(child.try_wait().unwrap().is_none());
        drop(leash);
        let ended = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            child.try_wait().unwrap().is_some()
        });
        assert!(ended);
    }
}
