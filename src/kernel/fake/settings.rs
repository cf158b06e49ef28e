use super::fault::refuse;
use super::node::Namespace;
use crate::kernel::Cause;
use crate::lab::SysctlKey;
use nix::errno::Errno;
use std::collections::BTreeMap;

pub(super) fn write(namespace: &mut Namespace, key: &SysctlKey, value: &str) -> Result<(), Cause> {
    if !exists(namespace, key) {
        return Err(refuse("open", Errno::ENOENT));
    }
    namespace.state.settings.insert(key.clone(), value.to_owned());
    Ok(())
}

/// The settings asked for; what nobody wrote is 0, and those of missing interfaces are left out.
pub(super) fn read(namespace: &Namespace, keys: &[SysctlKey]) -> BTreeMap<SysctlKey, String> {
    let there = keys.iter().filter(|key| exists(namespace, key));
    let value = |key: &SysctlKey| {
        let written = namespace.state.settings.get(key);
        (key.clone(), written.map_or_else(|| "0".to_owned(), Clone::clone))
    };
    there.map(value).collect()
}

/// `net.ipv4.conf.NAME.x` is there as long as the interface is.
fn exists(namespace: &Namespace, key: &SysctlKey) -> bool {
    let parts: Vec<_> = key.0.split('.').collect();
    match parts.as_slice() {
        ["net", "ipv4" | "ipv6", "conf", "all" | "default", _] => true,
        ["net", "ipv4" | "ipv6", "conf", name, _] => {
            namespace.state.links.iter().any(|link| link.name == *name)
        }
        ["net", ..] => true,
        _ => false,
    }
}
