use crate::state::StateError;
use std::fs;
use std::io;
use std::path::Path;

/// Removes the links that lead into `mounts`: those are the lab's names, and no others.
pub(super) fn remove(names: &Path, mounts: &Path) -> Vec<String> {
    let entries = match fs::read_dir(names) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![StateError::refused("read", names)(error).to_string()],
    };
    let links = entries.flatten().filter(|e| e.file_type().is_ok_and(|kind| kind.is_symlink()));
    let paths = links.map(|entry| entry.path());
    let ours = paths.filter(|path| fs::read_link(path).is_ok_and(|to| to.starts_with(mounts)));
    let removed = ours.map(|path| {
        fs::remove_file(&path).map_err(|e| StateError::refused("remove", &path)(e).to_string())
    });
    removed.filter_map(Result::err).collect()
}
