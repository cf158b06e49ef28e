//! An ldirectord.cf through `init`: ldirectord itself judges what comes in and what goes out, and
//! makes the table that the lab has.

use crate::sorted;
use crate::support::{Place, Ran, eventually, unique};
use std::fs;
use std::process::Command;

/// A file with much of what ldirectord knows, of which a lab is made that has no fault.
const FILE: &str = "\
checktimeout=3
checkinterval=1
quiescent=no
emailalert=\"root\"

virtual=192.0.2.80:80
        real=10.0.0.2->10.0.0.4:http masq 3
        fallback=127.0.0.1:80
        service=http
        request=\"/\"
        scheduler=wrr
        persistent=600
        netmask=255.255.255.0
        checktype=negotiate

virtual=192.0.2.80:443
        real=10.0.0.2:8443 masq
        real=10.0.0.3:8443 masq 0 l:5 u:10
        scheduler=wlc
        checktype=connect
virtual=7
\treal=10.0.0.2 masq 2
\tchecktype=on
virtual=192.0.2.80:5353
        protocol=udp
        real=10.0.0.2:5353 masq
        checktype=on
        scheduler=sh
        schedflags=sh-port
";

fn init(place: &Place, name: &str, text: &str) -> (String, Ran) {
    let file = place.write(&format!("{name}.cf"), text);
    let lab = place.file(&format!("{name}.yaml")).to_string_lossy().into_owned();
    let ran = place.run(&["init", &lab, "--from-ldirectord", &file]);
    (lab, ran)
}

fn export(place: &Place, topology: &str) -> String {
    place.run(&["export", topology, "--format", "ldirectord"]).code(0).stdout
}

/// Lines without comments.
fn facts(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

#[test]
fn a_lab_of_a_file_has_no_fault() {
    let place = Place::new();
    let (lab, ran) = init(&place, "whole", FILE);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("; try `lvs-lab test"), "{}", ran.stderr);
    place.run(&["check", &lab]).code(0).says("no fault found");
    let text = fs::read_to_string(&lab).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("# - ")).count(), 2, "{text}");
}

#[test]
fn what_a_lab_exports_comes_back_as_it_was() {
    let place = Place::new();
    let alone = ["notes/004-ldirectord", "nat", "dr6", "udp", "fwmark", "persistence"];
    let words = alone.map(|builtin| vec![builtin]).into_iter();
    for words in words.chain([vec!["ha-ldirectord", "--node", "node01"]]) {
        let builtin = words[0];
        let words = [&["export", "--format", "ldirectord"], &words[..]].concat();
        let first = place.run(&words).code(0).stdout;
        let name = builtin.replace('/', "-");
        let (lab, ran) = init(&place, &name, &first);
        assert_eq!(ran.code, 0, "{builtin}: {}", ran.stderr);
        let second = export(&place, &lab);
        assert_eq!(facts(&second), facts(&first), "{builtin}");
    }
}

#[test]
fn a_faulty_file_is_refused_at_its_own_words_and_no_lab_is_written() {
    let place = Place::new();
    let faulty = FILE.replace("quiescent=no", "quiescent=never").replace("masq 2", "mask 2");
    let (lab, ran) = init(&place, "faulty", &faulty);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for place in ["faulty.cf:3:11", "faulty.cf:22:16", "2 errors"] {
        assert!(ran.stderr.contains(place), "no {place} in {}", ran.stderr);
    }
    assert!(!fs::exists(&lab).unwrap());
}

#[test]
fn what_no_lab_should_have_is_told_of_the_file_and_is_not_to_be_tested() {
    let place = Place::new();
    let lan = "virtual=10.0.0.80:80\n    real=10.0.0.2:80 masq\n    scheduler=least\n";
    let (lab, ran) = init(&place, "lan", lan);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("lan.cf:3:15"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("try `lvs-lab test"), "{}", ran.stderr);
    assert!(fs::exists(&lab).unwrap());
    let (_, ran) = init(&place, "near", &lan.replace("least", "rr"));
    assert!(ran.code == 0 && ran.stderr.contains("try `lvs-lab test"), "{}", ran.stderr);
}

