use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;

/// The files of /proc/net of one namespace (proc_net(5)), beginning where the walk to them is done:
/// most of them are absent, and a node has many.
pub(super) struct ProcNet(OwnedFd);

impl ProcNet {
    /// Those of the namespace of the calling thread.
    pub(super) fn here() -> io::Result<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        Ok(Self(nix::fcntl::open("/proc/thread-self/net", flags, Mode::empty())?))
    }

    /// Reads a file; `None` where the kernel has no such thing.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<String>> {
        let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => {
                let mut text = String::with_capacity(4096);
                // A file that is not cut somewhere is asked for its length first, in vain.
                File::from(file).take(u64::MAX).read_to_string(&mut text)?;
                Ok(Some(text))
            }
            Err(Errno::ENOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_a_missing_one_is_none() {
        let files = ProcNet::here().unwrap();
        assert!(files.read("dev").unwrap().unwrap().contains("lo:"));
        assert_eq!(files.read("no-such-file").unwrap(), None);
    }
}
