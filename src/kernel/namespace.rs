use super::worker;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::statvfs::{FsFlags, statvfs};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

/// Where `ip netns` keeps its names.
const NAMES: &str = "/run/netns";

/// A network namespace, held open. Clones share the descriptor.
#[derive(Clone, Debug)]
pub struct Namespace(Arc<File>);

impl Namespace {
    /// Opens the namespace that a path stands for: a name's mount, or /proc/PID/ns/net.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self(Arc::new(File::open(path)?)))
    }

    /// Opens a namespace by the name that `ip netns` knows it by.
    pub fn named(name: &str) -> io::Result<Self> {
        Self::open(Path::new(NAMES).join(name))
    }

    /// Runs work inside the namespace and waits for it. A socket made there stays there, and may
    /// be used from anywhere.
    ///
    /// One thread does this for the whole process, one piece of work after the other: it must not
    /// block (make a socket inside, connect it outside), nor visit another namespace. A panic of
    /// the work goes on in the caller. In there, /proc/net is still that of the process: read
    /// /proc/thread-self/net.
    pub fn run<T, W>(&self, work: W) -> io::Result<T>
    where
        T: Send + 'static,
        W: FnOnce() -> io::Result<T> + Send + 'static,
    {
        worker::visit(self.clone(), work)
    }

    /// Moves the calling process into the namespace, with a /sys that describes it, as
    /// `ip netns exec` does (netns_switch in iproute2, lib/namespace.c). Other mounts are kept.
    ///
    /// It makes system calls only, so that it can be used between fork and exec; anywhere else it
    /// would take a single thread of the process away.
    pub fn enter(&self) -> io::Result<()> {
        setns(self.as_fd(), CloneFlags::CLONE_NEWNET)?;
        unshare(CloneFlags::CLONE_NEWNS)?;
        let slave = MsFlags::MS_SLAVE | MsFlags::MS_REC;
        mount(None::<&str>, "/", None::<&str>, slave, None::<&str>)?;
        describe_in_sys()
    }

    /// What tells it from others: the device and inode of its file (namespaces(7)).
    pub(super) fn identity(&self) -> io::Result<(u64, u64)> {
        self.0.metadata().map(|metadata| (metadata.dev(), metadata.ino()))
    }

    /// Moves the calling process into the namespace, and changes nothing else; for use between
    /// fork and exec of a program that does not read /sys.
    pub(super) fn join(&self) -> io::Result<()> {
        Ok(setns(self.as_fd(), CloneFlags::CLONE_NEWNET)?)
    }
}

impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Mounts a /sys of the namespace that the process is in.
fn describe_in_sys() -> io::Result<()> {
    let mut flags = MsFlags::empty();
    // Where no sysfs was mounted on /sys there is nothing to take away, which is as good.
    if umount2("/sys", MntFlags::MNT_DETACH).is_err() {
        let read_only = statvfs("/sys").is_ok_and(|s| s.flags().contains(FsFlags::ST_RDONLY));
        flags.set(MsFlags::MS_RDONLY, read_only);
    }
    Ok(mount(Some("sysfs"), "/sys", Some("sysfs"), flags, None::<&str>)?)
}