/// Whether ldirectord takes a file. It says 2 of one that it does not understand, and 3 of one
/// whose daemon does not run.
fn ldirectord_takes(place: &Place, name: &str, text: &str) -> bool {
    let file = place.write(&format!("{name}.cf"), text);
    let ran = Command::new("ldirectord").args([&file, "status"]).output().unwrap();
    match ran.status.code() {
        Some(2) => false,
        Some(3) => true,
        other => panic!("{name}: {other:?} {ran:?}"),
    }
}

#[test]
#[ignore = "needs ldirectord"]
fn ldirectord_takes_what_we_take_and_what_we_write() {
    let place = Place::new();
    assert!(ldirectord_takes(&place, "whole", FILE));
    let (lab, _) = init(&place, "whole", FILE);
    assert!(ldirectord_takes(&place, "exported", &export(&place, &lab)));
}

/// Changes of the file that ldirectord stops at, one each.
const SLIPS: [(&str, &str); 18] = [
    ("checktimeout=3", "checktimeout=0"),
    ("checktimeout=3", "connecttimeout=3"),
    ("checktimeout=3", "chektimeout=3"),
    ("quiescent=no", "quiescent=no "),
    ("quiescent=no", "quiescent=maybe"),
    ("masq 3", "nat 3"),
    ("10.0.0.2->10.0.0.4:http", "10.0.0.4->10.0.0.2:http"),
    (":http masq", ":99999 masq"),
    ("request=\"/\"", "request=/"),
    ("netmask=255.255.255.0", "netmask=24"),
    ("checktype=connect", "checktype=sometimes"),
    ("service=http", "service=gopher"),
    ("protocol=udp", "protocol=sctp"),
    ("        scheduler=wlc", "  scheduler=wlc"),
    ("        scheduler=wlc", "\n        scheduler=wlc"),
    ("scheduler=wlc", "scheduler=WLC"),
    ("virtual=192.0.2.80:443", "virtual=192.0.2.80:80"),
    ("l:5 u:10", "l:5 u:10 more"),
];

#[test]
#[ignore = "needs ldirectord"]
fn ldirectord_stops_where_we_do() {
    let place = Place::new();
    for (right, wrong) in SLIPS {
        assert!(FILE.contains(right), "{right}");
        let text = FILE.replacen(right, wrong, 1);
        assert!(!ldirectord_takes(&place, "slip", &text), "ldirectord takes `{wrong}`");
        let (lab, ran) = init(&place, "slip", &text);
        assert_eq!(ran.code, 2, "we take `{wrong}`");
        assert!(ran.stderr.contains("error[L182]"), "`{wrong}`: {}", ran.stderr);
        assert!(!fs::exists(&lab).unwrap());
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn ldirectord_makes_the_table_that_the_lab_has() {
    let (place, name) = (Place::new(), unique("cf"));
    let (lab, _) = init(&place, "whole", FILE);
    let exported = place.write("exported.cf", &export(&place, &lab));
    let original = place.file("whole.cf").to_string_lossy().into_owned();
    place.run(&["--kernel", "uml", "up", &lab, "--name", &name]).code(0);
    let table = || place.exec(&name, "director", &["ipvsadm", "-S", "-n"]).code(0).stdout;
    let ours = table();
    assert_eq!(ours.matches(" -r ").count(), 7, "{ours}");
    place.run(&["fault", &name, "kill-daemons", "director"]).code(0);
    for file in [&original, &exported] {
        place.exec(&name, "director", &["ipvsadm", "-C"]).code(0);
        place.exec(&name, "director", &["ldirectord", file, "start"]).code(0);
        let reached = || sorted(&table()) == sorted(&ours);
        eventually(reached, || format!("{file}:\n{}instead of\n{ours}", table()));
        place.exec(&name, "director", &["ldirectord", file, "stop"]).code(0);
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_lab_of_a_file_passes_its_own_scenarios() {
    let place = Place::new();
    let (lab, _) = init(&place, "whole", FILE);
    let ran = place.run(&["--kernel", "uml", "test", &lab]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
}
