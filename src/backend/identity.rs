use crate::lab::NodeName;
use std::net::IpAddr;

/// Who a backend says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The real server's name.
    pub name: NodeName,
    /// The VIPs it serves: the local address of a connection is called a VIP if it is one of
    /// them (DR and TUN), and is the RIP otherwise (NAT).
    pub vips: Vec<IpAddr>,
}

impl Identity {
    /// The address again if it is one of the VIPs.
    pub(super) fn vip(&self, local: IpAddr) -> Option<IpAddr> {
        self.vips.contains(&local).then_some(local)
    }
}
