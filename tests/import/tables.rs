//! Tables alone, as directors in production have them: `init` makes a lab of each, or says at the
//! table's own words why it is none.

use crate::rounds::{restored, shown};
use crate::sorted;
use crate::support::lab::Lab;
use crate::support::{Place, Ran};
use std::fs;

/// A table of which a lab is made that has no fault.
struct Sound {
    name: &'static str,
    table: &'static str,
    /// How many things its head names.
    notes: usize,
}

const fn sound(name: &'static str, notes: usize, table: &'static str) -> Sound {
    Sound { name, table, notes }
}

/// The table that is warned of: a hash may hit a server of weight 0.
const UNPROVEN: &str = "weight-0-and-a-hash";

/// Tables without a fault. Where the head names nothing, the lab has the very table.
const SOUND: [Sound; 24] = [
    sound("plain", 0, "-A -t 192.0.2.1:80 -s rr\n-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1\n"),
    sound(
        "no-servers-but-two",
        0,
        "\
-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 0
-a -t 192.0.2.1:80 -r 10.0.0.3:8080 -m -w 65535
",
    ),
    sound(
        "mark",
        1,
        "\
-A -f 7 -s wrr -p 300
-a -f 7 -r 192.0.2.21:0 -g -w 3
-a -f 7 -r 192.0.2.22:0 -g -w 1
",
    ),
    sound(
        "mark-of-nat",
        1,
        "\
-A -f 1 -s rr
-a -f 1 -r 10.0.0.2:0 -m -w 1
-a -f 1 -r 10.0.0.3:8080 -m -w 1
",
    ),
    sound(
        "marks-of-both-families",
        2,
        "\
-A -f 1 -s rr
-a -f 1 -r 10.0.0.2:0 -i -w 1 --tun-type ipip
-A -f 1 -6 -s rr
-a -f 1 -6 -r [fd00::2]:0 -i -w 1 --tun-type ipip
",
    ),
    sound(
        "mark-beside-addresses",
        1,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1
-A -f 3000000000 -s rr
-a -f 3000000000 -r 10.0.0.2:0 -m -w 1
",
    ),
    sound(
        "ipv6",
        0,
        "\
-A -t [2001:db8::80]:80 -s wrr -p 60 -M 64
-a -t [2001:db8::80]:80 -r [2001:db8::2]:80 -g -w 2
-a -t [2001:db8::80]:80 -r [2001:db8::3]:80 -g -w 1
",
    ),
    sound(
        "ipv6-nat",
        0,
        "\
-A -t [2001:db8:1::80]:443 -s sh -b sh-port
-a -t [2001:db8:1::80]:443 -r [2001:db8:2::2]:8443 -m -w 1
",
    ),
    sound(
        "ipv4-in-ipv6",
        0,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r [fd00::2]:80 -i -w 1 --tun-type ipip
",
    ),
    sound(
        "tunnels",
        0,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -i -w 1 --tun-type ipip
-a -t 192.0.2.1:80 -r 10.0.0.3:80 -i -w 1 --tun-type gre --tun-nocsum
-a -t 192.0.2.1:80 -r 10.0.0.4:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
",
    ),
    sound(
        "three-protocols",
        0,
        "\
-A -t 192.0.2.1:53 -s rr
-a -t 192.0.2.1:53 -r 10.0.0.2:53 -m -w 1
-A -u 192.0.2.1:53 -s rr
-a -u 192.0.2.1:53 -r 10.0.0.2:53 -m -w 1
-A --sctp-service 192.0.2.1:53 -s rr
-a --sctp-service 192.0.2.1:53 -r 10.0.0.2:53 -m -w 1
",
    ),
    sound(
        "one-packet",
        0,
        "\
-A -u 192.0.2.1:514 -s rr -o
-a -u 192.0.2.1:514 -r 192.0.2.2:514 -g -w 1
",
    ),
    sound(
        "netmask",
        0,
        "\
-A -t 192.0.2.1:80 -s wlc -p 360 -M 255.255.240.0
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1
",
    ),
    sound(
        "thresholds",
        0,
        "\
-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1 -x 100 -y 75
",
    ),
    sound(
        "weight-0-and-a-hash",
        0,
        "\
-A -t 192.0.2.1:80 -s sh
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.3:80 -m -w 0
",
    ),
    sound(
        "several-ports",
        1,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 10.0.0.2:8080 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.2:8081 -m -w 1
",
    ),
    sound(
        "itself",
        0,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 192.0.2.2:80 -g -w 1
-A -t 192.0.2.1:81 -s rr
-a -t 192.0.2.1:81 -r 192.0.2.2:81 -g -w 1
",
    ),
    sound(
        "nat-in-one-network",
        0,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 192.0.2.2:80 -m -w 1
-A -t 192.0.2.1:81 -s rr
-a -t 192.0.2.1:81 -r 192.0.2.3:81 -g -w 1
",
    ),
    sound(
        "nat-in-the-network-of-another-vip",
        0,
        "\
-A -t 192.168.6.240:80 -s rr
-a -t 192.168.6.240:80 -r 10.1.0.2:80 -m -w 1
-A -t 10.1.0.240:81 -s rr
-a -t 10.1.0.240:81 -r 10.1.0.3:81 -g -w 1
",
    ),
    sound(
        "nat-in-one-network-of-ipv6",
        0,
        "\
-A -t [2001:db8::80]:80 -s rr
-a -t [2001:db8::80]:80 -r [2001:db8::2]:80 -m -w 1
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1
",
    ),
    sound(
        "one-vip-and-two-networks",
        0,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 10.0.1.2:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.2.2:80 -m -w 1
",
    ),
    sound(
        "names-of-ports",
        0,
        "\
-A -t 192.0.2.1:http -s rr
-a -t 192.0.2.1:http -r 10.0.0.2:http-alt -m -w 1
",
    ),
    sound(
        "words-of-a-script",
        0,
        "\
ipvsadm -At 192.0.2.1:80 -s rr
ipvsadm -at 192.0.2.1:80 -r 10.0.0.2 -m
",
    ),
    sound(
        "a-port-that-ipvsadm-ignores",
        1,
        "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 192.0.2.2:8080 -g -w 1
",
    ),
];

