use super::Cause;
use super::namespace::Namespace;
use crate::lab::SysctlKey;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};

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
    keys.iter().filter_map(value).collect()
}

fn value(key: &SysctlKey) -> Option<io::Result<(SysctlKey, String)>> {
    match fs::read_to_string(key.path()) {
        Ok(text) => Some(Ok((key.clone(), text.trim().replace('\t', " ")))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(error)),
    }
}
