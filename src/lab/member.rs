use super::{InitialState, NodeName, Preemption, VirtualAddress, VirtualRouter, VrrpVersion};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// The priority of a director whose own addresses the VIPs are (RFC 5798, section 5.2.4).
const OWNER: u8 = 255;

/// What one director has otherwise than its virtual router says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The number on the wire.
    pub router_id: Option<u8>,
    /// The version on the wire.
    pub version: Option<VrrpVersion>,
    /// The time between adverts.
    pub advert_interval: Option<Duration>,
    /// The password.
    pub password: Option<String>,
    /// What it holds as master.
    pub vips: Option<Vec<VirtualAddress>>,
    /// The state that it claims to begin in.
    pub state: Option<InitialState>,
}

/// What a director says and expects in adverts of a virtual router: what the file says of all, or
/// else of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'r> {
    /// The number on the wire.
    pub router_id: u8,
    /// The version on the wire.
    pub version: VrrpVersion,
    /// The time between adverts.
    pub advert_interval: Duration,
    /// The password; version 2 only.
    pub password: Option<&'r str>,
    /// What it holds as master.
    pub vips: &'r [VirtualAddress],
    /// The state that it claims to begin in.
    pub state: InitialState,
    /// Whether it takes over from a living master of lower priority.
    pub preemption: Preemption,
    /// Its own priority, 0 where it has none.
    priority: u8,
}

/// What two directors must have in common to heed each other's adverts (RFC 3768 and RFC 5798,
/// section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// The number of the virtual router.
    RouterId,
    /// The version of VRRP.
    Version,
    /// The time between adverts, in version 2.
    AdvertInterval,
    /// The password.
    Password,
    /// The list of VIPs.
    Vips,
}

impl Term {
    /// Its key in a topology file.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::RouterId => "router_id",
            Self::Version => "version",
            Self::AdvertInterval => "advert_interval",
            Self::Password => "password",
            Self::Vips => "vips",
        }
    }
}

impl Member<'_> {
    /// What makes two directors discard each other's adverts. An owner's are heeded whatever VIPs
    /// they list.
    pub fn disagreements(&self, other: &Member<'_>) -> Vec<Term> {
        let old = [self.version, other.version] == [VrrpVersion::V2; 2];
        let owned = [self.priority, other.priority].contains(&OWNER);
        let found = [
            (Term::RouterId, self.router_id != other.router_id),
            (Term::Version, self.version != other.version),
            (Term::AdvertInterval, old && self.advert_interval != other.advert_interval),
            (Term::Password, old && self.password != other.password),
            (Term::Vips, !owned && self.announced() != other.announced()),
        ];
        found.into_iter().filter(|(_, differs)| *differs).map(|(term, _)| term).collect()
    }

    /// Whether it may hold this address.
    pub fn has(&self, vip: IpAddr) -> bool {
        self.vips.iter().any(|v| v.address.addr() == vip)
    }

    fn announced(&self) -> Vec<IpAddr> {
        let mut vips: Vec<_> = self.vips.iter().map(|vip| vip.address.addr()).collect();
        vips.sort_unstable();
        vips
    }
}

impl VirtualRouter {
    /// A director as a member of it.
    pub fn member(&self, director: &NodeName) -> Member<'_> {
        let own = self.overrides.get(director);
        let version = own.and_then(|own| own.version).unwrap_or(self.version);
        let password = own.and_then(|own| own.password.as_ref()).or(self.password.as_ref());
        let password = password.map(String::as_str);
        let state = own.and_then(|own| own.state).unwrap_or_default();
        Member {
            router_id: own.and_then(|own| own.router_id).unwrap_or(self.router_id),
            version,
            advert_interval: own
                .and_then(|own| own.advert_interval)
                .unwrap_or(self.advert_interval),
            password: password.filter(|_| version == VrrpVersion::V2),
            vips: own.and_then(|own| own.vips.as_ref()).unwrap_or(&self.vips),
            state,
            preemption: match state {
                InitialState::Backup => self.preemption,
                InitialState::Master => Preemption::After(Duration::ZERO),
            },
            priority: self.priorities.get(director).copied().unwrap_or_default(),
        }
    }

    /// Every address that a director of it may hold, each once.
    pub fn every_vip(&self) -> Vec<&VirtualAddress> {
        let own = self.overrides.values().filter_map(|own| own.vips.as_ref()).flatten();
        let mut all: Vec<&VirtualAddress> = Vec::new();
        for vip in self.vips.iter().chain(own) {
            if !all.iter().any(|known| known.address.addr() == vip.address.addr()) {
                all.push(vip);
            }
        }
        all
    }

    /// Whether a director of it may hold this address.
    pub fn has(&self, vip: IpAddr) -> bool {
        self.every_vip().iter().any(|v| v.address.addr() == vip)
    }
}
