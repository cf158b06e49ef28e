//! The labs of the lecture notes, held against what the notes print.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{Place, eventually, run};

/// The table that `ipvsadm-save` prints for a note, or that its commands make.
const TABLES: [(&str, &str); 11] = [
    (
        "000-nat",
        "-A -t 192.168.136.100:80 -s rr
ipvsadm -a -t 192.168.136.100:80 -r 192.168.137.200:80 -m
ipvsadm -a -t 192.168.136.100:80 -r 192.168.137.201:80 -m",
    ),
    (
        "000-dr",
        "ipvsadm -A -t 192.168.137.100:80 -s rr
ipvsadm -a -t 192.168.137.100:80 -r 192.168.137.200:80 -g
ipvsadm -a -t 192.168.137.100:80 -r 192.168.137.201:80 -g",
    ),
    (
        "002-nat",
        "-A -t 192.168.56.34:80 -s rr
-a -t 192.168.56.34:80 -r 192.168.142.137:80 -m -w 1
-a -t 192.168.56.34:80 -r 192.168.142.138:80 -m -w 1",
    ),
    (
        "002-dr",
        "ipvsadm -A -t 192.168.56.40:80 -s rr
ipvsadm -a -t 192.168.56.40:80 -r 192.168.56.37:80 -g
ipvsadm -a -t 192.168.56.40:80 -r 192.168.56.38:80 -g",
    ),
    (
        "003-nat-rules",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -m
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.17 -m",
    ),
    (
        "003-dr-rules",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -g
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.2 -g",
    ),
    (
        "003-nat-discuz",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -m
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.17 -m",
    ),
    (
        "003-nat-discuz-real",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -m
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.17 -m",
    ),
    (
        "003-dr-discuz",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -g
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.2 -g",
    ),
    (
        "003-dr-discuz-real",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -g
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.2 -g",
    ),
    (
        "003-dr-without-vip",
        "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -g
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.2 -g",
    ),
];

fn table(place: &Place, words: &[&str]) -> String {
    place.run(&[&["export", "--format", "ipvsadm"], words].concat()).code(0).stdout
}

#[test]
fn the_tables_are_those_of_the_notes() {
    let place = Place::new();
    for (name, noted) in TABLES {
        let lab = format!("notes/{name}");
        let file = place.write("noted", noted);
        let ours = table(&place, &[&lab]);
        assert_eq!(ours, table(&place, &[&lab, "--ipvsadm", &file]), "{name}");
    }
    let saved = table(&place, &["notes/002-nat"]);
    let (_, printed) = TABLES[2];
    assert_eq!(saved.trim_end(), printed);
}

#[test]
fn a_built_in_lab_of_a_folder_is_known_by_its_whole_name() {
    let state = tempfile::tempdir().unwrap();
    run(state.path(), &["check", "notes/000-nat"]).code(0).says("no fault found");
    let near = "did you mean `notes/000-nat`?";
    run(state.path(), &["plan", "notes/000-nut"]).code(2).complains(near);
    run(state.path(), &["plan", "--help"]).code(0).says("notes/003-nat-without-gateway");
}

/// What `check` says of a lab of the notes after a change.
fn refused(name: &str, part: &str, by: &str, code: &str) {
    let place = Place::new();
    let text = support::topology(&format!("notes/{name}"));
    let file = place.write("lab.yaml", &support::replaced(&text, part, by));
    place.run(&["check", &file]).code(2).says(code);
}

#[test]
fn what_the_notes_warn_of_is_refused_where_a_file_says_it() {
    let web = "192.168.1.16 }";
    refused("003-nat-rules", web, "192.168.1.16 }, gateway: none", "L046");
    refused("003-dr-rules", web, "192.168.1.16 }, gateway: 192.168.1.13", "L047");
    refused("003-nat-port-mapping", "forwarding: nat", "forwarding: dr", "L048");
    let apart = "inside: 192.168.1.0/24\n  far: 192.168.2.0/24";
    let place = Place::new();
    let text = support::topology("notes/003-dr-rules");
    let text = support::replaced(&text, "inside: 192.168.1.0/24", apart);
    let text = support::replaced(&text, "inside: 192.168.1.16", "far: 192.168.2.16");
    let text = support::replaced(&text, "via 192.168.1.1 }", "via 192.168.2.1 }");
    let text = support::replaced(
        &text,
        "inside: 192.168.1.1 }",
        "inside: 192.168.1.1, far: 192.168.2.1 }",
    );
    place.run(&["check", &place.write("lab.yaml", &text)]).code(2).says("L049");
}

