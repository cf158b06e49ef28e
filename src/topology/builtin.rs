use super::load;
use crate::lab::Source;

/// A topology that is part of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name, as in `lvs-lab up nat`, with its folder, as in `notes/000-nat`.
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
    "tun-gre",
    "tun-gue",
    "fullnat",
    "nat6",
    "dr6",
    "tun6",
    "tun-4in6",
    "localnode",
    "schedulers",
    "run-time",
    "persistence",
    "fwmark",
    "udp",
    "sctp",
    "ipvs-settings",
    "plain",
    "ha",
    "ha6",
    "ha-nat",
    "ha-active-active",
    "ha-sync",
    "ha-keepalived",
    "ha-ldirectord",
    "notes/000-nat",
    "notes/000-dr",
    "notes/000-persistence",
    "notes/001-keepalived",
    "notes/002-nat",
    "notes/002-dr",
    "notes/003-nat-rules",
    "notes/003-nat-port-mapping",
    "notes/003-nat-without-gateway",
    "notes/003-nat-without-ip-forward",
    "notes/003-dr-rules",
    "notes/003-dr-gateway-is-dip",
    "notes/003-dr-without-arp",
    "notes/003-dr-without-vip",
    "notes/003-nat-discuz",
    "notes/003-nat-discuz-real",
    "notes/003-dr-discuz",
    "notes/003-dr-discuz-real",
    "notes/003-dr-private-rips",
    "notes/003-dr-public-rips",
    "notes/004-firewall-marks",
    "notes/004-dr-multinet",
    "notes/004-persistence",
    "notes/004-ldirectord"
);

/// How the line begins that tells an editor the schema.
const SCHEMA: &str = "# yaml-language-server: $schema=";

/// The folder of the labs that follow the lecture notes to the address.
pub const NOTES: &str = "notes/";

/// The built-in topology of that name; diagnostics call it by its file name.
pub fn builtin(name: &str) -> Option<Source> {
    let (name, text) = FILES.iter().find(|(file, _)| *file == name)?;
    Some(Source { name: format!("{name}.yaml"), text: (*text).to_owned() })
}

/// The text of a built-in topology whose head names this file as its schema, for editors.
pub fn with_schema(text: &str, schema: &str) -> String {
    let rest = match text.split_once('\n') {
        Some((head, rest)) if head.starts_with(SCHEMA) => rest,
        _ => text,
    };
    format!("{SCHEMA}{schema}\n{rest}")
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
    use std::collections::BTreeSet;

    /// The labs that show what a warning is about.
    const SUBJECTS: &[(&str, &str)] =
        &[("notes/003-dr-without-arp", "L146"), ("notes/003-nat-without-ip-forward", "L146")];

    /// The topologies of a folder, with this before their names.
    fn files(folder: &str) -> Vec<String> {
        let directory = format!("{}/topologies/{folder}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(directory).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter_map(|n| Some(format!("{folder}{}", n.strip_suffix(".yaml")?))).collect()
    }

    #[test]
    fn every_file_of_topologies_is_built_in() {
        let mut files = [files(""), files(NOTES)].concat();
        let mut names: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }

    #[test]
    fn the_schema_that_is_named_is_the_one_that_is_asked_for() {
        for name in ["nat", "notes/000-nat"] {
            let text = with_schema(&builtin(name).unwrap().text, "mine.json");
            assert!(text.starts_with("# yaml-language-server: $schema=mine.json\n"), "{text}");
            assert_eq!(text.matches("$schema").count(), 1, "{text}");
        }
    }

    #[test]
    fn every_built_in_topology_is_beyond_reproach() {
        for (name, text) in FILES {
            let valid = load(&builtin(name).unwrap());
            let valid = valid.unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
            let codes: BTreeSet<_> = valid.warnings.iter().map(|w| w.code.0).collect();
            let subject = SUBJECTS.iter().find(|(lab, _)| lab == name).map(|(_, code)| *code);
            assert_eq!(codes, subject.into_iter().collect(), "{name}: {:#?}", valid.warnings);
            let (schema, lab) = match name.strip_prefix(NOTES) {
                Some(lab) => ("../schema.json", lab),
                None => ("schema.json", *name),
            };
            assert_eq!(valid.lab.name.as_str(), lab);
            assert!(valid.lab.summary.is_some(), "{name} has no summary");
            let head = format!("{SCHEMA}{schema}\n");
            assert!(text.starts_with(&head), "{name}");
        }
    }
}
