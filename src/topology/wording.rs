//! Faults of a topology file that is made of another tool's, in that tool's words.

use super::rule::{self, Rule};
use crate::diag::Diagnostic;
use crate::import::{Origin, Sketch};

/// The diagnostic with what the other file calls what it is about.
pub fn reworded(diagnostic: Diagnostic, sketch: &Sketch, origin: Origin) -> Diagnostic {
    let message = renamed(&diagnostic.message, sketch);
    let found = HELP.iter().find(|(rule, of, _)| rule.code == diagnostic.code && *of == origin);
    let help = match found {
        Some((_, _, help)) => (*help).to_owned(),
        None => renamed(&diagnostic.help, sketch),
    };
    Diagnostic { message, help, ..diagnostic }
}

/// A text with names of the other file in place of those that only the lab has.
fn renamed(text: &str, sketch: &Sketch) -> String {
    let mut told = String::new();
    for (number, piece) in text.split('`').enumerate() {
        let is_quoted = number % 2 == 1;
        if is_quoted && sketch.has_network(piece) {
            told += "one network";
        } else if is_quoted && sketch.is_guessed(piece) {
            nameless(&mut told);
        } else if is_quoted {
            told += &format!("`{}`", sketch.said(piece).unwrap_or(piece));
        } else {
            told += piece;
        }
    }
    told
}

/// Goes on without an address that only the lab has, behind what says what it is.
fn nameless(told: &mut String) {
    if ["VIP ", "DIP ", "gateway "].iter().any(|noun| told.ends_with(noun)) {
        told.pop();
    } else {
        told.push_str("one address");
    }
}

/// What mends a fault, where the topology's own help names keys of a topology.
const HELP: &[(Rule, Origin, &str)] = &[
    (
        rule::NO_SERVERS,
        Origin::Ipvsadm,
        "add lines with `-a` for it: until then the kernel refuses each connection",
    ),
    (
        rule::NO_SERVERS,
        Origin::Ldirectord,
        "add lines with `real=` to it: until then the kernel refuses each connection",
    ),
    (rule::ONE_PACKET, Origin::Ipvsadm, "leave `-o` out, or make it a service of UDP with `-u`"),
    (rule::ONE_PACKET, Origin::Ldirectord, "leave `ops` out, or write `protocol=udp`"),
    (
        rule::ONE_PACKET_NAT,
        Origin::Ipvsadm,
        "write `-g` or `-i`: with `-o` the director remembers nothing by which it would know a reply",
    ),
    (
        rule::ONE_PACKET_NAT,
        Origin::Ldirectord,
        "write `gate` or `ipip`: with `ops` the director remembers nothing by which it would know a \
         reply",
    ),
    (rule::PORT_MAPPING, Origin::Ipvsadm, "give its `-r` no port, or leave `-p` out"),
    (rule::PORT_MAPPING, Origin::Ldirectord, "give its `real` no port, or leave `persistent` out"),
    (rule::DR_GATEWAY, Origin::Ipvsadm, "write `-g` in both services, or `-m` in both"),
    (rule::DR_GATEWAY, Origin::Ldirectord, "write `gate` in both services, or `masq` in both"),
    (
        rule::GRE_CHECKSUM,
        Origin::Ipvsadm,
        "leave `--tun-csum` out: only a device that is made for checksums takes them",
    ),
    (
        rule::MIXED_FAMILIES,
        Origin::Ipvsadm,
        "name a real server of the VIP's family, or write `-i`: IPVS takes packets of one family \
         to the other through a tunnel only",
    ),
    (
        rule::NO_FALLBACK,
        Origin::Ipvsadm,
        "add `-b sh-fallback`, or `-b mh-fallback` for `mh`: without it clients are still led \
         there, and refused",
    ),
    (
        rule::NO_FALLBACK,
        Origin::Ldirectord,
        "add `schedflags=sh-fallback`, or `mh-fallback` for `mh`: without it clients are still led \
         there, and refused",
    ),
    (
        rule::SORRY_TWICE,
        Origin::Ldirectord,
        "name another address: the table has one entry for both, so that it may be taken out with \
         the fallback when the others are back",
    ),
];
