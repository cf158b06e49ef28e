//! The labs of the lecture notes, held against what the notes print.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::lab::Lab;
use support::{Place, eventually, run};

/// What note 003 types for NAT.
const NAT: &str = "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -m
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.17 -m";

/// What note 003 types for DR.
const DR: &str = "ipvsadm -A -t 172.16.16.2:80 -s rr
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.16 -g
ipvsadm -a -t 172.16.16.2:80 -r 192.168.1.2 -g";

/// The table that `ipvsadm-save` prints for a note, or that its commands or its keepalived.conf
/// make.
const TABLES: [(&str, &str); 13] = [
    (
        "001-keepalived",
        "-A -t 192.168.150.100:80 -s rr -p 50
-a -t 192.168.150.100:80 -r 192.168.150.2:80 -g -w 1
-a -t 192.168.150.100:80 -r 192.168.150.3:80 -g -w 1",
    ),
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
    ("003-nat-rules", NAT),
    ("003-nat-discuz", NAT),
    ("003-nat-discuz-real", NAT),
    ("003-dr-rules", DR),
    ("003-dr-discuz", DR),
    ("003-dr-discuz-real", DR),
    ("003-dr-without-vip", DR),
    (
        "004-firewall-marks",
        "-A -f 1 -s rr -p 300
-a -f 1 -r 192.168.56.37:0 -g -w 1
-a -f 1 -r 192.168.56.38:0 -g -w 1",
    ),
];

/// What `ipvsadm -l -n` prints in note 003 for NAT.
const NAT_LISTED: &str = "IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  172.16.16.2:80 rr
  -> 192.168.1.16:80              Masq    1      0          0         
  -> 192.168.1.17:80              Masq    1      0          0";

/// What `ipvsadm -l -n` prints in note 003 for DR.
const DR_LISTED: &str = "IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  172.16.16.2:80 rr
  -> 192.168.1.2:80               Route   1      0          0         
  -> 192.168.1.16:80              Route   1      0          0";

/// What note 000 types into the running service.
const EDIT: &str = "ipvsadm -E -t 192.168.140.100:80 -s rr -p 300";

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
    let printed = TABLES.iter().find(|(name, _)| *name == "002-nat").unwrap().1;
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
        /// The labs that are tested below, each by its own test.
        const TESTED: &[&str] = &[$($name),*];

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
    keepalived_of_note_001_stands_in_and_checks: "001-keepalived";
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
    firewall_marks_of_note_004_keep_both_ports_together: "004-firewall-marks";
    discuz_over_nat_calls_every_tier: "003-nat-discuz";
    discuz_over_dr_calls_every_tier: "003-dr-discuz";
    discuz_over_nat_runs_real_programs: "003-nat-discuz-real";
    discuz_over_dr_runs_real_programs: "003-dr-discuz-real";
    private_rips_are_translated_by_the_router: "003-dr-private-rips";
    public_rips_can_be_reached_past_the_director: "003-dr-public-rips";
    dr_of_note_004_spans_subnets: "004-dr-multinet";
    persistence_of_note_004_is_each_ports_own: "004-persistence";
    ldirectord_of_note_004_checks_and_falls_back: "004-ldirectord";
}

/// A line of ipvsadm-save, or the command that has the same effect: with what ipvsadm(8) adds.
fn spelled_out(line: &str) -> String {
    let line = line.trim_end().trim_start_matches("ipvsadm ");
    let words: Vec<_> = line.split(' ').collect();
    let Some(rip) = words.iter().position(|word| *word == "-r") else { return line.to_owned() };
    let mut words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    if !words[rip + 1].contains(':') {
        words[rip + 1] += ":80";
    }
    if !words.iter().any(|word| word == "-w") {
        words.extend(["-w".to_owned(), "1".to_owned()]);
    }
    words.join(" ")
}

/// The lines of a table in an order that is no matter.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(spelled_out).collect();
    lines.sort();
    lines
}

/// A lab of the notes in the guest.
fn lab(name: &str) -> Lab {
    Lab::of(name, &support::topology(&format!("notes/{name}")))
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_kernels_tables_are_those_of_the_notes() {
    for (name, noted) in TABLES {
        let lab = lab(name);
        let director = if name == "001-keepalived" { "node01" } else { "director" };
        let saved = || lab.sh(director, "ipvsadm -S -n");
        // keepalived makes its table when it is ready.
        eventually(|| lines(&saved()) == lines(noted), || format!("{name}: {}", saved()));
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_edit_of_note_000_makes_the_table_persistent() {
    let saved = lab("000-persistence").sh("director", &format!("{EDIT} && ipvsadm -S -n"));
    assert!(saved.contains("-A -t 192.168.140.100:80 -s rr -p 300\n"), "{saved}");
}

#[test]
#[ignore = "needs the guest kernel"]
fn ipvsadm_and_lvs_lab_list_what_note_003_prints() {
    let printed = [
        ("003-nat-rules", NAT_LISTED),
        ("003-nat-discuz", NAT_LISTED),
        ("003-dr-rules", DR_LISTED),
        ("003-dr-discuz", DR_LISTED),
    ];
    for (name, printed) in printed {
        let lab = lab(name);
        let ours = lab.place.run(&["ipvs", &lab.name]).code(0).stdout;
        let lines = |text: &str| text.lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>();
        for listed in [lab.sh("director", "ipvsadm -l -n"), ours] {
            assert_eq!(lines(&listed), lines(printed), "{name}");
        }
    }
}

#[test]
fn every_lab_of_the_notes_is_tested() {
    let builtins = lvs_lab::topology::builtins().into_iter().map(|builtin| builtin.name);
    let notes = builtins.filter_map(|name| name.strip_prefix(lvs_lab::topology::NOTES));
    let mut notes: Vec<_> = notes.collect();
    let mut tested = TESTED.to_vec();
    notes.sort_unstable();
    tested.sort_unstable();
    assert_eq!(notes, tested);
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_is_broken_on_purpose_shows_in_status() {
    let lab = lab("003-nat-without-gateway");
    let drift = || lab.place.run(&["status", &lab.name]).code(0).stdout;
    eventually(|| drift().contains("default route via 192.168.1.1 is missing"), drift);
}
