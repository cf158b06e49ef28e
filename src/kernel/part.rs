use std::fs;
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where every module that is loaded has a directory, and some that are built in (sysfs(5)).
const LOADED: &str = "/sys/module";

/// What a kernel that can load modules has (proc_modules(5)).
const LIST: &str = "/proc/modules";

/// Where kmod keeps a directory for each release of the kernel (modprobe(8)).
const RELEASES: &str = "/lib/modules";

/// A part of the kernel that is a module in many kernels.
///
/// A question to a part that is absent makes the kernel run modprobe(8) and wait for it, at each
/// question anew: that takes milliseconds on a machine, and dozens of them in a guest. An absent
/// part has nothing to tell, so that it is not asked, and looking at a lab loads no module.
pub(super) struct Part {
    module: &'static str,
    /// Whether it was asked, for want of a better way to know, and was absent.
    missed: AtomicBool,
}

/// The tables of nft(8).
pub(super) static NF_TABLES: Part = Part::new("nf_tables");

/// What sock_diag(7) says of TCP.
pub(super) static TCP_DIAG: Part = Part::new("tcp_diag");

/// What sock_diag(7) says of UDP.
pub(super) static UDP_DIAG: Part = Part::new("udp_diag");

/// The ports that take envelopes of UDP.
pub(super) static FOU: Part = Part::new("fou");

impl Part {
    const fn new(module: &'static str) -> Self {
        Self { module, missed: AtomicBool::new(false) }
    }

    /// Asks it something; `None` if it is absent, which `is_absent` tells of a refusal.
    pub(super) fn ask<T>(
        &self,
        question: impl FnOnce() -> io::Result<T>,
        is_absent: impl FnOnce(&io::Error) -> bool,
    ) -> io::Result<Option<T>> {
        if self.is_absent() {
            return Ok(None);
        }
        match question() {
            Err(error) if is_absent(&error) => {
                self.missed.store(true, Ordering::Relaxed);
                Ok(None)
            }
            answered => answered.map(Some),
        }
    }

    /// Whether it is known to be absent now. A module may be loaded later, at any time.
    fn is_absent(&self) -> bool {
        let missed = self.missed.load(Ordering::Relaxed);
        if !has_modules() {
            return missed;
        }
        if Path::new(LOADED).join(self.module).exists() || !Path::new(LOADED).is_dir() {
            return false;
        }
        match built_in() {
            Some(list) => !list.lines().any(|file| is_of(file, self.module)),
            None => missed,
        }
    }
}

/// Whether the running kernel can load modules at all.
fn has_modules() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| Path::new(LIST).exists())
}

/// The files of the modules that are built into the running kernel (modules.builtin, kbuild.rst);
/// `None` where the machine does not say.
fn built_in() -> Option<&'static str> {
    static LIST: OnceLock<Option<String>> = OnceLock::new();
    LIST.get_or_init(|| {
        let name = nix::sys::utsname::uname().ok()?;
        let release = Path::new(RELEASES).join(name.release());
        fs::read_to_string(release.join("modules.builtin")).ok()
    })
    .as_deref()
}

/// Whether a file is a module's. A dash in its name is an underscore in the module's.
fn is_of(file: &str, module: &str) -> bool {
    let base = file.rsplit('/').next().and_then(|base| base.strip_suffix(".ko"));
    base.is_some_and(|base| base.replace('-', "_") == module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_found_by_its_file() {
        assert!(is_of("kernel/net/netfilter/nf_tables.ko", "nf_tables"));
        assert!(is_of("kernel/net/ipv4/netfilter/nf-tables.ko", "nf_tables"));
        assert!(!is_of("kernel/net/netfilter/nf_tables_set.ko", "nf_tables"));
        assert!(!is_of("kernel/net/bridge/nf_tables", "nf_tables"));
    }

    #[test]
    fn a_part_that_nothing_is_known_of_is_asked_until_it_is_absent() {
        let part = Part::new("no_such_module");
        let asks = std::cell::Cell::new(0);
        let ask = || {
            let question = || {
                asks.set(asks.get() + 1);
                Err::<(), _>(io::ErrorKind::NotFound.into())
            };
            part.ask(question, |error| error.kind() == io::ErrorKind::NotFound).unwrap()
        };
        assert_eq!((ask(), ask(), ask()), (None, None, None));
        assert!(asks.get() <= 1, "asked {} times", asks.get());
    }

    #[test]
    fn another_refusal_does_not_make_a_part_absent() {
        let part = Part::new("kernel");
        let refused = part.ask(|| Err::<(), _>(io::ErrorKind::PermissionDenied.into()), |_| false);
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(part.ask(|| Ok(7), |_| true).unwrap(), Some(7));
    }
}
