use crate::lab::{ForwardingMethod, Scheduler, VrrpState};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

/// The schema of a word out of a few, each with what it means.
fn words<'w>(title: &str, words: impl IntoIterator<Item = (&'w str, &'w str)>) -> Schema {
    let choices: Vec<_> = words
        .into_iter()
        .map(|(word, description)| json!({"const": word, "description": description}))
        .collect();
    json_schema!({"title": title, "type": "string", "oneOf": choices})
}

pub fn protocol(_: &mut SchemaGenerator) -> Schema {
    words(
        "protocol",
        [("tcp", "ipvsadm -t"), ("udp", "ipvsadm -u"), ("sctp", "ipvsadm --sctp-service")],
    )
}

pub fn scheduler(_: &mut SchemaGenerator) -> Schema {
    words("scheduler", Scheduler::ALL.iter().map(|s| (s.keyword(), s.title())))
}

pub fn scheduler_flags(_: &mut SchemaGenerator) -> Schema {
    let flag = words(
        "scheduler flag",
        [
            ("fallback", "sh, mh: take another server when the hashed one is not available."),
            ("port", "sh, mh: the source port takes part in the hash."),
        ],
    );
    json_schema!({"type": "array", "items": flag})
}

pub fn forwarding(_: &mut SchemaGenerator) -> Schema {
    let methods = ForwardingMethod::ALL.map(|m| (m.keyword(), explained(m)));
    let aliases = [
        ("masquerading", "The same as nat, in ipvsadm's words."),
        ("gatewaying", "The same as dr, in ipvsadm's words."),
        ("ipip", "The same as tun, in ipvsadm's words."),
    ];
    words("forwarding method", methods.into_iter().chain(aliases))
}

fn explained(method: ForwardingMethod) -> &'static str {
    match method {
        ForwardingMethod::Nat => "The director rewrites the destination; replies pass it too.",
        ForwardingMethod::Dr => "Only the MAC address changes; replies go straight out.",
        ForwardingMethod::Tun => "The packet travels inside another; replies go straight out.",
        ForwardingMethod::FullNat => "As nat, and the client's address becomes the director's.",
    }
}

pub fn tunnel(_: &mut SchemaGenerator) -> Schema {
    words(
        "tunnel kind",
        [
            ("ipip", "IP in IP (RFC 2003)."),
            ("gre", "Generic routing encapsulation (RFC 2784)."),
            ("gue", "Generic UDP encapsulation: IP in UDP."),
        ],
    )
}

pub fn tunnel_checksum(_: &mut SchemaGenerator) -> Schema {
    words(
        "tunnel checksum",
        [
            ("none", "The envelope has none."),
            ("full", "Over the whole envelope."),
            ("remote", "As full, and the inner one is left to the receiver: GUE only."),
        ],
    )
}

pub fn connection(_: &mut SchemaGenerator) -> Schema {
    words(
        "connection mode",
        [
            ("new", "One connection for each request: what a director schedules."),
            ("keep-alive", "One connection for each of `concurrency` clients, kept."),
            ("held", "One connection for each request, open until `stop: held` or the end."),
        ],
    )
}

pub fn load_connection(_: &mut SchemaGenerator) -> Schema {
    words(
        "connection mode",
        [
            ("new", "One connection for each request: what a director schedules."),
            ("keep-alive", "One connection for each of `concurrency` clients, kept."),
        ],
    )
}

pub fn predicted(_: &mut SchemaGenerator) -> Schema {
    words("distribution", [("predicted", "The scheduler's own sequence, answer by answer.")])
}

pub fn stoppable(_: &mut SchemaGenerator) -> Schema {
    words(
        "stoppable thing",
        [
            ("load", "The requests in the background."),
            ("held", "The connections that requests hold: they are closed."),
        ],
    )
}

pub fn engine(_: &mut SchemaGenerator) -> Schema {
    words(
        "engine",
        [
            ("vrrp", "The speaker and the checker that are built in."),
            ("keepalived", "keepalived(8) does both."),
            ("ldirectord", "ldirectord(8) checks health; the built-in speaker holds the VIP."),
        ],
    )
}

pub fn transport(_: &mut SchemaGenerator) -> Schema {
    words(
        "transport",
        [("multicast", "To 224.0.0.18."), ("unicast", "To each of the other directors.")],
    )
}

pub fn initial_state(_: &mut SchemaGenerator) -> Schema {
    words(
        "state to begin in",
        [
            ("backup", "As every director begins."),
            ("master", "As backup too, but without `preempt: false` and `preempt_delay`."),
        ],
    )
}

pub fn vrrp_state(_: &mut SchemaGenerator) -> Schema {
    words("VRRP state", VrrpState::ALL.map(|s| (s.keyword(), meaning(s))))
}

fn meaning(state: VrrpState) -> &'static str {
    match state {
        VrrpState::Init => "Not begun, or ended.",
        VrrpState::Backup => "Listens to the master.",
        VrrpState::Master => "Holds the VIPs.",
        VrrpState::Fault => "Something that is tracked is down.",
    }
}
