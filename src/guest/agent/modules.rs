use super::elf;
use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module, init_module};
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What the root file system needs.
pub const ROOT: &[&str] = &["overlay"];

/// What every lab may need; the rest comes when a lab asks for it, as each module takes time.
/// Nothing here relies on the kernel's loading a module on demand, since the host may have no kmod.
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
    "xt_mac",
    "nf_conntrack_netlink",
    "sch_netem",
    "af_packet",
    "udp_diag",
];

/// Where kmod keeps a directory for each release of the kernel (modprobe(8)).
const RELEASES: &str = "/lib/modules";

/// Shows the modules of this release where everything looks for them, unless they are there: what
/// is built in can be told from what is missing, and what a user's command asks for is loaded. The
/// root must be writable.
pub fn show(directory: &Path, release: &str) -> std::io::Result<()> {
    let place = Path::new(RELEASES).join(release);
    if place.symlink_metadata().is_ok() {
        return Ok(());
    }
    std::fs::create_dir_all(RELEASES)?;
    std::os::unix::fs::symlink(directory, place)
}

/// The kernel's modules: where they are, and which need which.
pub struct Modules {
    directory: PathBuf,
    dependencies: String,
    loaded: HashSet<String>,
    buffer: Vec<u8>,
}

impl Modules {
    /// Reads `modules.dep` (modules.dep(5)) of a directory.
    pub fn read(directory: &Path) -> std::io::Result<Self> {
        let dependencies = std::fs::read_to_string(directory.join("modules.dep"))?;
        let (loaded, buffer) = (HashSet::new(), Vec::with_capacity(LARGEST));
        Ok(Self { directory: directory.to_owned(), dependencies, loaded, buffer })
    }

    /// Loads modules and what they need, and says what went wrong. A module that is not there may
    /// be built in, and if not, its absence will show where it is used.
    pub fn load(&mut self, names: &[&str]) -> Vec<String> {
        let mut lines: Vec<_> = names.iter().map(|_| Vec::new()).collect();
        // One walk over the file for all: it names some 1500 modules.
        for line in self.dependencies.lines() {
            if let Some(place) = names.iter().position(|name| is_about(line, name)) {
                lines[place] = files(line);
            }
        }
        let named = names.iter().zip(lines);
        named.filter_map(|(name, files)| self.insert_all(name, files).err()).collect()
    }

    fn insert_all(&mut self, name: &str, files: Vec<String>) -> Result<(), String> {
        for file in files {
            if self.loaded.contains(&file) {
                continue;
            }
            let path = self.directory.join(&file);
            insert(&path, &mut self.buffer)
                .map_err(|e| format!("module `{name}`: {}: {e}", path.display()))?;
            self.loaded.insert(file);
        }
        Ok(())
    }
}

/// Whether a line of `modules.dep` says what this module needs. A dash in a file's name is an
/// underscore in the module's.
fn is_about(line: &str, name: &str) -> bool {
    let file = line.split(':').next().unwrap_or_default();
    let base = &file[file.rfind('/').map_or(0, |slash| slash + 1)..];
    let Some((stem, extension)) = base.split_at_checked(name.len()) else { return false };
    let same = |(a, b): (u8, u8)| a == b || (a == b'-' && b == b'_');
    extension.starts_with(".ko") && stem.bytes().zip(name.bytes()).all(same)
}

/// The files to load for a line of `modules.dep`, in this order. The line lists the nearest
/// dependency first, so that the order of loading is the reverse.
fn files(line: &str) -> Vec<String> {
    let (file, needs) = line.split_once(':').unwrap_or((line, ""));
    needs.split_whitespace().rev().chain([file]).map(str::to_owned).collect()
}

/// The kernel spends most of a module's time on its pages, so that it pays to leave out those of
/// the debugging sections in a file of more bytes than this.
const LARGE: u64 = 128 << 10;
/// The largest module without them fits into this many bytes, more or less.
const LARGEST: usize = 1 << 20;

fn insert(path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let file = File::open(path)?;
    // What is no plain object file may still be something that the kernel knows.
    let inserted = if file.metadata()?.len() > LARGE && elf::compact(&file, buffer).is_ok() {
        init_module(buffer, c"")
    } else {
        finit_module(&file, c"", ModuleInitFlags::empty())
    };
    match inserted {
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
        let order = ["kernel/nf-defrag.ko", "kernel/nf_conntrack.ko", "kernel/net/ip_vs.ko"];
        assert_eq!(files(line), order);
    }

    #[test]
    fn a_line_is_found_by_the_modules_name() {
        let line = "kernel/nf-defrag-ipv4.ko.xz: kernel/ip_vs.ko";
        assert!(is_about(line, "nf_defrag_ipv4"));
        assert!(!is_about(line, "nf_defrag"));
        assert!(!is_about(line, "defrag_ipv4"));
        assert!(!is_about(line, "ip_vs"));
    }
}
