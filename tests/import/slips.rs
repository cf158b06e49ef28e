//! One slip in a file that is right: at most one message tells of it, at the line of the slip, or
//! the lab that is written has no fault.

use lvs_lab::diag::Diagnostic;
use lvs_lab::lab::{LabName, Source};
use lvs_lab::topology::{Misread, Sketched, load, of_ldirectord, of_table};

type Import = fn(&LabName, &Source) -> Result<Sketched, Misread>;

const TABLE: &str = "\
-A -t 192.0.2.1:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.0.2.1:80 -r 192.0.2.21:80 -g -w 3
-a -t 192.0.2.1:80 -r 192.0.2.22:80 -g -w 1
-A -u 192.0.2.1:53 -s sh -b sh-port
-a -u 192.0.2.1:53 -r 192.0.2.21:53 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
-A -f 7 -s lc
-a -f 7 -r 10.0.0.7:8080 -m -w 1 -x 100 -y 75
";

const SCRIPT: &str = "\
#!/bin/sh
VIP=192.0.2.1
echo 1 > /proc/sys/net/ipv4/ip_forward
ipvsadm -C
ipvsadm -A -t $VIP:80 -s rr
ipvsadm -a -t $VIP:80 -r 192.0.2.21 -g -w 3 || exit 1
ipvsadm -a -t ${VIP}:80 -r \"192.0.2.22\" -g
";

const LISTING: &str = "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.0.2.1:80 wrr persistent 300 mask 255.255.255.0
  -> 192.0.2.21:80                Route   3      0          0
  -> 192.0.2.22:80                Route   1      0          0
FWM  7 lc
  -> 10.0.0.7:8080                Masq    1      0          0
";

const LDIRECTORD: &str = "\
checktimeout=3
checkinterval=1
quiescent=no
fallback=127.0.0.1:80
virtual=192.0.2.1:80
        real=192.0.2.21:80 gate 3
        real=192.0.2.22:80 gate
        service=http
        request=\"index.html\"
        receive=\"OK\"
        scheduler=sh
        schedflags=sh-port
        persistent=600
        netmask=255.255.255.0
        protocol=tcp
        checktype=negotiate
virtual=7
        real=10.0.0.7 masq
        checktype=connect
        scheduler=wlc
";

/// What may become of a word.
fn slips(word: &str) -> Vec<String> {
    let half: String = word.chars().take(word.chars().count() / 2).collect();
    let mut slips = vec![
        String::new(),
        half,
        format!("{word} {word}"),
        format!("{word}x"),
        format!("{word}9"),
        format!("x{word}"),
        format!("\u{a0}{word}"),
        format!("{word}\u{200b}"),
        format!("{word}\0"),
        format!("{word}\u{1b}[31m"),
        "*a".to_owned(),
        "&a".to_owned(),
        "\"".to_owned(),
        "0".to_owned(),
        "-1".to_owned(),
        "99999999999999999999".to_owned(),
        "224.0.0.1:80".to_owned(),
        "www.example.com:http".to_owned(),
        "{".to_owned(),
        "#".to_owned(),
    ];
    for (right, wrong) in [("-", "\u{2013}"), (":", "\u{ff1a}"), (".", ","), ("\"", "\u{201c}")] {
        if word.contains(right) {
            slips.push(word.replacen(right, wrong, 1));
        }
    }
    slips
}

/// The text with another word in place of one, and the number of its line.
fn slipped(text: &str) -> Vec<(usize, String, String)> {
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in line.split_ascii_whitespace() {
            let begin = word.as_ptr() as usize - text.as_ptr() as usize;
            for slip in slips(word) {
                let after = &text[begin + word.len()..];
                all.push((number + 1, word.to_owned(), format!("{}{slip}{after}", &text[..begin])));
            }
        }
    }
    all
}

/// What is not as it should be with what is told of a file, if something is not.
fn misbehaviour(import: Import, line: usize, word: &str, text: &str) -> Option<String> {
    let name = "lab".parse().unwrap();
    let source = Source { name: "file".to_owned(), text: text.to_owned() };
    let told: Vec<Diagnostic> = match import(&name, &source) {
        Err(misread) => misread.faults,
        Ok(sketched) if sketched.found.is_empty() => {
            return match load(&sketched.topology) {
                Ok(valid) if valid.warnings.is_empty() => None,
                Ok(valid) => Some(format!("{:?}", valid.warnings)),
                Err(faults) => Some(format!("{faults:?}")),
            };
        }
        Ok(sketched) => sketched.found.into_iter().flat_map(|found| found.faults).collect(),
    };
    let listed = || {
        let line = |told: &Diagnostic| {
            let at = told.position.map(|at| (at.line, at.column));
            format!("{at:?} {}; {}", told.message, told.help)
        };
        told.iter().map(line).collect::<Vec<_>>().join("\n    ")
    };
    let [one] = told.as_slice() else { return Some(listed()) };
    // A service whose name is changed is missed where its real servers name it.
    // A line that is taken out, or that names what others use, is missed there.
    let slipped = text.lines().nth(line - 1).unwrap_or_default().trim_start();
    let is_missed = slipped.is_empty()
        || slipped.starts_with('#')
        || ["virtual=", "xvirtual="].iter().any(|begin| slipped.starts_with(begin));
    // In a script, that is what many words are.
    let is_missed = is_missed
        || text.contains("$VIP")
            && (line == 2 || ["#", "&a", "{"].iter().any(|w| slipped.contains(w)));
    let key = word.trim_start_matches("real=").split(['=', ' ']).next_back().unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let is_there = one.position.is_some_and(|at| {
        is_missed
            || at.line == line
            || lines.get(at.line - 1).is_some_and(|line| line.contains(key))
    });
    let is_ours = ["scheduler_flags", "virtual_services", "real_servers", "`tcp-", "`rs"];
    let is_foreign =
        is_ours.iter().any(|word| one.message.contains(word) || one.help.contains(word));
    (!is_there || is_foreign).then(listed)
}

fn behaves(import: Import, text: &str) {
    assert_eq!(misbehaviour(import, 0, "", text), None);
    let mut all = Vec::new();
    for (line, word, text) in slipped(text) {
        if let Some(told) = misbehaviour(import, line, &word, &text) {
            let slip = text.lines().nth(line - 1).unwrap_or_default().escape_debug().to_string();
            all.push(format!("{line}: {slip}\n    {told}"));
        }
    }
    assert!(all.is_empty(), "{} slips:\n{}", all.len(), all.join("\n"));
}

#[test]
fn a_slip_in_a_table_is_told_once() {
    behaves(of_table, TABLE);
}

#[test]
fn a_slip_in_a_script_is_told_once() {
    behaves(of_table, SCRIPT);
}

#[test]
fn a_slip_in_a_listing_is_told_once() {
    behaves(of_table, LISTING);
}

#[test]
fn a_slip_in_an_ldirectord_cf_is_told_once() {
    behaves(of_ldirectord, LDIRECTORD);
}
