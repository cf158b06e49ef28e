use super::Cause;
use super::namespace::Namespace;
use crate::lab::SysctlKey;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;
use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// How many components `/proc/sys/net/ipv4` has, with the root.
const DEPTH: usize = 5;

/// Most values are shorter than this.
const LONG: usize = 64;

/// Writes a setting. The files of /proc/sys/net are those of the thread that opens them.
pub(super) fn write(namespace: &Namespace, key: &SysctlKey, value: &str) -> Result<(), Cause> {
    let path = key.path();
    let written = namespace.run(|| match OpenOptions::new().write(true).open(path) {
        Ok(mut file) => Ok(file.write_all(value.as_bytes()).map_err(|e| ("write", e))),
        Err(error) => Ok(Err(("open", error))),
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
    let mut places = HashMap::new();
    let mut found = BTreeMap::new();
    for key in keys {
        if let Some(value) = value(key, &mut places)? {
            found.insert(key.clone(), value);
        }
    }
    Ok(found)
}

/// The directories that most settings are below, such as /proc/sys/net/ipv4. To look one up takes
/// the kernel longer the more namespaces there are, as each has its own of the same name.
type Places = HashMap<PathBuf, Option<OwnedFd>>;

fn value(key: &SysctlKey, places: &mut Places) -> io::Result<Option<String>> {
    let path = key.path();
    let (place, rest) = split(&path);
    if !places.contains_key(&place) {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let opened = open(&place, flags, Mode::empty());
        places.insert(place.clone(), if_there(opened)?);
    }
    let Some(Some(place)) = places.get(&place) else { return Ok(None) };
    let file = openat(place, &rest, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty());
    let Some(file) = if_there(file)? else { return Ok(None) };
    let mut text = String::with_capacity(LONG);
    // A file that is not cut somewhere is asked for its length first, in vain.
    File::from(file).take(u64::MAX).read_to_string(&mut text)?;
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
