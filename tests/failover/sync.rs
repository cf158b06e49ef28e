//! The lab `ha-sync` without what it shows: its test fails, and the report says all about it.

use crate::proof::Proof;
use crate::shared;
use crate::support::{replaced, topology};
use crate::text::{inner, parsed, scenarios, with_scenarios, written};
use std::fs;
use std::process::Command;

fn without_synchronisation() -> Proof {
    let mut topology = with_scenarios(parsed("ha-sync"), &["connections-survive"]);
    inner(&mut topology, &["high_availability"]).remove("connection_sync").unwrap();
    let proof = Proof::of_text(&written(&topology));
    assert_eq!(proof.ran.code, 1, "{}", proof.ran.stdout);
    proof
}

#[test]
#[ignore = "needs the guest kernel"]
fn all_kept_connections_survive_with_synchronisation_and_none_without() {
    let _machine = shared();
    let with =
        Proof::of_text(&written(&with_scenarios(parsed("ha-sync"), &["connections-survive"])));
    assert_eq!((with.ran.code, with.observed("connections_survived")), (0, vec!["4 of 4"; 2]));
    let without = without_synchronisation();
    assert_eq!(without.observed("connections_survived"), ["0 of 4"; 2]);
    let survival = ("connections_survived", "failed");
    let told = ("output", "failed");
    assert_eq!(without.refuted(), [told, survival, ("lost", "failed"), survival]);
    the_page_tells_everything(&without);
}

/// The lab `ha-sync` over IPv6. The kernel's daemons speak IPv4 still, without an address.
fn over_ipv6() -> String {
    let addresses = [
        ("192.168.150.0/24", "\"fd00:150::/64\""),
        ("192.168.150.100", "\"fd00:150::100\""),
        ("192.168.150.9", "\"fd00:150::9\""),
        ("192.168.150.1 ", "\"fd00:150::1\" "),
        ("192.168.150.4", "\"fd00:150::4\""),
        ("192.168.150.2", "\"fd00:150::2\""),
        ("192.168.150.3", "\"fd00:150::3\""),
    ];
    let written = topology("ha-sync");
    addresses.into_iter().fold(written, |text, (four, six)| replaced(&text, four, six))
}

#[test]
#[ignore = "needs the guest kernel"]
fn connections_of_ipv6_survive_too() {
    let _machine = shared();
    let text = over_ipv6();
    let wanted = scenarios(&serde_yaml::from_str(&text).unwrap());
    Proof::of_text(&text).assert_passed(&wanted);
}

fn the_page_tells_everything(proof: &Proof) {
    let page = fs::read_to_string(proof.page()).unwrap();
    for director in ["d1", "d2"] {
        for title in ["IPVS table of", "VRRP states of", "log of speaker on", "last packets of"] {
            let evidence = lines_of(&page, &format!("{title} {director}"));
            assert!(evidence.lines().count() > 1, "{title} {director}: {evidence}");
        }
        assert!(lines_of(&page, &format!("VRRP states of {director}")).contains("VI_1 backup"));
    }
    assert!(lines_of(&page, "VRRP states of d2").contains("VI_1 master"));
    assert!(lines_of(&page, "IPVS table of d2").contains("192.168.150.100:80 rr"));
    assert!(lines_of(&page, "log of speaker on d2").contains("becoming master"));
    assert!(lines_of(&page, "last packets of d2").contains("VRRPv3 vrid 51 prio 50"));
    assert_eq!(pictures(proof), "1");
}

/// The text of a piece of evidence.
fn lines_of<'a>(page: &'a str, title: &str) -> &'a str {
    let begin = format!("<summary>{title}</summary>\n<pre>");
    let found = page.split_once(&begin).and_then(|(_, rest)| rest.split_once("</pre>"));
    found.unwrap_or_else(|| panic!("no `{title}` in {page}")).0
}

/// How many drawings a parser of XML finds in the page: it must be well-formed for that.
fn pictures(proof: &Proof) -> String {
    let parse = "import sys, xml.etree.ElementTree as tree\n\
                 root = tree.parse(sys.argv[1]).getroot()\n\
                 print(len(root.findall('.//{http://www.w3.org/2000/svg}title')))";
    let said = Command::new("python3").args(["-c", parse]).arg(proof.page()).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}
