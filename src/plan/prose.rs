use super::{Behaviour, DestinationEntry, Op, PacketMark, ServiceEntry};
use crate::lab::{Family, ForwardingMethod, LabName, Timeouts, Tunnel};
use crate::text::first_line;
use std::fmt;
use std::time::Duration;

/// The operation in words, without its node: "add address 10.0.0.1/24 to eth0".
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateNamespace { .. } => write!(f, "create the namespace"),
            Self::CreateBridge { network, .. } => write!(f, "create bridge {network}"),
            Self::Connect { interface, network, .. } => {
                write!(f, "plug {interface} into {network}")
            }
            Self::SetLinkUp { interface, .. } => write!(f, "set {interface} up"),
            Self::TakeAny { interface, .. } => write!(f, "let {interface} take any protocol"),
            Self::OpenGue { port, .. } => write!(f, "open UDP port {port} for GUE"),
            Self::AddAddress { interface, address, .. } => {
                write!(f, "add address {address} to {interface}")
            }
            Self::AddRoute { destination: Some(to), via, .. } => {
                write!(f, "add route to {to} via {via}")
            }
            Self::AddRoute { destination: None, via, .. } => {
                write!(f, "add default route via {via}")
            }
            Self::SetSysctl { key, value, .. } => write!(f, "set {key} to {value}"),
            Self::SetTimeouts { timeouts, .. } => {
                write!(f, "set the IPVS timeouts to {timeouts}")
            }
            Self::AddSourceNat { service, .. } => write!(f, "add source NAT for {service}"),
            Self::MarkPackets { packets, .. } => write!(f, "mark packets to {packets}"),
            Self::AddService { service, .. } => write!(f, "add virtual service {service}"),
            Self::AddDestination { service, destination, .. } => {
                write!(f, "add real server {destination} to {service}")
            }
            Self::StartBackend { backend, .. } => {
                write!(f, "start a backend on {}", backend.socket())
            }
            Self::StartProcess { process, .. } => {
                write!(f, "start the process {}", process.program.name)
            }
            Self::RunCommand { shell, .. } => write!(f, "run `{}`", first_line(shell)),
            Self::StartDaemon { daemon, .. } => write!(f, "start {daemon}"),
            Self::AwaitAddress { address, .. } => {
                write!(f, "wait until a director holds {address}")
            }
            Self::KillDaemons { .. } => write!(f, "kill its daemons"),
            Self::ForgetConnections { .. } => {
                write!(f, "empty the IPVS table and forget connections")
            }
            Self::CutCable { interface, .. } => write!(f, "pull the cable of {interface}"),
            Self::Misbehave { port, behaviour, .. } => {
                write!(f, "make the backend on {port} {behaviour}")
            }
            Self::Impair { interface, delay, loss: 0, .. } => {
                write!(f, "delay what leaves {interface} by {delay:?}")
            }
            Self::Impair { interface, delay: Duration::ZERO, loss, .. } => {
                write!(f, "lose {loss} % of what leaves {interface}")
            }
            Self::Impair { interface, delay, loss, .. } => {
                write!(f, "delay what leaves {interface} by {delay:?} and lose {loss} % of it")
            }
        }
    }
}

impl Op {
    /// Its undoing in words, without its node: "remove address 10.0.0.1/24 from eth0".
    pub fn undoing(&self) -> String {
        match self {
            Self::CreateNamespace { .. } => "remove the namespace".to_owned(),
            Self::CreateBridge { network, .. } => format!("remove bridge {network}"),
            Self::Connect { interface, network, .. } => {
                format!("unplug {interface} from {network}")
            }
            Self::SetLinkUp { interface, .. } => format!("set {interface} down"),
            Self::TakeAny { interface, .. } => format!("let {interface} take IPv6 only"),
            Self::OpenGue { port, .. } => format!("close UDP port {port} for GUE"),
            Self::AddAddress { interface, address, .. } => {
                format!("remove address {address} from {interface}")
            }
            Self::AddRoute { destination: Some(to), via, .. } => {
                format!("remove route to {to} via {via}")
            }
            Self::AddRoute { destination: None, via, .. } => {
                format!("remove default route via {via}")
            }
            Self::SetSysctl { key, .. } => format!("leave {key} as it is"),
            Self::SetTimeouts { .. } => {
                format!("set the IPVS timeouts to {}", Timeouts::default())
            }
            Self::AddSourceNat { service, .. } => format!("remove source NAT for {service}"),
            Self::MarkPackets { packets, .. } => format!("mark packets to {packets} no more"),
            Self::AddService { service, .. } => format!("remove virtual service {service}"),
            Self::AddDestination { service, destination, .. } => {
                format!("remove real server {destination} from {service}")
            }
            Self::StartBackend { backend, .. } => {
                format!("stop the backend on {}", backend.socket())
            }
            Self::StartProcess { process, .. } => {
                format!("stop the process {}", process.program.name)
            }
            Self::RunCommand { shell, .. } => format!("end what `{shell}` left running"),
            Self::StartDaemon { daemon, .. } => format!("stop {daemon}"),
            Self::AwaitAddress { address, .. } => format!("wait no more for {address}"),
            Self::KillDaemons { .. } => "leave its daemons killed".to_owned(),
            Self::ForgetConnections { .. } => "leave its IPVS table empty".to_owned(),
            Self::CutCable { interface, .. } => format!("plug the cable of {interface} in again"),
            Self::Misbehave { port, .. } => format!("make the backend on {port} serve again"),
            Self::Impair { interface, .. } => format!("let {interface} send as fast as it can"),
        }
    }

    /// What it is in one line for a plan, with the namespace it works in.
    pub fn line(&self, lab: &LabName) -> String {
        format!("{lab}-{}: {self}", self.node())
    }
}

/// As in "make the backend hang".
impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serves => write!(f, "serve"),
            Self::Hangs => write!(f, "hang"),
            Self::Fails(status) => write!(f, "answer {status}"),
            Self::Lags(delay) => write!(f, "answer {delay:?} later"),
        }
    }
}

impl fmt::Display for super::ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(protocol, address) => write!(f, "{protocol} {address}"),
            Self::Mark(mark, Family::Inet) => write!(f, "firewall mark {mark}"),
            Self::Mark(mark, Family::Inet6) => write!(f, "firewall mark {mark} of IPv6"),
        }
    }
}

/// As in "10.0.0.1 tcp 80,443 with 1".
impl fmt::Display for PacketMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ports, Self { mark, vip, protocol, .. }) = (self.port_list(), self);
        write!(f, "{vip} {protocol} {ports} with {mark}")
    }
}

impl fmt::Display for ServiceEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.key, self.scheduler)
    }
}

impl fmt::Display for DestinationEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, forwarding, weight, .. } = self;
        match self.tunnel {
            tunnel if *forwarding == ForwardingMethod::Tun && tunnel != Tunnel::Ipip => {
                write!(f, "{address} ({forwarding} by {tunnel}, weight {weight})")
            }
            _ => write!(f, "{address} ({forwarding}, weight {weight})"),
        }
    }
}
