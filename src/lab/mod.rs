//! The valid model of a laboratory: what the rest of the program works on.
//!
//! May: hold data, answer questions about it. May not: read files, touch the kernel, print, or
//! hold anything that was not checked by `topology`. Words are those of ipvsadm(8).

mod answer;
mod destination;
mod election;
mod endpoint;
mod expected;
mod family;
mod fault;
mod forwarding;
mod header;
mod health;
mod high_availability;
mod ipvs;
mod mark;
mod member;
mod model;
mod name;
mod network;
mod node;
mod place;
mod protocol;
mod routing;
#[cfg(test)]
mod sample;
mod scenario;
mod scheduler;
mod service;
mod serving;
mod source;
mod timing;
mod tunnel;
mod tunnel_end;
pub mod written;

pub use answer::{Answer, Objection, Reply};
pub use destination::{Destination, Thresholds};
pub use election::Election;
pub use endpoint::{Endpoint, Port};
pub use expected::{
    CountRange, Distribution, DurationRange, Expectation, Expected, Latency, Percentile,
    SourceExpected, StateExpected, VipExpected, WeightExpected,
};
pub use family::Family;
pub use fault::{Fault, FaultKind, Healing};
pub use forwarding::ForwardingMethod;
pub use header::{BACKEND_HEADER, LIMIT_HEADER, PEER_HEADER, REQUEST_HEADER, VIA_HEADER};
pub use health::{HealthCheck, HttpProbe, OnFailure, Probe, Quorum};
pub use high_availability::{
    ConnectionSync, Engine, HighAvailability, InitialState, Preemption, SyncGroup, Track, Tracked,
    Transport, VirtualAddress, VirtualRouter, VrrpState, VrrpVersion,
};
pub use ipvs::{IpvsSettings, Timeouts};
pub use mark::{FirewallMark, Marked};
pub use member::{Member, Override, Term};
pub use model::Lab;
pub use name::{
    LabName, NameError, NetworkName, NodeName, ProcessName, RouterName, RouterNameError,
    ScenarioName, ServiceName,
};
pub use network::Network;
pub use node::{Command, Gateway, Interface, Node, Role, Route, Sysctl, SysctlKey};
pub use place::{Part, Place, Segment};
pub use protocol::Protocol;
pub use routing::{DefaultGateway, GatewayReason};
#[cfg(test)]
pub(crate) use sample::sample_service;
pub use scenario::{
    Connection, Load, Request, Retry, RunCommand, Scenario, SourcePorts, Step, StepAction, Target,
};
pub use scheduler::{Scheduler, SchedulerFlag};
pub use service::{Persistence, Scheduled, VirtualService};
pub use serving::{PortBackend, Process, Program, Serving, Upstream};
pub use source::Source;
pub use tunnel::{Tunnel, TunnelChecksum};
pub use tunnel_end::{KERNELS_INTERFACES, TunnelEnd};
