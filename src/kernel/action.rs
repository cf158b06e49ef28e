use crate::plan::{Op, ServiceKey};
use ipnet::IpNet;

/// An operation in words that follow "cannot".
pub(super) fn of(op: &Op) -> String {
    match op {
        Op::CreateNamespace { .. } => "make the namespace".to_owned(),
        Op::CreateBridge { network, .. } => format!("make bridge {network}"),
        Op::Connect { interface, network, .. } => format!("plug {interface} into {network}"),
        Op::SetLinkUp { interface, .. } => format!("set {interface} up"),
        Op::AddAddress { interface, address, .. } => {
            format!("add address {address} to {interface}")
        }
        Op::AddRoute { destination, via, .. } => format!("add {} via {via}", route(*destination)),
        Op::SetSysctl { key, value, .. } => format!("set {key} to {value}"),
        Op::AddSourceNat { service, .. } => format!("add source NAT for {}", words(service)),
        Op::AddService { service, .. } => format!("add virtual service {}", words(&service.key)),
        Op::AddDestination { service, destination, .. } => {
            format!("add real server {} to virtual service {}", destination.address, words(service))
        }
        Op::StartBackend { backend, .. } => format!("start a backend on port {}", backend.port),
        Op::RunCommand { shell, .. } => format!("run `{shell}`"),
    }
}

/// The undoing of an operation in words that follow "cannot".
pub(super) fn against(op: &Op) -> String {
    match op {
        Op::CreateNamespace { .. } => "remove the namespace".to_owned(),
        Op::CreateBridge { network, .. } => format!("remove bridge {network}"),
        Op::Connect { interface, network, .. } => format!("unplug {interface} from {network}"),
        Op::SetLinkUp { interface, .. } => format!("set {interface} down"),
        Op::AddAddress { interface, address, .. } => {
            format!("remove address {address} from {interface}")
        }
        Op::AddRoute { destination, via, .. } => {
            format!("remove {} via {via}", route(*destination))
        }
        Op::SetSysctl { key, .. } => format!("leave {key}"),
        Op::AddSourceNat { service, .. } => format!("remove source NAT for {}", words(service)),
        Op::AddService { service, .. } => format!("remove virtual service {}", words(&service.key)),
        Op::AddDestination { service, destination, .. } => {
            let address = destination.address;
            format!("remove real server {address} from virtual service {}", words(service))
        }
        Op::StartBackend { backend, .. } => format!("stop the backend on port {}", backend.port),
        Op::RunCommand { shell, .. } => format!("end what `{shell}` left running"),
    }
}

fn route(destination: Option<IpNet>) -> String {
    destination.map_or_else(|| "the default route".to_owned(), |net| format!("route {net}"))
}

fn words(service: &ServiceKey) -> String {
    format!("{} {}", service.protocol, service.address)
}
