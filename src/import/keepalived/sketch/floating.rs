use super::directors::is_plain;
use crate::import::keepalived::cluster::{Cluster, Router};
use crate::import::keepalived::configuration::Vip;
use crate::lab::{Family, RouterName};
use std::net::IpAddr;

/// A virtual router of the lab: an instance, or what it holds of the other family, as a virtual
/// router of a lab is of one.
pub struct Floating<'c> {
    /// Its name.
    pub name: String,
    /// The instances.
    pub router: &'c Router<'c>,
    /// What it holds.
    pub vips: Vec<&'c Vip>,
    /// Whether it is an instance.
    pub kind: Kind,
}

/// What a virtual router of the lab is in keepalived.conf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An instance.
    Instance,
    /// What an instance holds of the other family (virtual_ipaddress_excluded).
    OtherFamily,
}

impl Floating<'_> {
    /// The family of its VIPs; none, if it has none.
    pub fn family(&self) -> Option<Family> {
        self.vips.first().map(|vip| Family::of(vip.address.addr()))
    }

    /// Whether it holds an address.
    pub fn has(&self, address: IpAddr) -> bool {
        self.vips.iter().any(|vip| vip.address.addr() == address)
    }
}

/// The virtual routers of the lab; a name that no lab can have is numbered.
pub fn floating<'c>(cluster: &'c Cluster<'c>) -> Vec<Floating<'c>> {
    let mut all: Vec<Floating<'_>> = Vec::new();
    for (number, router) in (1..).zip(&cluster.routers) {
        let common = router.common();
        let said = common.name.value.clone();
        let taken = |name: &str| all.iter().any(|known| known.name == name);
        let plain = format!("VI_{number}_{}", common.id.value);
        let name = if is_name(&said) && !taken(&said) { said } else { plain };
        let first = common.vips.first().or(common.excluded.first());
        let family = first.map(|vip| Family::of(vip.address.addr()));
        let all_vips = common.vips.iter().chain(&common.excluded);
        let (own, other): (Vec<_>, Vec<_>) =
            all_vips.partition(|vip| Some(Family::of(vip.address.addr())) == family);
        let second = format!("{name}_{}", if family == Some(Family::Inet) { 6 } else { 4 });
        let second = if is_name(&second) { second } else { format!("VI_{number}_other") };
        all.push(Floating { name, router, vips: own, kind: Kind::Instance });
        if !other.is_empty() {
            all.push(Floating { name: second, router, vips: other, kind: Kind::OtherFamily });
        }
    }
    all
}

/// Whether a lab can have a virtual router or a group of that name.
pub fn is_name(name: &str) -> bool {
    name.parse::<RouterName>().is_ok() && is_plain(name)
}