/// The pages of the labs.
fn pages() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/labs");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// What stands in backticks.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn the_pages_name_labs_and_scenarios_that_are_there_and_leave_none_out() {
    let pages = pages();
    let notes = lvs_lab::topology::builtins().into_iter().map(|builtin| builtin.name);
    for name in notes.filter(|name| name.starts_with(lvs_lab::topology::NOTES)) {
        assert!(pages.iter().any(|page| page.contains(&format!("`{name}`"))), "{name} has no page");
    }
    for line in pages.iter().flat_map(|page| page.lines()) {
        let labs = words(line).filter(|w| w.starts_with("notes/") && !w.ends_with("..."));
        let texts: Vec<_> = labs.map(|lab| (lab, support::topology(lab))).collect();
        for scenario in line.split("scenario `").skip(1) {
            let name = scenario.split('`').next().unwrap();
            let there = texts.iter().any(|(_, text)| text.contains(&format!("\n  {name}:\n")));
            assert!(there || texts.is_empty(), "{line}");
        }
    }
}

macro_rules! labs {
    ($($test:ident: $name:literal;)*) => {
        $(
            #[test]
            #[ignore = "needs the guest kernel"]
            fn $test() {
                let place = Place::new();
                place.run(&["--kernel", "uml", "test", concat!("notes/", $name)]).code(0);
            }
        )*
    };
}

labs! {
    nat_of_note_000_serves: "000-nat";
    dr_of_note_000_serves_and_only_its_director_answers_arp: "000-dr";
    persistence_of_note_000_can_be_edited_in: "000-persistence";
    nat_of_note_002_saves_its_table: "002-nat";
    dr_of_note_002_sends_no_redirects: "002-dr";
    nat_is_what_note_003_says: "003-nat-rules";
    nat_maps_ports: "003-nat-port-mapping";
    nat_without_a_gateway_fails_as_it_should: "003-nat-without-gateway";
    nat_without_ip_forward_fails_as_it_should: "003-nat-without-ip-forward";
    dr_is_what_note_003_says: "003-dr-rules";
    dr_with_the_dip_as_gateway_fails_as_it_should: "003-dr-gateway-is-dip";
    dr_without_arp_settings_balances_nothing: "003-dr-without-arp";
    dr_without_the_vip_fails_as_it_should: "003-dr-without-vip";
    discuz_over_nat_calls_every_tier: "003-nat-discuz";
    discuz_over_dr_calls_every_tier: "003-dr-discuz";
    discuz_over_nat_runs_real_programs: "003-nat-discuz-real";
    discuz_over_dr_runs_real_programs: "003-dr-discuz-real";
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_is_broken_on_purpose_shows_in_status() {
    let place = Place::new();
    let name = support::unique("broken");
    let lab = "notes/003-nat-without-gateway";
    place.run(&["--kernel", "uml", "up", lab, "--name", &name]).code(0);
    let drift = || place.run(&["status", &name]).code(0).stdout;
    eventually(|| drift().contains("default route via 192.168.1.1 is missing"), drift);
}

/// What note 003 prints after `ipvsadm -l -n`.
const LISTED: [(&str, &str); 2] = [
    (
        "003-nat-discuz",
        "IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  172.16.16.2:80 rr
  -> 192.168.1.16:80              Masq    1      0          0
  -> 192.168.1.17:80              Masq    1      0          0",
    ),
    (
        "003-dr-discuz",
        "IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  172.16.16.2:80 rr
  -> 192.168.1.2:80               Route   1      0          0
  -> 192.168.1.16:80              Route   1      0          0",
    ),
];

#[test]
#[ignore = "needs the guest kernel"]
fn the_tables_are_listed_as_note_003_prints_them() {
    let place = Place::new();
    for (lab, noted) in LISTED {
        let name = support::unique("listed");
        place.run(&["--kernel", "uml", "up", &format!("notes/{lab}"), "--name", &name]).code(0);
        let typed = place.exec(&name, "director", &["ipvsadm", "-l", "-n"]).code(0).stdout;
        for printed in [place.run(&["ipvs", &name]).code(0).stdout, typed] {
            let lines: Vec<_> = printed.lines().map(str::trim_end).collect();
            assert_eq!(lines.join("\n"), noted, "{lab}");
        }
        place.run(&["down", &name]).code(0);
    }
}
