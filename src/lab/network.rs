use super::{Family, NetworkName, Place};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A link-layer network: one bridge in the lab's switch namespace, and one subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Its name, which is the bridge's name too.
    pub name: NetworkName,
    /// Its subnet.
    pub subnet: IpNet,
    /// The maximum transmission unit in bytes, where the file asks for another than the kernel's.
    pub mtu: Option<u32>,
    /// Where the file says so.
    pub at: Place,
}

impl Network {
    /// Its address family.
    pub fn family(&self) -> Family {
        Family::of(self.subnet.addr())
    }
}
