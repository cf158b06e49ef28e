use std::fs::{self, remove_file};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Where Debian has the programs of iptables(8).
const PLACE: &str = "/usr/sbin";

/// The program that is all of them by nftables, and the one that is all of them by the older
/// interface of the kernel: which one, says the name by which it is called.
const PROGRAMS: (&str, &str) = ("xtables-nft-multi", "xtables-legacy-multi");

const NAMES: [&str; 6] = [
    "iptables",
    "iptables-save",
    "iptables-restore",
    "ip6tables",
    "ip6tables-save",
    "ip6tables-restore",
];

/// Has `iptables` mean the program that this kernel can serve: its nftables have no tables of an
/// address family, so that what a user types would be refused. Only the guest's own layer changes.
pub fn choose() -> io::Result<()> {
    let (unserved, served) = PROGRAMS;
    if !Path::new(PLACE).join(served).exists() {
        return Ok(());
    }
    for path in NAMES.map(|name| Path::new(PLACE).join(name)) {
        if fs::canonicalize(&path).is_ok_and(|program| program.ends_with(unserved)) {
            remove_file(&path)?;
            symlink(served, &path)?;
        }
    }
    Ok(())
}
