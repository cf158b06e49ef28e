use crate::programs::Program;
use nix::sys::utsname::uname;
use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The modules that a kernel has: those in it, and those in files.
pub struct Modules {
    directory: PathBuf,
    /// Read when they are needed: most labs find everything loaded.
    dependencies: OnceCell<String>,
    built_in: OnceCell<String>,
    load: Load,
    whose: Whose,
}

/// Whose modules they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The running kernel's.
    Running,
    /// Those of a kernel that does not run here.
    Another,
}

/// Has modules loaded with all that they need, and says what went wrong, a line each. One that is
/// there already is no fault.
pub type Load = fn(&[&str]) -> Vec<String>;

impl Modules {
    /// Those of the running kernel, which modprobe(8) loads.
    pub fn of_running_kernel() -> Self {
        let release = uname().map(|name| name.release().to_os_string()).unwrap_or_default();
        Self::at(Path::new("/lib/modules").join(release), modprobe)
    }

    /// Those of a directory that depmod(8) has indexed, and who loads them. A kernel that has all
    /// built in may have no such directory.
    pub fn at(directory: PathBuf, load: Load) -> Self {
        let (dependencies, built_in) = (OnceCell::new(), OnceCell::new());
        Self { directory, dependencies, built_in, load, whose: Whose::Running }
    }

    /// Those of a kernel that does not run here.
    pub fn of_another_kernel(directory: PathBuf) -> Self {
        Self { whose: Whose::Another, ..Self::at(directory, |_| Vec::new()) }
    }

    /// Whether a module is in the kernel: built in, or loaded.
    pub(super) fn is_there(&self, name: &str) -> bool {
        self.whose == Whose::Running && Path::new("/sys/module").join(name).is_dir()
            || self.read(&self.built_in, "modules.builtin").any(|line| is_about(line, name))
    }

    /// Whether a module could be loaded from its file.
    pub(super) fn is_at_hand(&self, name: &str) -> bool {
        let mut lines = self.read(&self.dependencies, "modules.dep");
        let line = lines.find(|line| is_about(line, name));
        let file = line.and_then(|line| line.split(':').next());
        file.is_some_and(|file| self.directory.join(file).is_file())
    }

    /// Has modules loaded, and says what went wrong.
    pub(super) fn load(&self, names: &[&str]) -> Vec<String> {
        (self.load)(names)
    }

    /// The lines of a file of depmod's; none if there is no such file.
    fn read<'s>(&self, text: &'s OnceCell<String>, file: &str) -> std::str::Lines<'s> {
        let path = self.directory.join(file);
        text.get_or_init(|| fs::read_to_string(path).unwrap_or_default()).lines()
    }

    /// Where they are.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Why a module that is not there cannot be loaded.
    pub(super) fn obstacle(&self, name: &str) -> String {
        let directory = self.directory.display();
        if self.is_there(name) {
            return "it is there and does not work, so it may be switched off".to_owned();
        }
        if !self.directory.is_dir() {
            return format!("the kernel's modules are not there: {directory}");
        }
        if !self.is_at_hand(name) {
            return format!("it is not in {directory}");
        }
        match self.load(&[name]) {
            said if said.is_empty() => {
                "it is said to be loaded and is not there: see /etc/modprobe.d".to_owned()
            }
            said => said.join("; "),
        }
    }
}

/// Whether a line of modules.dep(5) or modules.builtin is about a module. A dash in a file's name
/// is an underscore in the module's.
fn is_about(line: &str, name: &str) -> bool {
    let file = line.split(':').next().unwrap_or_default();
    let base = file.rsplit('/').next().unwrap_or_default();
    let stem = base.split(".ko").next().unwrap_or_default();
    stem.len() == name.len() && stem.replace('-', "_") == name
}

const MODPROBE: Program = Program::listed("modprobe");

fn modprobe(names: &[&str]) -> Vec<String> {
    let mut command = Command::new(MODPROBE.path());
    command.arg("--all").args(names).env("LC_ALL", "C");
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Vec::new(),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            said.lines().map(|line| line.trim().to_owned()).collect()
        }
        Err(_) => {
            let Program { name, package, .. } = MODPROBE;
            vec![format!("`{name}` is not installed (Debian package `{package}`)")]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with two modules, of which one has lost its file.
    fn modules(directory: &Path) -> Modules {
        let dependencies = "net/fou.ko.xz: net/ip_tunnel.ko\nnet/nf-tables.ko:\nnet/gone.ko:\n";
        fs::write(directory.join("modules.dep"), dependencies).unwrap();
        fs::write(directory.join("modules.builtin"), "kernel/drivers/net/veth.ko\n").unwrap();
        fs::create_dir(directory.join("net")).unwrap();
        for file in ["net/fou.ko.xz", "net/nf-tables.ko"] {
            fs::write(directory.join(file), "").unwrap();
        }
        Modules::at(directory.to_owned(), |_| vec!["refused".to_owned()])
    }

    #[test]
    fn a_module_is_known_by_its_name_and_must_have_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let modules = modules(directory.path());
        assert!(modules.is_at_hand("fou") && modules.is_at_hand("nf_tables"));
        assert!(!modules.is_at_hand("ou") && !modules.is_at_hand("ip_tunnel"));
        assert!(!modules.is_at_hand("gone"));
        assert!(modules.is_there("veth"));
    }

    #[test]
    fn what_keeps_a_module_out_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let known = modules(directory.path());
        assert_eq!(known.obstacle("fou"), "refused");
        let words = format!("it is not in {}", directory.path().display());
        assert_eq!(known.obstacle("gone"), words);
        let words = "it is there and does not work, so it may be switched off";
        assert_eq!(known.obstacle("veth"), words);
        let nowhere = Modules::at("/proc/none".into(), |_| Vec::new());
        assert_eq!(nowhere.obstacle("fou"), "the kernel's modules are not there: /proc/none");
    }
}
