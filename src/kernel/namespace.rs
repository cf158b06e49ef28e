use super::Cause;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::statvfs::{FsFlags, statvfs};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

/// Where `ip netns` keeps its names.
const NAMES: &str = "/run/netns";

/// The namespace that the calling thread is in.
const HERE: &str = "/proc/thread-self/ns/net";

/// A network namespace, held open. Clones share the descriptor.
#[derive(Clone, Debug)]
pub struct Namespace(Arc<File>);

impl Namespace {
    /// Opens the namespace that a path stands for: a name's mount, or /proc/PID/ns/net.
    ///
    /// # Errors
    /// What open(2) says.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self(Arc::new(File::open(path)?)))
    }

    /// Makes a namespace, and a file on which it is mounted, so that it outlives the process.
    ///
    /// The calling thread itself goes through it, and does some work there on its way, as with
    /// [`Namespace::run`]. A thread for each namespace, as netns-rs has it, makes a node take half
    /// as long again, and far longer on a busy machine.
    pub(super) fn create<T>(
        path: &Path,
        work: impl FnOnce() -> Result<T, Cause>,
    ) -> Result<(Self, T), Cause> {
        File::create_new(path).map_err(|e| Cause::io("open", e))?;
        Self::mounted(path, work).inspect_err(|_| {
            // It would pass for a namespace that is there already.
            let _ = umount2(path, MntFlags::MNT_DETACH);
            let _ = fs::remove_file(path);
        })
    }

    /// Makes a namespace that goes with the last clone of what is returned.
    ///
    /// # Errors
    /// What unshare(2) or open(2) says: EPERM for an ordinary user.
    pub(super) fn unnamed() -> io::Result<Self> {
        let visit = Visit::prepare()?;
        unshare(CloneFlags::CLONE_NEWNET)?;
        let namespace = Self::open(HERE);
        drop(visit);
        namespace
    }

    fn mounted<T>(
        path: &Path,
        work: impl FnOnce() -> Result<T, Cause>,
    ) -> Result<(Self, T), Cause> {
        let visit = Visit::prepare().map_err(|e| Cause::io("open", e))?;
        unshare(CloneFlags::CLONE_NEWNET).map_err(|e| Cause::errno("unshare", e))?;
        let namespace = Self::open(HERE).map_err(|e| Cause::io("open", e))?;
        let mounted = mount(Some(HERE), path, None::<&str>, MsFlags::MS_BIND, None::<&str>);
        let done = mounted.map_err(|e| Cause::errno("mount", e)).and_then(|()| work());
        drop(visit);
        Ok((namespace, done?))
    }

    /// Opens a namespace by the name that `ip netns` knows it by.
    ///
    /// # Errors
    /// What open(2) says: ENOENT where `ip netns` knows no such name.
    pub fn named(name: &str) -> io::Result<Self> {
        Self::open(Path::new(NAMES).join(name))
    }

    /// Runs work inside the namespace and waits for it. A socket made there stays there, and may
    /// be used from anywhere.
    ///
    /// The calling thread itself goes there and comes back, as handing the work to another one
    /// would cost many times what the work does. The work must not block (make a socket inside,
    /// connect it outside) nor start a thread, which would stay. In there, /proc/net may be that of
    /// another thread: read /proc/thread-self/net.
    ///
    /// # Errors
    /// What open(2) or setns(2) says before the work begins, else the work's own error.
    pub fn run<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let visit = Visit::prepare()?;
        self.join()?;
        let outcome = work();
        drop(visit);
        outcome
    }

    /// Moves the calling process into the namespace, with a /sys that describes it, as
    /// `ip netns exec` does (netns_switch in iproute2, lib/namespace.c). Other mounts are kept.
    ///
    /// It makes system calls only, so that it can be used between fork and exec; anywhere else it
    /// would take a single thread of the process away.
    ///
    /// # Errors
    /// What setns(2), unshare(2) or mount(2) says.
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

    /// Moves the calling thread into the namespace, and changes nothing else. Between fork and
    /// exec that will do for a program that does not read /sys.
    pub(super) fn join(&self) -> io::Result<()> {
        Ok(setns(self.as_fd(), CloneFlags::CLONE_NEWNET)?)
    }
}

impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Brings the calling thread home from wherever it goes, even if the work there panics.
struct Visit {
    home: Namespace,
}

impl Visit {
    fn prepare() -> io::Result<Self> {
        Ok(Self { home: Namespace::open(HERE)? })
    }
}

impl Drop for Visit {
    /// A thread that cannot come home would go on with the rest of the process's work in there,
    /// and touch what it must not. The next command clears up.
    fn drop(&mut self) {
        if self.home.join().is_err() {
            std::process::abort();
        }
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
