//! The world: applies operations, undoes them, and reads back what is really there.
//!
//! May: talk to the kernel by netlink, /proc and system calls, in the lab's namespaces only. May
//! not: touch an interface of the host's own namespace, decide what to do, or keep a memory of
//! what it did; what it says of the world it has just read.

mod abilities;
mod address_watch;
mod addresses;
mod command;
mod counters;
mod daemons;
mod error;
mod fake;
mod firewall;
mod forget;
mod fou;
mod generic;
mod ipvs;
mod limit;
mod link_watch;
mod links;
mod linux;
mod listener;
mod local;
mod names;
mod namespace;
mod neighbours;
mod netem;
mod netlink;
mod observe;
mod observed;
mod packets;
mod part;
mod policy_rules;
mod ports;
mod proc_net;
mod processes;
mod program;
mod question;
mod routes;
mod site;
mod socket;
mod socket_use;
mod sysctl;
mod tunnel;
mod watch;
mod ways;

pub use abilities::{Lack, Modules, Standing, foreseen, furnish, standing};
pub use address_watch::AddressWatch;
pub use daemons::{
    Health, HealthChange, LogFile, StateChange, directory as daemons_directory, health_changes,
    log_files, record_health, record_state, state_changes,
};
pub use error::{Cause, KernelError};
pub use fake::Fake;
pub use ipvs::{Connection, IpvsTable, SyncDaemon, SyncRole, may_use_ip_vs};
pub use link_watch::{Interface, LinkWatch};
pub use linux::Linux;
pub use listener::{BackendOrder, Door};
pub use local::Local;
pub use names::Names;
pub use namespace::Namespace;
pub use neighbours::Neighbour;
pub use observed::{
    Leads, Observed, ObservedAddress, ObservedDestination, ObservedDirectRoute, ObservedLink,
    ObservedPolicyRule, ObservedRoute, ObservedService, Removable, Statistics, Tunnelled,
    TypedRules,
};
pub use packets::{Packet, Packets};
pub use socket::client_socket;
pub use watch::{Change, Changed, Watch};

use crate::lab::{NodeName, SysctlKey};
use crate::plan::Op;
use std::future::Future;

/// A kernel that labs can be built on: the running one, or a fake for tests.
pub trait Kernel {
    /// Does what an operation says. Entries of an IPVS table that are there with other values are
    /// brought to the operation's values; everything else that exists already is an error.
    fn apply(&mut self, op: &Op) -> impl Future<Output = Result<(), KernelError>>;

    /// Undoes an operation; what is not there any more counts as undone.
    fn undo(&mut self, op: &Op) -> impl Future<Output = Result<(), KernelError>>;

    /// Reads a node back by dumps, with these settings; `None` if its namespace is not there.
    fn observe(
        &mut self,
        node: &NodeName,
        settings: &[SysctlKey],
    ) -> impl Future<Output = Result<Option<Observed>, KernelError>>;
}
