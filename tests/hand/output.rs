//! Standard output and error that cannot be written, and their colours.

use crate::support::{Place, Ran, lab::Lab};
use std::fs::OpenOptions;
use std::process::{Command, Stdio};

/// Calls that print, and need no lab.
const PRINT: [&[&str]; 12] = [
    &["--help"],
    &["--version"],
    &["up", "--help"],
    &["check", "topologies/nat.yaml"],
    &["plan", "nat"],
    &["explain", "nat"],
    &["export", "nat", "--format", "sh"],
    &["status"],
    &["doctor"],
    &["schema"],
    &["completions", "bash"],
    &["plan", "nat", "--format", "json"],
];

/// The ending of a command whose reader has left.
fn unread(mut command: Command) -> Ran {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap().into()
}

/// The ending of a command on a full disk.
fn on_full_disk(mut command: Command) -> Ran {
    command.stdout(OpenOptions::new().write(true).open("/dev/full").unwrap());
    command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap().into()
}

#[test]
fn a_reader_that_left_ends_every_verb_as_it_ends_other_programs() {
    let place = Place::new();
    for words in PRINT {
        let ran = unread(place.program(words));
        assert_eq!((ran.code, ran.stderr.as_str()), (141, ""), "{words:?}");
    }
}

#[test]
fn a_full_disk_is_an_error_of_every_verb() {
    let place = Place::new();
    for words in PRINT {
        let ran = on_full_disk(place.program(words)).code(4);
        let wanted = "error: cannot write to standard output: No space left on device\n";
        assert_eq!(ran.stderr, wanted, "{words:?}");
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn output_of_a_guest_ends_as_that_of_the_machine() {
    let lab = Lab::up("nat");
    for verb in
        [&["status", &lab.name][..], &["ipvs", &lab.name], &["exec", &lab.name, "rs1", "--", "yes"]]
    {
        let ran = unread(lab.place.program(verb));
        assert_eq!((ran.code, ran.stderr.as_str()), (141, ""), "{verb:?}");
        let ran = on_full_disk(lab.place.program(verb)).code(4);
        assert!(ran.stderr.contains("cannot write to standard output: No space left"), "{ran}");
    }
}

#[test]
fn standard_error_that_cannot_be_written_changes_no_ending() {
    let place = Place::new();
    for words in [&["nonsense"][..], &["up"], &["up", "no-such-lab"], &["check", "Cargo.toml"], &[]]
    {
        let mut command = place.program(words);
        command.stderr(OpenOptions::new().write(true).open("/dev/full").unwrap());
        assert_eq!(command.output().unwrap().status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn the_choice_of_colours_counts_for_errors_of_the_command_line_too() {
    let place = Place::new();
    let wrong = [&["nonsense"][..], &["up"], &["status", "--no-such-flag"], &["--help"]];
    for words in wrong {
        for (choice, coloured) in [(["--color", "never"], false), (["--color", "always"], true)] {
            let ran = place.run(&[&choice[..], words].concat());
            let both = ran.stdout + &ran.stderr;
            assert_eq!(both.contains('\u{1b}'), coloured, "{choice:?} {words:?}: {both}");
        }
        let said = place.program(words).env("LVS_LAB_COLOR", "always").output().unwrap();
        let ran = Ran::from(said);
        assert!((ran.stdout + &ran.stderr).contains('\u{1b}'), "{words:?}");
    }
    let on_terminal = crate::terminal::Terminal::run(place.program(&["--color=never", "nonsense"]));
    assert_eq!(on_terminal.code, 2);
    assert!(on_terminal.said.contains("error: unrecognized subcommand"), "{}", on_terminal.said);
    assert!(!on_terminal.said.contains('\u{1b}'), "{}", on_terminal.said);
}

#[test]
#[ignore = "needs root"]
fn what_up_says_keeps_its_lines_in_a_test() {
    let place = Place::new();
    let text = "name: lines\nnetworks: { lan: 10.0.0.0/24 }\nreal_servers:\n  rs1:\n    addresses: \
        { lan: 10.0.0.1 }\n    commands:\n      - |\n        echo one; echo two\n        false\n";
    let file = place.write("lines.yaml", text);
    for verb in ["up", "test"] {
        let ran = place.run(&["--kernel", "host", verb, &file]).code(4);
        let both = ran.stdout + &ran.stderr;
        assert!(both.contains("cannot run `echo one; echo two …` in node `rs1`"), "{both}");
        assert!(both.lines().any(|line| line.trim().starts_with("two")), "{both}");
        assert!(!both.contains("\\n"), "{both}");
    }
}
