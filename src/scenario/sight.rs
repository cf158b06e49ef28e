use crate::lab::{NodeName, RouterName, ServiceName, VrrpState};
use std::net::IpAddr;
use std::time::Duration;

/// Something that was seen to change in a director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// When, on the stage's clock.
    pub at: Duration,
    /// The director.
    pub director: NodeName,
    /// What.
    pub seen: Seen,
}

/// What changes in directors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A VIP came to it.
    Holds(IpAddr),
    /// A VIP left it.
    Lost(IpAddr),
    /// A real server of a virtual service has another weight in its table; none means that it is
    /// not there any more. A server that the file does not name is called by its address.
    Weight(ServiceName, String, Option<u32>),
    /// A virtual router has another state there.
    State(RouterName, VrrpState),
}

/// Directors at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Each of them, in the order of the file.
    pub directors: Vec<DirectorLook>,
}

/// One director at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectorLook {
    /// Its name.
    pub name: NodeName,
    /// The VIPs that it holds.
    pub vips: Vec<IpAddr>,
    /// The last state of each virtual router there; one that never began is not in it.
    pub states: Vec<(RouterName, VrrpState)>,
    /// Its table.
    pub table: Vec<TableLook>,
}

/// A virtual service in a director's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableLook {
    /// Its name.
    pub service: ServiceName,
    /// The real servers with their weights. One that the file does not name is called by its
    /// address.
    pub servers: Vec<(String, u32)>,
}

impl Look {
    /// Who holds a VIP.
    pub fn holders(&self, vip: IpAddr) -> Vec<&NodeName> {
        let holding = self.directors.iter().filter(|director| director.vips.contains(&vip));
        holding.map(|director| &director.name).collect()
    }
}
