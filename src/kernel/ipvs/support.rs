use super::encode;
use super::wire::{Command, FAMILY};
use crate::kernel::generic;
use crate::kernel::question::Answers;
use crate::lab::Scheduler;
use crate::plan::{ServiceEntry, ServiceKey};
use neli::ToBytes;
use std::fs;
use std::io::{self, Cursor};

/// CAP_NET_ADMIN and CAP_SYS_ADMIN (linux/capability.h): IPVS, and namespaces.
const NEEDED: u64 = 1 << 12 | 1 << 21;

/// Whether this process may use IPVS where the kernel has it: root may, and root of a container may
/// not, as generic netlink wants the capabilities of the first user namespace (GENL_ADMIN_PERM).
pub fn may_use_ip_vs() -> bool {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    has_capabilities(&read("/proc/self/status")) && is_first(&read("/proc/self/uid_map"))
}

/// Whether the kernel takes a virtual service with a scheduler in the namespace of the calling
/// thread; asked, it loads the module if it can. The service stays.
pub(in crate::kernel) fn takes(key: ServiceKey, scheduler: Scheduler) -> io::Result<bool> {
    let strange = |error: &dyn std::fmt::Display| io::Error::other(error.to_string());
    let entry = encode::service(&ServiceEntry::new(key, scheduler)).map_err(|e| strange(&e))?;
    let mut bytes = Cursor::new(Vec::new());
    entry.to_bytes(&mut bytes).map_err(|e| strange(&e))?;
    let command = u8::from(Command::NewService);
    Ok(generic::ask(FAMILY, command, Answers::None, &bytes.into_inner()).is_ok())
}

fn has_capabilities(status: &str) -> bool {
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let bits = effective.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
    bits.is_some_and(|bits| bits & NEEDED == NEEDED)
}

/// The first user namespace maps every number to itself (user_namespaces(7)).
fn is_first(uid_map: &str) -> bool {
    uid_map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_has_the_capabilities_and_others_have_not() {
        assert!(has_capabilities("Name:\tx\nCapEff:\t000001ffffffffff\n"));
        assert!(!has_capabilities("Name:\tx\nCapEff:\t0000000000000000\n"));
    }

    #[test]
    fn root_of_a_container_is_not_root_of_the_machine() {
        assert!(is_first("         0          0 4294967295\n"));
        assert!(!is_first("         0       1000          1\n"));
    }
}
