use crate::guest::agent;
use crate::guest::machine::Boot;
use std::os::fd::RawFd;
use std::path::Path;

/// The guest's ends of its descriptors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    /// What the guest reads its channel from.
    pub from_host: RawFd,
    /// What the guest writes its channel to.
    pub to_host: RawFd,
    /// What the guest writes its console to.
    pub console: RawFd,
}

/// The kernel's command line. The kernel makes environment variables of the first process out of
/// what it does not know itself.
pub fn command_line(boot: &Boot, modules: &Path, fds: Descriptors) -> Vec<String> {
    let Descriptors { from_host, to_host, console } = fds;
    let own = [
        format!("mem={}M", boot.memory.0),
        format!("init={}", quoted(&boot.init)),
        format!("ssl0=fd:{from_host},fd:{to_host}"),
        format!("con0=null,fd:{console}"),
        format!("{}=1", agent::AGENT),
        format!("{}=/dev/ttyS0", agent::CHANNEL),
        format!("{}={}", agent::MODULES, quoted(modules)),
        format!("{}={}", agent::HOSTNAME, boot.hostname),
    ];
    own.into_iter().chain(FIXED.map(str::to_owned)).collect()
}

const FIXED: [&str; 13] = [
    "root=/dev/root",
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    "con=null",
    "ssl=null",
    "quiet",
    "panic=-1",
    "noreboot",
    // Delay loops are not calibrated: nothing that a lab uses waits in them.
    "lpj=41631744",
    // 0.85 s for choosing a RAID checksum, and a compressed swap cache.
    "initcall_blacklist=raid6_select_algo,init_zswap",
    "pty.legacy_count=0",
    // No files: no directory can be made here, and the management console stays away.
    "uml_dir=/proc/",
];

/// The kernel splits its command line at spaces outside quotation marks.
fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    if path.contains(' ') { format!("\"{path}\"") } else { path.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::machine::Mebibytes;

    #[test]
    fn the_command_line_holds_everything() {
        let boot = Boot {
            init: "/opt/my programs/lvs-lab".into(),
            memory: Mebibytes(512),
            hostname: "nat".to_owned(),
            log: None,
        };
        let fds = Descriptors { from_host: 3, to_host: 6, console: 7 };
        let line = command_line(&boot, Path::new("/usr/lib/uml/modules"), fds);
        insta::assert_snapshot!(line.join("\n"));
    }
}
