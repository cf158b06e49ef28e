//! Tables through ipvsadm itself and back: what is exported is restored with `ipvsadm -R` in a new
//! namespace of a guest, saved there with `ipvsadm -S -n`, imported, and exported again.

#[path = "../ipvs/draw.rs"]
mod draw;
#[path = "drawn.rs"]
mod drawn;

use crate::sorted;
use crate::support::lab::Lab;
use crate::support::{Place, Ran};
use draw::Draw;
use drawn::{Drawn, drawn};
use lvs_lab::topology::builtins;
use std::collections::HashSet;

/// How many tables are drawn.
const TABLES: u64 = 30;

/// What ipvsadm saves of a table that it has restored in a namespace where nothing was. Of the lab
/// only the guest's kernel is used.
pub fn restored(guest: &Lab, table: &str) -> String {
    shown(guest, table, "ipvsadm -S -n")
}

/// What a command prints where ipvsadm has restored a table.
pub fn shown(guest: &Lab, table: &str, command: &str) -> String {
    let shell = format!("ip link set lo up && ipvsadm -R && {command}");
    let words = ["exec", &guest.name, "client", "--", "unshare", "--net", "sh", "-c", &shell];
    guest.place.run_with(&words, table.as_bytes()).code(0).stdout
}

impl Lab {
    /// The table of a lab, and of the same lab with what ipvsadm has made of its table.
    fn round(&self, topology: &str, table: &str) {
        let saved = self.place.write("saved", &restored(self, &whole(table)));
        let words = ["export", topology, "--ipvsadm", &saved, "--format", "ipvsadm"];
        let again = self.place.run(&words).code(0).stdout;
        let kept = without_thresholds(table);
        assert_eq!(sorted(&without_thresholds(&again)), sorted(&kept), "{topology}");
    }
}

/// The tables of all directors as one, each line once; the directors' names are comments.
fn whole(table: &str) -> String {
    let mut lines: Vec<_> = table.lines().filter(|line| !line.starts_with('#')).collect();
    let mut seen = HashSet::new();
    lines.retain(|line| seen.insert(*line));
    lines.join("\n") + "\n"
}

/// Thresholds are what ipvsadm can set and does not save.
fn without_thresholds(table: &str) -> String {
    let kept = |line: &str| {
        let mut words: Vec<_> = line.split_whitespace().collect();
        while let Some(at) = words.iter().position(|word| ["-x", "-y"].contains(word)) {
            words.drain(at..at + 2);
        }
        words.join(" ") + "\n"
    };
    table.lines().map(kept).collect()
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_table_of_every_built_in_lab_goes_through_ipvsadm_and_back() {
    let guest = Lab::up("plain");
    let mut tables = 0;
    for builtin in builtins() {
        let words = ["export", builtin.name, "--format", "ipvsadm"];
        let table = guest.place.run(&words).code(0).stdout;
        if table.contains("-A ") {
            guest.round(builtin.name, &table);
            tables += 1;
        }
    }
    assert!(tables >= 10, "only {tables} built-in labs have a table");
}

#[test]
#[ignore = "needs the guest kernel"]
fn drawn_tables_go_through_ipvsadm_and_back() {
    let guest = Lab::up("plain");
    let mut marked = 0;
    for seed in 1..=TABLES {
        let drawn = drawn(&mut Draw::new(seed));
        let (lab, said) = exported(&guest.place, &format!("drawn-{seed}"), &drawn);
        let Drawn { table, lab: own } = &drawn;
        marked += u64::from(own.is_some());
        assert_eq!(said.code, 0, "seed {seed}: {}\n{table}", said.stderr);
        assert_eq!(sorted(&said.stdout), sorted(table), "seed {seed}");
        guest.round(&lab, &said.stdout);
    }
    assert!((1..TABLES).contains(&marked), "{marked} of {TABLES} tables have firewall marks");
}

/// A topology file, and the table that it has: of its own services if it was made from the table.
fn exported(place: &Place, name: &str, Drawn { table, lab }: &Drawn) -> (String, Ran) {
    let file = place.write("table", table);
    if let Some(text) = lab {
        let lab = place.write(&format!("{name}.yaml"), text);
        let said = place.run(&["export", &lab, "--ipvsadm", &file, "--format", "ipvsadm"]);
        return (lab, said);
    }
    let lab = place.file(&format!("{name}.yaml")).to_string_lossy().into_owned();
    let made = place.run(&["init", &lab, "--from-ipvsadm", &file]);
    if made.code != 0 {
        return (lab, made);
    }
    let said = place.run(&["export", &lab, "--format", "ipvsadm"]);
    (lab, said)
}
