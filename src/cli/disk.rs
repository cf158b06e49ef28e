use crate::lab::Source;
use crate::topology::{self, Machine};
use globset::{GlobBuilder, GlobMatcher};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::{env, fs};

/// The most files that a pattern may match.
const MOST_FILES: usize = 1000;

/// The machine's own files, as keepalived finds them.
pub struct Disk;

impl Machine for Disk {
    fn included(&self, pattern: &str, by: &str) -> Vec<Source> {
        let beside = Path::new(by).parent().unwrap_or(Path::new(""));
        let mut found = matching(&beside.join(pattern));
        found.retain(|path| is_text(path));
        found.iter().filter_map(|path| text(path)).collect()
    }

    fn can_run(&self, program: &str) -> bool {
        if program.contains('/') {
            return is_program(Path::new(program));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|folder| is_program(&folder.join(program)))
    }
}

/// A configuration's text.
fn text(path: &Path) -> Option<Source> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(topology::LARGEST as u64 + 1).read_to_end(&mut bytes).ok()?;
    topology::decode_foreign(&path.display().to_string(), bytes).ok()
}

/// keepalived includes no directories, and nothing that can be run.
fn is_text(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 == 0)
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// The paths that a pattern matches (glob(7)), by name.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        found = found.iter().flat_map(|folder| inside(folder, part)).take(MOST_FILES).collect();
    }
    found
}

/// What a part of a pattern matches in a folder.
fn inside(folder: &Path, part: Component<'_>) -> Vec<PathBuf> {
    let plain = || vec![folder.join(part.as_os_str())];
    let Some(matcher) = part.as_os_str().to_str().and_then(wildcard) else { return plain() };
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).into_iter().flatten().filter_map(Result::ok);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> =
        names.filter(|name| !name.starts_with('.') && matcher.is_match(name)).collect();
    names.sort_unstable();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// A part of a pattern that stands for several names.
fn wildcard(part: &str) -> Option<GlobMatcher> {
    let several = part.contains(['*', '?', '[', '{']);
    let glob = several.then(|| GlobBuilder::new(part).literal_separator(true).build().ok());
    glob.flatten().map(|glob| glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_files_beside_the_one_that_includes_them_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        fs::create_dir_all(folder.path().join("conf.d/inner.conf")).unwrap();
        ["main.conf", "conf.d/b.conf", "conf.d/a.conf", "conf.d/.c.conf"]
            .iter()
            .for_each(|name| write(name));
        let run = folder.path().join("conf.d/run.conf");
        fs::write(&run, "").unwrap();
        fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
        let main = folder.path().join("main.conf").display().to_string();
        let names = |pattern: &str| {
            let found = Disk.included(pattern, &main);
            found.into_iter().map(|source| source.text).collect::<Vec<_>>()
        };
        assert_eq!(names("conf.d/*.conf"), ["conf.d/a.conf", "conf.d/b.conf"]);
        assert_eq!(names("conf.d/{b,x}.conf"), ["conf.d/b.conf"]);
        assert_eq!(names("*/[a]*"), ["conf.d/a.conf"]);
        assert_eq!(names("missing.conf"), [""; 0]);
        assert!(Disk.can_run("sh") && Disk.can_run("/bin/sh"));
        assert!(!Disk.can_run("/etc/passwd") && !Disk.can_run("/nowhere/check.sh"));
    }
}
