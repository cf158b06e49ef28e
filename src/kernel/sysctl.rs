use super::Cause;
use super::namespace::Namespace;
use crate::lab::SysctlKey;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// How many components `/proc/sys/net/ipv4` has, with the root.
const DEPTH: usize = 5;

/// Most values are shorter than this.
const LONG: usize = 64;

/// Writes a setting. The files of /proc/sys/net are those of the thread that opens them; `places`
/// are the namespace's.
pub(super) fn write(
    namespace: &Namespace,
    places: &mut Places,
    (key, value): (&SysctlKey, &str),
) -> Result<(), Cause> {
    let written = namespace.run(|| match places.open(key, OFlag::O_WRONLY) {
        Ok(mut file) => Ok(file.write_all(value.as_bytes()).map_err(|e| ("write", e))),
        Err(errno) => Ok(Err(("open", errno.into()))),
    });
    written.map_err(|e| Cause::io("setns", e))?.map_err(|(call, e)| Cause::io(call, e))
}

/// Reads settings back; those that the kernel does not have are left out. What the kernel puts
/// between several values, a tab, becomes a space.
pub(super) fn read(
    namespace: &Namespace,
    keys: &[SysctlKey],
) -> Result<BTreeMap<SysctlKey, String>, Cause> {
    namespace.run(|| here(keys)).map_err(|e| Cause::io("read", e))
}

/// The same in the namespace of the calling thread.
pub(super) fn here(keys: &[SysctlKey]) -> io::Result<BTreeMap<SysctlKey, String>> {
    let mut places = Places::default();
    let mut found = BTreeMap::new();
    for key in keys {
        if let Some(value) = value(key, &mut places)? {
            found.insert(key.clone(), value);
        }
    }
    Ok(found)
}

/// The directories of one namespace that most settings are below, such as /proc/sys/net/ipv4, once
/// they were looked up. To look one up takes the kernel longer the more namespaces there are, as
/// each has its own of the same name. Held open, they keep no namespace alive.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<PathBuf, OwnedFd>);

impl Places {
    /// Opens the file of a setting. The calling thread must be in the namespace.
    fn open(&mut self, key: &SysctlKey, mode: OFlag) -> nix::Result<File> {
        let path = key.path();
        let (place, rest) = split(&path);
        let place = match self.0.entry(place) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(vacant) => {
                let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
                let opened = open(vacant.key(), flags, Mode::empty())?;
                vacant.insert(opened)
            }
        };
        openat(place, &rest, mode | OFlag::O_CLOEXEC, Mode::empty()).map(File::from)
    }
}

fn value(key: &SysctlKey, places: &mut Places) -> io::Result<Option<String>> {
    let Some(file) = if_there(places.open(key, OFlag::O_RDONLY))? else { return Ok(None) };
    let mut text = String::with_capacity(LONG);
    // A file that is not cut somewhere is asked for its length first, in vain.
    file.take(u64::MAX).read_to_string(&mut text)?;
    Ok(Some(text.trim().replace('\t', " ")))
}

/// Cuts `/proc/sys/<one>/<two>` off, or as much of it as is no file yet.
fn split(path: &Path) -> (PathBuf, PathBuf) {
    let depth = DEPTH.min(path.components().count().saturating_sub(1));
    let mut words = path.components();
    let place = words.by_ref().take(depth).collect();
    (place, words.collect())
}

fn if_there<T>(opened: nix::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(there) => Ok(Some(there)),
        Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_at_every_depth_and_those_that_are_not_there_left_out() {
        let keys = [
            "kernel.ostype",
            "net.ipv4.ip_forward",
            "net.ipv4.conf.all.arp_ignore",
            "net.ipv4.conf.all.no_such_thing",
            "net.no_such_place.all",
            "kernel.ostype.more",
        ];
        let found = here(&keys.map(|key| SysctlKey(key.to_owned()))).unwrap();
        let names: Vec<_> = found.keys().map(|key| key.0.as_str()).collect();
        assert_eq!(names, ["kernel.ostype", "net.ipv4.conf.all.arp_ignore", "net.ipv4.ip_forward"]);
        assert_eq!(found[&SysctlKey("kernel.ostype".to_owned())], "Linux");
    }
}