/// Tables of which the lab has other addresses: what stands in one for another one is named.
const STANDING_IN: [Sound; 1] = [sound(
    "itself-by-several-ports",
    3,
    "\
-A -t 192.0.2.1:80 -s rr
-a -t 192.0.2.1:80 -r 127.0.0.1:8080 -m -w 1
-a -t 192.0.2.1:80 -r 127.0.0.1:8081 -m -w 1
-a -t 192.0.2.1:80 -r 192.0.2.1:8082 -m -w 1
-A -t 192.0.2.1:81 -s rr
-a -t 192.0.2.1:81 -r 192.0.2.1:81 -m -w 1
-a -t 192.0.2.1:81 -r 192.0.2.2:81 -m -w 1
",
)];

fn init(place: &Place, name: &str, table: &str) -> (String, Ran) {
    let table = place.write(name, table);
    let lab = place.file(&format!("{name}.yaml")).to_string_lossy().into_owned();
    let ran = place.run(&["init", &lab, "--from-ipvsadm", &table]);
    (lab, ran)
}

#[test]
fn a_lab_of_a_table_has_no_fault_and_the_table() {
    let place = Place::new();
    for Sound { name, table, notes } in SOUND.into_iter().chain(STANDING_IN) {
        let (lab, ran) = init(&place, name, table);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{name}: {}", ran.stderr);
        let checked = place.run(&["check", &lab]).code(0);
        if name == UNPROVEN {
            let warning = format!(
                "warning[L149]: `10.0.0.3` has the weight 0\n  --> {}:3:",
                place.file(name).display()
            );
            assert!(ran.stderr.contains(&warning), "{name}: {}", ran.stderr);
            assert!(!ran.stderr.contains("try `lvs-lab"), "{name}: {}", ran.stderr);
        } else {
            assert!(ran.stderr.contains("; try `lvs-lab test "), "{name}: {}", ran.stderr);
            assert!(checked.stdout.contains("no fault found"), "{name}: {}", checked.stderr);
        }
        let text = fs::read_to_string(&lab).unwrap();
        let said = text.lines().filter(|line| line.starts_with("# - ")).count();
        assert_eq!(said, notes, "{name}\n{text}");
        let exported = place.run(&["export", &lab, "--format", "ipvsadm"]).code(0).stdout;
        let servers = |table: &str| table.matches(" -r ").count();
        assert_eq!(servers(&exported), servers(table), "{name}: no real server is lost");
    }
}

