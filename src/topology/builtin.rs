use super::load;
use crate::lab::Source;

/// A topology that is part of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name, as in `lvs-lab up nat`.
    pub name: &'static str,
    /// What it shows, in one line.
    pub summary: String,
}

macro_rules! files {
    ($($name:literal),*) => {
        /// The files of `topologies/`, in the order in which a newcomer may read them.
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../topologies/", $name, ".yaml")))),*];
    };
}

files!(
    "nat",
    "dr",
    "dr-multinet",
    "tun",
    "fullnat",
    "schedulers",
    "persistence",
    "plain",
    "ha",
    "ha-nat",
    "ha-active-active",
    "ha-sync",
    "ha-keepalived",
    "ha-ldirectord"
);

/// The built-in topology of that name; diagnostics call it by its file name.
pub fn builtin(name: &str) -> Option<Source> {
    let (name, text) = FILES.iter().find(|(file, _)| *file == name)?;
    Some(Source { name: format!("{name}.yaml"), text: (*text).to_owned() })
}

/// Every built-in topology.
pub fn builtins() -> Vec<Builtin> {
    let summary = |name| load(&builtin(name)?).ok()?.lab.summary;
    let listed = |(name, _): &(&'static str, _)| Builtin {
        name,
        summary: summary(name).unwrap_or_default(),
    };
    FILES.iter().map(listed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_topologies_is_built_in() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/topologies");
        let mut files: Vec<_> = std::fs::read_dir(directory)
            .unwrap()
            .filter_map(|e| {
                Some(e.unwrap().file_name().to_str()?.strip_suffix(".yaml")?.to_owned())
            })
            .collect();
        let mut names: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }

    #[test]
    fn every_built_in_topology_is_beyond_reproach() {
        for (name, text) in FILES {
            let valid = load(&builtin(name).unwrap());
            let valid = valid.unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
            assert_eq!(valid.warnings, [], "{name}");
            assert_eq!(valid.lab.name.as_str(), *name);
            assert!(valid.lab.summary.is_some(), "{name} has no summary");
            assert!(text.starts_with("# yaml-language-server: $schema=schema.json\n"), "{name}");
        }
    }
}
