use nix::unistd::{AccessFlags, access};
use std::fs;
use std::path::{Path, PathBuf};

/// Where programs are if PATH is empty (execvp(3), and login.defs(5), ENV_PATH).
const DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";

/// A value of PATH with the programs of system administration, which an ordinary user's leaves out:
/// beside each `bin` the `sbin` of the same parent.
pub fn complete(path: &str) -> String {
    let path = if path.is_empty() { DEFAULT } else { path };
    let mut all: Vec<String> = path.split(':').map(str::to_owned).collect();
    let parents = path.split(':').filter_map(|directory| directory.strip_suffix("/bin"));
    for directory in parents.map(|parent| format!("{parent}/sbin")) {
        if !all.contains(&directory) {
            all.push(directory);
        }
    }
    all.join(":")
}

/// Where a program is, by this process's PATH and what completes it. A name that ends in `*` may
/// have any ending.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = complete(&std::env::var("PATH").unwrap_or_default());
    path.split(':').find_map(|directory| find_in(Path::new(directory), name))
}

/// Whether there is a file of a name that may be executed or not: in a directory of PATH, or the very
/// file where the name is a path.
pub fn has_file(name: &str) -> bool {
    let path = complete(&std::env::var("PATH").unwrap_or_default());
    path.split(':').any(|directory| Path::new(directory).join(name).exists())
}

fn find_in(directory: &Path, name: &str) -> Option<PathBuf> {
    let Some(beginning) = name.strip_suffix('*') else {
        return Some(directory.join(name)).filter(|path| is_program(path));
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut programs = entries.map(|entry| entry.path()).filter(|path| is_program(path));
    programs.find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning))
    })
}

fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, AccessFlags::X_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_path_gets_the_sbin_beside_each_bin() {
        assert_eq!(complete("/usr/bin:/bin"), "/usr/bin:/bin:/usr/sbin:/sbin");
        let all = "/usr/sbin:/usr/bin:/opt/lvs";
        assert_eq!(complete(all), all);
        let usual = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
        assert_eq!(complete(""), usual);
    }

    #[test]
    fn a_program_is_a_file_that_may_be_executed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("php-fpm8.4");
        fs::write(&path, "").unwrap();
        assert_eq!(find_in(directory.path(), "php-fpm8.4"), None);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_in(directory.path(), "php-fpm*"), Some(path.clone()));
        assert_eq!(find_in(directory.path(), "php-fpm8.4"), Some(path));
        assert_eq!(find_in(directory.path(), "php-fpm"), None);
    }
}