/// The address that `init` chooses for the second port.
fn without_second_address(table: &str) -> String {
    table.replace("10.0.0.254:8081", "10.0.0.2:8081")
}

#[test]
#[ignore = "needs the guest kernel"]
fn ipvsadm_makes_of_the_lab_s_table_what_it_makes_of_the_original() {
    let guest = Lab::up("plain");
    let place = Place::new();
    for Sound { name, table, .. } in SOUND {
        let (lab, _) = init(&place, name, table);
        let exported = place.run(&["export", &lab, "--format", "ipvsadm"]).code(0).stdout;
        let exported = without_second_address(&exported);
        let bare = table.replace("ipvsadm ", "");
        let [original, ours] = [bare.as_str(), &exported].map(|t| restored(&guest, t));
        assert_eq!(sorted(&ours), sorted(&original), "{name}");
    }
}

/// What a listing does not tell, or not in the order of the table.
const UNLISTED: [&str; 3] = ["tunnels", "thresholds", "several-ports"];

#[test]
#[ignore = "needs the guest kernel"]
fn a_listing_of_ipvsadm_makes_the_table_that_the_saved_table_makes() {
    let guest = Lab::up("plain");
    let place = Place::new();
    for Sound { name, table, .. } in SOUND.into_iter().filter(|s| !UNLISTED.contains(&s.name)) {
        let bare = table.replace("ipvsadm ", "");
        for shell in ["ipvsadm -L -n", "ipvsadm -L -n --tun-info", "cat /proc/net/ip_vs"] {
            // The kernel's own listing does not tell these.
            let is_told = !shell.starts_with("cat")
                || ![" -p ", " -6 ", " -b "].iter().any(|option| table.contains(option));
            if !is_told {
                continue;
            }
            let listing = shown(&guest, &bare, shell);
            let name = format!("{name}-{}", shell.len());
            let (lab, ran) = init(&place, &name, &listing);
            assert_eq!(ran.code, 0, "{name}: {}\n{listing}", ran.stderr);
            let exported = place.run(&["export", &lab, "--format", "ipvsadm"]).code(0).stdout;
            let exported = without_second_address(&exported);
            let [original, ours] = [bare.as_str(), &exported].map(|t| restored(&guest, t));
            assert_eq!(sorted(&ours), sorted(&original), "{name}\n{listing}");
        }
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn labs_of_tables_pass_their_own_scenarios() {
    let place = Place::new();
    let mut labs = Vec::new();
    let all = SOUND.into_iter().chain(STANDING_IN);
    for Sound { name, table, .. } in all.filter(|sound| sound.name != UNPROVEN) {
        labs.push(init(&place, name, table).0);
    }
    let labs: Vec<_> = labs.iter().map(String::as_str).collect();
    let ran = place.run(&[&["--kernel", "uml", "test"], &labs[..]].concat());
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    place.traces(&[]).assert_none();
}

/// What `init` says of a table, as `line:column message`, and whether it wrote a file.
fn refused(table: &str) -> (Vec<String>, bool) {
    let place = Place::new();
    let (lab, ran) = init(&place, "table", table);
    assert!(!ran.stderr.contains("try `lvs-lab test"), "{table}{}", ran.stderr);
    let places = ran.stderr.lines().filter_map(|line| line.split_once("--> "));
    let places = places.map(|(_, place)| place.rsplit_once("table:").unwrap().1.to_owned());
    (places.collect(), fs::exists(&lab).unwrap())
}

#[test]
fn what_is_wrong_with_a_table_is_said_at_its_own_words_and_is_not_to_be_tested() {
    let service = "-A -t 192.0.2.1:80 -s rr\n";
    let server = |words: &str| format!("{service}-a -t 192.0.2.1:80 -r 10.0.0.2:80 {words}\n");
    let twice = format!("{}-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m\n", server("-m -w 7"));
    let cases = [
        ("-A -t 192.0.2.1:80 -s *a\n".to_owned(), "*a", true),
        ("-A -t 192.0.2.1:80 -s &a\n".to_owned(), "&a", true),
        ("-A -t 192.0.2.1:80 -s least\n".to_owned(), "least", true),
        (server("-m -w 70000"), "70000", true),
        (server("-m -w 1 -x 5 -y 9"), "9", true),
        ("-A -t 224.0.0.1:80 -s rr\n".to_owned(), "224.0.0.1:80", true),
        ("-A -t 192.0.2.1:80 -s rr -p 0\n".to_owned(), "0", true),
        ("-A -t 192.0.2.1:99999 -s rr\n".to_owned(), "192.0.2.1:99999", true),
        (service.to_owned(), "192.0.2.1:80", true),
        (format!("{service}{service}"), "192.0.2.1:80", false),
        (twice, "10.0.0.2:80", false),
        ("-A -t 192.0.2.1:80 -s rr --pe sip\n".to_owned(), "--pe", false),
        ("-A -t 192.0.2.1:0 -s rr -p\n".to_owned(), "192.0.2.1:0", false),
        (format!("{service}-C\n"), "-C", false),
        (format!("{service}--set 900 120 300\n"), "--set", false),
        ("-A -t www.example.com:80 -s rr\n".to_owned(), "www.example.com:80", false),
        (server("-g --tun-type gre"), "--tun-type", false),
    ];
    for (table, word, written) in cases {
        let (places, is_written) = refused(&table);
        let place = last(&table, word);
        assert!(places.contains(&place), "{table}{places:?} instead of {place}");
        assert_eq!(is_written, written, "{table}");
    }
}

#[test]
fn messages_name_no_address_and_no_key_that_only_the_lab_has() {
    let place = Place::new();
    let service = "-A -t 192.0.2.1:80 -s rr\n";
    let other = "-A -t 192.0.2.1:81 -s rr\n";
    let server = "-a -t 192.0.2.1:80 -r 192.0.2.2:80";
    let cases = [
        (
            format!("{service}{server} -i --tun-type gre --tun-csum\n"),
            "`192.0.2.2` drops GRE packets that have a checksum",
            "leave `--tun-csum` out",
        ),
        (
            format!("{service}{server} -g\n{other}-a -t 192.0.2.1:81 -r 192.0.2.2:81 -m\n"),
            "`192.0.2.2` is a real server of DR, and its gateway is the DIP, as NAT",
            "write `-g` in both services",
        ),
        (
            "-A -f 1 -s rr -p\n-a -f 1 -r 10.0.0.2:8080 -m\n".to_owned(),
            "the port 8080 of `10.0.0.2` would be ignored",
            "leave `-p` out",
        ),
        (
            "-A -u 192.0.2.1:53 -s rr -o\n-a -u 192.0.2.1:53 -r 10.0.0.2:53 -m\n".to_owned(),
            "the director rewrites no reply of `10.0.0.2`",
            "write `-g` or `-i`",
        ),
    ];
    for (number, (table, message, help)) in cases.into_iter().enumerate() {
        let (_, ran) = init(&place, &format!("table{number}"), &table);
        let told = ran.stderr.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(message) && told.contains(help), "{table}{}", ran.stderr);
    }
}

/// The line and the column of the last word of a text that is this one.
fn last(text: &str, word: &str) -> String {
    let found = (1..).zip(text.lines()).filter_map(|(number, line)| {
        let at = format!(" {line} ").rfind(&format!(" {word} "))?;
        Some(format!("{number}:{}", at + 1))
    });
    found.last().unwrap()
}
