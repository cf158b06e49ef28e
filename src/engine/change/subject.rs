use crate::lab::{Family, NetworkName, NodeName, Port, ProcessName, SysctlKey};
use crate::plan::{Op, PacketMark, ServiceKey};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// What an operation is about: two operations of one subject are the same thing with other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject<'a> {
    Namespace(&'a NodeName),
    Bridge(&'a NetworkName),
    Cable(&'a NodeName, &'a str),
    LinkUp(&'a NodeName, &'a str),
    Tunnel(&'a NodeName, &'a str),
    Gue(&'a NodeName, u16),
    Address(&'a NodeName, &'a str, IpNet),
    /// Each family has a default route of its own.
    Route(&'a NodeName, Option<IpNet>, Family),
    Setting(&'a NodeName, &'a SysctlKey),
    Timeouts(&'a NodeName),
    SourceNat(&'a NodeName, ServiceKey),
    Packets(&'a NodeName, &'a PacketMark),
    Service(&'a NodeName, ServiceKey),
    Destination(&'a NodeName, ServiceKey, SocketAddr),
    Backend(&'a NodeName, Port),
    Process(&'a NodeName, &'a ProcessName),
    Command(&'a NodeName, &'a str),
    Daemon(&'a NodeName, &'static str),
    /// Directors that do not heed each other have a master each.
    Awaited(&'a NodeName, IpAddr),
    Daemons(&'a NodeName),
    Connections(&'a NodeName),
    Carrier(&'a NodeName, &'a str),
    Behaviour(&'a NodeName, Port),
    Impairment(&'a NodeName, &'a str),
}

impl<'a> Subject<'a> {
    pub(super) fn of(op: &'a Op) -> Self {
        match op {
            Op::CreateNamespace { node } => Self::Namespace(node),
            Op::CreateBridge { network, .. } => Self::Bridge(network),
            Op::Connect { node, interface, .. } => Self::Cable(node, interface),
            Op::SetLinkUp { node, interface } => Self::LinkUp(node, interface),
            Op::TakeAny { node, interface } => Self::Tunnel(node, interface),
            Op::OpenGue { node, port } => Self::Gue(node, *port),
            Op::AddAddress { node, interface, address } => Self::Address(node, interface, *address),
            Op::AddRoute { node, destination, via } => {
                Self::Route(node, *destination, Family::of(*via))
            }
            Op::SetSysctl { node, key, .. } => Self::Setting(node, key),
            Op::SetTimeouts { node, .. } => Self::Timeouts(node),
            Op::AddSourceNat { node, service } => Self::SourceNat(node, *service),
            Op::MarkPackets { node, packets } => Self::Packets(node, packets),
            Op::AddService { node, service } => Self::Service(node, service.key),
            Op::AddDestination { node, service, destination } => {
                Self::Destination(node, *service, destination.address)
            }
            Op::StartBackend { node, backend } => Self::Backend(node, backend.socket()),
            Op::StartProcess { node, process } => Self::Process(node, &process.program.name),
            Op::RunCommand { node, shell } => Self::Command(node, shell),
            Op::StartDaemon { node, daemon } => Self::Daemon(node, daemon.name()),
            Op::AwaitAddress { node, others, address, .. } => {
                Self::Awaited(others.iter().fold(node, Ord::min), *address)
            }
            Op::KillDaemons { node } => Self::Daemons(node),
            Op::ForgetConnections { node } => Self::Connections(node),
            Op::CutCable { node, interface } => Self::Carrier(node, interface),
            Op::Misbehave { node, port, .. } => Self::Behaviour(node, *port),
            Op::Impair { node, interface, .. } => Self::Impairment(node, interface),
        }
    }
}
