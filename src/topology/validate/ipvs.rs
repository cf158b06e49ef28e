use super::super::{
    rule, suggest,
    wire::{self, Entries, NumberOrText},
};
use super::{Draft, sysctl, value};
use crate::lab::{IpvsSettings, Place, Sysctl, SysctlKey, Timeouts};
use std::time::Duration;

/// The names under net.ipv4.vs (Documentation/networking/ipvs-sysctl.rst of Linux, and
/// `vs_vars` in net/netfilter/ipvs/ip_vs_ctl.c). A kernel may lack some of them.
pub const NAMES: &[&str] = &[
    "am_droprate",
    "amemthresh",
    "backup_only",
    "cache_bypass",
    "conn_reuse_mode",
    "conntrack",
    "debug_level",
    "drop_entry",
    "drop_packet",
    "est_cpulist",
    "est_nice",
    "expire_nodest_conn",
    "expire_quiescent_template",
    "ignore_tunneled",
    "lblc_expiration",
    "lblcr_expiration",
    "nat_icmp_send",
    "pmtu_disc",
    "run_estimation",
    "schedule_icmp",
    "secure_tcp",
    "sloppy_sctp",
    "sloppy_tcp",
    "snat_reroute",
    "sync_persist_mode",
    "sync_ports",
    "sync_qlen_max",
    "sync_refresh_period",
    "sync_retries",
    "sync_sock_size",
    "sync_threshold",
    "sync_version",
];

/// Builds what is set of every director's IPVS.
pub fn build(wire: Option<wire::IpvsSettings>, draft: &mut Draft<'_>) {
    let Some(wire) = wire else { return };
    let at = Place::root().key("ipvs");
    let sysctls = sysctls(wire.sysctls, &at.key("sysctls"), draft);
    let timeouts = wire.timeouts.map(|t| timeouts(&t, &at.key("timeouts"), draft));
    draft.lab.ipvs = Some(IpvsSettings { sysctls, timeouts, at });
}

fn sysctls(wire: Entries<NumberOrText>, all: &Place, draft: &mut Draft<'_>) -> Vec<Sysctl> {
    let mut built = Vec::new();
    for (name, value) in wire.0 {
        let at = all.key(&name);
        if !NAMES.contains(&name.as_str()) {
            unknown(&name, &at, draft);
        } else if let Some(value) = value {
            let (key, value) = (format!("net.ipv4.vs.{name}"), value.to_string());
            if sysctl::is_value(&key, &value, &at, draft) {
                built.push(Sysctl { key: SysctlKey(key), value, at });
            }
        }
    }
    built
}

fn unknown(name: &str, at: &Place, draft: &mut Draft<'_>) {
    let bare = name.trim_start_matches("net.ipv4.vs.");
    let help = if NAMES.contains(&bare) {
        format!("write `{bare}`: `net.ipv4.vs.` goes without saying here")
    } else {
        suggest::help(bare, NAMES, "settings of IPVS")
    };
    let message = format!("IPVS has no setting `{name}`");
    draft.faults.push(rule::UNKNOWN_KEY.at(&at.as_key(), message, help));
}

fn timeouts(wire: &wire::Timeouts, at: &Place, draft: &mut Draft<'_>) -> Timeouts {
    let kernels = Timeouts::default();
    let mut time = |text: &Option<String>, key, default| match text {
        Some(text) => timeout(text, &at.key(key), draft).unwrap_or(default),
        None => default,
    };
    Timeouts {
        tcp: time(&wire.tcp, "tcp", kernels.tcp),
        tcp_fin: time(&wire.tcp_fin, "tcp_fin", kernels.tcp_fin),
        udp: time(&wire.udp, "udp", kernels.udp),
    }
}

fn timeout(text: &str, at: &Place, draft: &mut Draft<'_>) -> Option<Duration> {
    let time = value::duration(text, at, draft.faults)?;
    if time.subsec_nanos() == 0 {
        return Some(time);
    }
    draft.faults.push(rule::DURATION.at(
        at,
        format!("IPVS counts timeouts in whole seconds, and this is `{text}`"),
        "choose whole seconds",
    ));
    None
}
