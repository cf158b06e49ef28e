use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What the root file system needs.
pub const ROOT: &[&str] = &["overlay"];

/// What labs need. Nothing loads a module on demand in the guest, since the host may have no kmod.
pub const LAB: &[&str] = &[
    "ipv6",
    "veth",
    "bridge",
    "dummy",
    "ip_vs",
    "ip_vs_rr",
    "ip_vs_wrr",
    "ip_vs_lc",
    "ip_vs_wlc",
    "ip_vs_lblc",
    "ip_vs_lblcr",
    "ip_vs_dh",
    "ip_vs_sh",
    "ip_vs_sed",
    "ip_vs_nq",
    "ip_vs_fo",
    "ip_vs_ovf",
    "ip_vs_mh",
    "ip_vs_ftp",
    "ipip",
    "ip_gre",
    "fou",
    "iptable_filter",
    "iptable_nat",
    "iptable_mangle",
    "xt_MASQUERADE",
    "xt_conntrack",
    "xt_ipvs",
    "xt_mark",
    "xt_tcpudp",
    "xt_multiport",
    "xt_comment",
    "nf_conntrack_netlink",
    "sch_netem",
    "af_packet",
];

/// The kernel's modules: where they are, and which need which.
pub struct Modules {
    directory: PathBuf,
    dependencies: HashMap<String, Vec<String>>,
    loaded: HashSet<String>,
}

impl Modules {
    /// Reads `modules.dep` (modules.dep(5)) of a directory.
    pub fn read(directory: &Path) -> std::io::Result<Self> {
        let text = std::fs::read_to_string(directory.join("modules.dep"))?;
        let dependencies = text.lines().filter_map(dependencies).collect();
        Ok(Self { directory: directory.to_owned(), dependencies, loaded: HashSet::new() })
    }

    /// Loads a module and what it needs, and says what went wrong.
    pub fn load(&mut self, name: &str) -> Result<(), String> {
        // A module that is not there may be built in, and its absence will show where it is used.
        let Some(files) = self.dependencies.get(name).cloned() else { return Ok(()) };
        for file in files {
            if self.loaded.contains(&file) {
                continue;
            }
            let path = self.directory.join(&file);
            insert(&path).map_err(|e| format!("module `{name}`: {}: {e}", path.display()))?;
            self.loaded.insert(file);
        }
        Ok(())
    }
}

/// One line of `modules.dep`: a module's name, and the files to load in this order. The file lists
/// the nearest dependency first, so that the order of loading is the reverse.
fn dependencies(line: &str) -> Option<(String, Vec<String>)> {
    let (file, needs) = line.split_once(':')?;
    let stem = Path::new(file).file_name()?.to_str()?.split('.').next()?;
    let order = needs.split_whitespace().rev().chain([file]).map(str::to_owned);
    Some((stem.replace('-', "_"), order.collect()))
}

fn insert(path: &Path) -> std::io::Result<()> {
    match finit_module(File::open(path)?, c"", ModuleInitFlags::empty()) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_loaded_farthest_first() {
        let line = "kernel/net/ip_vs.ko: kernel/nf_conntrack.ko kernel/nf-defrag.ko";
        let (name, order) = dependencies(line).unwrap();
        assert_eq!(name, "ip_vs");
        assert_eq!(order, ["kernel/nf-defrag.ko", "kernel/nf_conntrack.ko", "kernel/net/ip_vs.ko"]);
    }

    #[test]
    fn a_dash_in_a_file_name_is_an_underscore_in_the_module() {
        let (name, _) = dependencies("kernel/nf-defrag-ipv4.ko.xz:").unwrap();
        assert_eq!(name, "nf_defrag_ipv4");
    }
}
