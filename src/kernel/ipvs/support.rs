use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the running kernel can do for IPVS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpvsSupport {
    /// ip_vs is there.
    Loaded,
    /// ip_vs was not there; modprobe(8) has just loaded it.
    Loadable,
    /// There is no ip_vs, neither built in nor as a module.
    Missing,
    /// There is one, but this process may not use it: it is not root, or root of a container.
    NotPermitted,
}

/// CAP_NET_ADMIN and CAP_SYS_ADMIN (linux/capability.h): IPVS, and namespaces.
const NEEDED: u64 = 1 << 12 | 1 << 21;

/// Finds out whether the running kernel has IPVS that this process may use; loads the module
/// where it can.
pub fn ip_vs_available() -> IpvsSupport {
    match (is_loaded(), may_use()) {
        (true, true) => IpvsSupport::Loaded,
        (true, false) => IpvsSupport::NotPermitted,
        (false, true) if modprobe(&[]) && is_loaded() => IpvsSupport::Loadable,
        (false, false) if modprobe(&["--dry-run"]) => IpvsSupport::NotPermitted,
        (false, _) => IpvsSupport::Missing,
    }
}

fn is_loaded() -> bool {
    Path::new("/proc/net/ip_vs").exists()
}

fn modprobe(options: &[&str]) -> bool {
    // It lives in a directory that an ordinary user's PATH leaves out.
    ["modprobe", "/sbin/modprobe"].iter().any(|program| {
        let mut command = Command::new(program);
        command.args(options).arg("ip_vs");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

/// Generic netlink wants the capabilities of the first user namespace (GENL_ADMIN_PERM).
fn may_use() -> bool {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    has_capabilities(&read("/proc/self/status")) && is_first(&read("/proc/self/uid_map"))
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
