use crate::lab::{ForwardingMethod, Protocol, TunnelChecksum};

/// What an option of ipvsadm(8) means in a saved table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A virtual service is added.
    AddService,
    /// A real server is added.
    AddServer,
    /// The virtual service.
    Service(Protocol),
    /// The virtual service by its firewall mark.
    Mark,
    /// The firewall marks of IPv6's packets.
    Ipv6,
    /// The scheduler.
    Scheduler,
    /// How long a client stays with its real server.
    Persistence,
    /// Which bits of its address count.
    Netmask,
    /// The scheduler's own flags.
    Flags,
    /// Each packet is scheduled.
    OnePacket,
    /// The real server.
    Server,
    /// How packets get to it.
    Method(ForwardingMethod),
    /// Its weight.
    Weight,
    /// No more connections than these.
    Upper,
    /// New connections again below these.
    Lower,
    /// What a tunnel's packets travel in.
    TunnelType,
    /// The UDP port that a tunnel's packets go to.
    TunnelPort,
    /// What guards a tunnel's packets.
    TunnelChecksum(TunnelChecksum),
    /// A command that is in no saved table.
    Command,
    /// What labs do not have yet.
    NotYet(&'static str),
}

/// Whether an option has an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// It has none.
    None,
    /// It must have one.
    Must,
    /// It may have one.
    May,
}

/// An option of ipvsadm(8).
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// Its letter, if it has one.
    pub short: Option<char>,
    /// Its long name.
    pub long: &'static str,
    /// Whether it has an argument.
    pub argument: Argument,
    /// What it means.
    pub meaning: Meaning,
}

/// The option of that letter.
pub fn short(letter: char) -> Option<&'static Known> {
    ALL.iter().find(|option| option.short == Some(letter))
}

/// The option of that long name.
pub fn long(name: &str) -> Option<&'static Known> {
    ALL.iter().find(|option| option.long == name)
}

macro_rules! options {
    ($($short:literal $long:literal $argument:ident $meaning:expr;)*) => {
        const ALL: &[Known] = &[$(Known {
            short: letter($short),
            long: $long,
            argument: Argument::$argument,
            meaning: $meaning,
        },)*];
    };
}

/// The letter; a blank stands for none.
const fn letter(written: char) -> Option<char> {
    match written {
        ' ' => None,
        letter => Some(letter),
    }
}

options! {
    'A' "add-service" None Meaning::AddService;
    'a' "add-server" None Meaning::AddServer;
    't' "tcp-service" Must Meaning::Service(Protocol::Tcp);
    'u' "udp-service" Must Meaning::Service(Protocol::Udp);
    'f' "fwmark-service" Must Meaning::Mark;
    ' ' "sctp-service" Must Meaning::Service(Protocol::Sctp);
    '6' "ipv6" None Meaning::Ipv6;
    's' "scheduler" Must Meaning::Scheduler;
    'p' "persistent" May Meaning::Persistence;
    'M' "netmask" Must Meaning::Netmask;
    'b' "sched-flags" Must Meaning::Flags;
    'o' "ops" None Meaning::OnePacket;
    'r' "real-server" Must Meaning::Server;
    'm' "masquerading" None Meaning::Method(ForwardingMethod::Nat);
    'g' "gatewaying" None Meaning::Method(ForwardingMethod::Dr);
    'i' "ipip" None Meaning::Method(ForwardingMethod::Tun);
    ' ' "tun-type" Must Meaning::TunnelType;
    ' ' "tun-port" Must Meaning::TunnelPort;
    ' ' "tun-nocsum" None Meaning::TunnelChecksum(TunnelChecksum::None);
    ' ' "tun-csum" None Meaning::TunnelChecksum(TunnelChecksum::Full);
    ' ' "tun-remcsum" None Meaning::TunnelChecksum(TunnelChecksum::Remote);
    'w' "weight" Must Meaning::Weight;
    'x' "u-threshold" Must Meaning::Upper;
    'y' "l-threshold" Must Meaning::Lower;

    ' ' "pe" Must Meaning::NotYet("persistence engines");

    'E' "edit-service" None Meaning::Command;
    'D' "delete-service" None Meaning::Command;
    'e' "edit-server" None Meaning::Command;
    'd' "delete-server" None Meaning::Command;
    'C' "clear" None Meaning::Command;
    'R' "restore" None Meaning::Command;
    'S' "save" None Meaning::Command;
    'L' "list" None Meaning::Command;
    'l' "list" None Meaning::Command;
    'Z' "zero" None Meaning::Command;
    ' ' "set" None Meaning::Command;
    ' ' "start-daemon" May Meaning::Command;
    ' ' "stop-daemon" May Meaning::Command;
    'h' "help" None Meaning::Command;
    'c' "connection" None Meaning::Command;
    'n' "numeric" None Meaning::Command;
    ' ' "timeout" None Meaning::Command;
    ' ' "daemon" None Meaning::Command;
    ' ' "stats" None Meaning::Command;
    ' ' "rate" None Meaning::Command;
    ' ' "thresholds" None Meaning::Command;
    ' ' "persistent-conn" None Meaning::Command;
    ' ' "exact" None Meaning::Command;
    ' ' "tun-info" None Meaning::Command;
    ' ' "sort" None Meaning::Command;
    ' ' "nosort" None Meaning::Command;
    ' ' "mcast-interface" Must Meaning::Command;
    ' ' "mcast-group" Must Meaning::Command;
    ' ' "mcast-port" Must Meaning::Command;
    ' ' "mcast-ttl" Must Meaning::Command;
    ' ' "sync-maxlen" Must Meaning::Command;
    ' ' "syncid" Must Meaning::Command;
}
