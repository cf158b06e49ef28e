use crate::state::{LabDir, StateError};
use nix::errno::Errno;
use nix::mount::{MntFlags, umount2};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A namespace beyond doubt: the device and inode numbers of its file (namespaces(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamespaceId {
    device: u64,
    inode: u64,
}

impl NamespaceId {
    /// The namespace that a path stands for: a mount, or /proc/PID/ns/net.
    pub(super) fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|found| Self::of(&found))
    }

    fn of(found: &Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }
}

/// The machine's own namespace, by its first process; some sandboxes do not let even root look at
/// that one.
pub(super) fn machine() -> Option<NamespaceId> {
    ["/proc/1/ns/net", "/proc/thread-self/ns/net"]
        .iter()
        .find_map(|p| NamespaceId::at(Path::new(p)))
}

/// The namespaces that the lab's mounts keep. The machine's own is never among them, whatever
/// somebody may have mounted there.
pub(super) fn namespaces(lab: &LabDir) -> BTreeSet<NamespaceId> {
    let Some(machine) = machine() else { return BTreeSet::new() };
    let found = entries(lab).filter_map(|path| NamespaceId::at(&path));
    // Every namespace file is on one device, on which there is nothing else.
    found.filter(|id| id.device == machine.device && *id != machine).collect()
}

/// How many namespaces the lab has, made or half made.
pub(super) fn count(lab: &LabDir) -> usize {
    entries(lab).count()
}

fn entries(lab: &LabDir) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(lab.namespaces()).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// Takes away every mount in the lab's directory; what cannot be is told.
pub(super) fn detach(lab: &LabDir) -> Vec<String> {
    // The whole tree at once: the kernel frees hundreds of namespaces together much faster.
    while detach_one(&lab.namespaces()) == Ok(()) {}
    let mut rest = mounts_in(lab.path());
    rest.reverse();
    let failed = rest.iter().filter_map(|path| Some((path, detach_one(path).err()?)));
    failed.map(|(p, errno)| StateError::refused("unmount", p)(errno.into()).to_string()).collect()
}

fn detach_one(path: &Path) -> Result<(), Errno> {
    umount2(path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW)
}

/// The mount points in a directory, in the order of mounting.
fn mounts_in(directory: &Path) -> Vec<PathBuf> {
    let table = fs::read("/proc/thread-self/mountinfo").unwrap_or_default();
    let lines = table.split(|byte| *byte == b'\n');
    let points = lines.filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    let paths = points.map(|point| PathBuf::from(OsString::from_vec(unescaped(point))));
    paths.filter(|path| path.starts_with(directory)).collect()
}

/// Space, tab, newline and backslash are written as octal numbers in mountinfo (proc(5)).
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..3).filter(|_| *first == b'\\');
        let number = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 8).ok());
        plain.push(number.unwrap_or(*first));
        rest = if number.is_some() { &after[3..] } else { after };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_may_have_spaces() {
        assert_eq!(unescaped(br"/run/a\040b\134c"), br"/run/a b\c");
        assert_eq!(unescaped(br"/run/\9"), br"/run/\9");
    }

    #[test]
    fn every_mount_is_in_the_root() {
        assert!(mounts_in(Path::new("/")).iter().any(|path| path == Path::new("/proc")));
    }
}
