use std::fs;
use std::path::{Path, PathBuf};

/// A file that a daemon or a process of a node writes into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogFile {
    /// The node's name.
    pub node: String,
    /// The daemon's or the process's name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// The logs of a lab's daemons and processes, by node and name. `lab` is the lab's directory.
pub fn log_files(lab: &Path) -> Vec<LogFile> {
    let folders = ["daemons", "processes"].map(|folder| lab.join(folder));
    let nodes = folders.iter().flat_map(|folder| entries(folder));
    let mut files: Vec<_> = nodes.flat_map(|(node, folder)| of_node(&node, &folder)).collect();
    files.sort();
    files
}

fn of_node(node: &str, folder: &Path) -> Vec<LogFile> {
    let file = |(name, path): (String, PathBuf)| {
        let name = name.strip_suffix(".log")?.to_owned();
        Some(LogFile { node: node.to_owned(), name, path })
    };
    entries(folder).into_iter().filter_map(file).collect()
}

/// What is in a folder, by name; nothing where there is no folder.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    found.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_daemons_and_processes_are_found_and_nothing_else() {
        let lab = tempfile::tempdir().unwrap();
        for file in ["daemons/d2/speaker.log", "daemons/d2/states", "processes/db/mariadb.log"] {
            let path = lab.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = log_files(lab.path());
        let found: Vec<_> = found.iter().map(|log| format!("{} {}", log.node, log.name)).collect();
        assert_eq!(found, ["d2 speaker", "db mariadb"]);
        assert_eq!(log_files(Path::new("/proc/none")), []);
    }
}
