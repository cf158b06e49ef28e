use super::Cause;
use super::namespace::Namespace;
use crate::lab::{LabName, NodeName};
use netns_rs::Env;
use nix::errno::Errno;
use nix::mount::{MntFlags, umount2};
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The namespaces of a lab by name: each is a mount in the lab's own directory, and a symbolic
/// link to it where `ip netns` looks for names. A name is the lab's if and only if it is such a
/// link.
#[derive(Clone, Debug)]
pub struct Names {
    lab: LabName,
    directory: PathBuf,
    mounts: PathBuf,
    links: PathBuf,
    /// Whether `mounts` was made a shared mount.
    ready: bool,
}

impl Names {
    /// The namespaces of `lab`, mounted in `<directory>/netns` and named in `links`
    /// (`/run/netns`, except in tests). Both paths must be absolute.
    pub fn new(lab: LabName, directory: &Path, links: PathBuf) -> Self {
        let mounts = directory.join("netns");
        Self { lab, directory: directory.to_owned(), mounts, links, ready: false }
    }

    /// The lab's directory.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The name that `ip netns` knows a node by.
    pub fn name(&self, node: &NodeName) -> String {
        format!("{}-{node}", self.lab)
    }

    /// Where a node's namespace is mounted.
    pub fn mount(&self, node: &NodeName) -> PathBuf {
        self.mounts.join(node.as_str())
    }

    /// The name's place where `ip netns` looks for it.
    pub fn link(&self, node: &NodeName) -> PathBuf {
        self.links.join(self.name(node))
    }

    /// Opens a node's namespace; `None` if it is not there, or was never mounted.
    ///
    /// # Errors
    /// What open(2) or fstatfs(2) says; that there is no such file is no error.
    pub fn open(&self, node: &NodeName) -> io::Result<Option<Namespace>> {
        match Namespace::open(self.mount(node)) {
            Ok(file) => Ok((fstatfs(&file)?.filesystem_type() == NSFS_MAGIC).then_some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a node's namespace and names it; does some work in it meanwhile.
    pub(super) fn create<T>(
        &mut self,
        node: &NodeName,
        work: impl FnOnce() -> Result<T, Cause>,
    ) -> Result<(Namespace, T), Cause> {
        let claim = self.claim(node)?;
        if self.mount(node).exists() {
            return Err(Cause::errno("mount", Errno::EEXIST));
        }
        self.prepare()?;
        let made = Namespace::create(&self.mount(node), work)?;
        if claim == Claim::Free {
            let named = std::os::unix::fs::symlink(self.mount(node), self.link(node));
            named.map_err(|e| Cause::io("symlink", e))?;
        }
        Ok(made)
    }

    /// Takes a node's name and namespace away. What is not there, or not the lab's, is left as it
    /// is.
    pub(super) fn remove(&self, node: &NodeName) -> Result<(), Cause> {
        if matches!(self.claim(node), Ok(Claim::Ours)) {
            gone(fs::remove_file(self.link(node)), "unlink")?;
        }
        let mount = self.mount(node);
        match umount2(&mount, MntFlags::MNT_DETACH) {
            // A file on which nothing was mounted yet.
            Ok(()) | Err(Errno::ENOENT | Errno::EINVAL) => {}
            Err(errno) => return Err(Cause::errno("umount2", errno)),
        }
        gone(fs::remove_file(&mount), "unlink")
    }

    /// Takes the mounts' directory away if no namespace is left in it.
    pub(super) fn tidy(&mut self) -> Result<(), Cause> {
        let empty = fs::read_dir(&self.mounts).is_ok_and(|mut entries| entries.next().is_none());
        if !empty {
            return Ok(());
        }
        self.ready = false;
        match umount2(&self.mounts, MntFlags::MNT_DETACH) {
            Ok(()) | Err(Errno::ENOENT | Errno::EINVAL) => {}
            Err(errno) => return Err(Cause::errno("umount2", errno)),
        }
        gone(fs::remove_dir(&self.mounts), "rmdir")
    }

    /// Looks who has a node's name.
    fn claim(&self, node: &NodeName) -> Result<Claim, Cause> {
        let link = self.link(node);
        match fs::read_link(&link) {
            Ok(target) if target == self.mount(node) => Ok(Claim::Ours),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Claim::Free),
            // EINVAL: it is no symbolic link, as with the namespaces of `ip netns add`.
            Ok(_) | Err(_) => Err(Cause::Foreign(link)),
        }
    }

    /// Makes the directories. The mounts' one becomes a shared mount of its own, so that a
    /// namespace disappears from other mount namespaces too when it is unmounted here.
    fn prepare(&mut self) -> Result<(), Cause> {
        if self.ready {
            return Ok(());
        }
        fs::create_dir_all(&self.links).map_err(|e| Cause::io("mkdir", e))?;
        Fresh(self.mounts.clone()).init().map_err(refusal)?;
        self.ready = true;
        Ok(())
    }
}

/// Who has a name.
#[derive(PartialEq)]
enum Claim {
    Free,
    Ours,
}

/// The mounts' directory, to be made a shared mount.
struct Fresh(PathBuf);

impl Env for Fresh {
    fn persist_dir(&self) -> PathBuf {
        self.0.clone()
    }
}

/// What is not there any more counts as removed.
fn gone(removed: io::Result<()>, call: &'static str) -> Result<(), Cause> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Cause::io(call, error)),
        _ => Ok(()),
    }
}

/// netns-rs has a nix of its own, so that its error numbers are translated.
fn refusal(error: netns_rs::Error) -> Cause {
    use netns_rs::Error as E;
    match error {
        E::CreateNsDirError(error) => Cause::io("mkdir", error),
        E::MountError(_, errno) => Cause::errno("mount", Errno::from_raw(errno as i32)),
        other => Cause::Other(other.to_string()),
    }
}
