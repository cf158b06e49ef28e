use super::super::{
    rule,
    wire::{self, Forwarding, Servers},
};
use super::draft::Draft;
use super::table::place;
use crate::import::{Key, Said, Service};
use crate::lab::{Family, Place};
use std::net::IpAddr;

/// Whether the file's service is the table's.
pub fn same(known: &wire::VirtualService, service: &Service) -> bool {
    // One that is faulty itself is none of the table's.
    let (Some(written), Some(_)) = (known.vip.as_deref(), known.forwarding) else { return false };
    let listed = known.ports.iter().flat_map(|ports| ports.0.iter().flatten());
    match service.key {
        Key::Mark { mark, family } => {
            let vip = written.parse::<IpAddr>();
            known.firewall_mark == Some(mark.value)
                && vip.is_ok_and(|vip| Family::of(vip) == family)
        }
        Key::Address { protocol, vip, port } => {
            known.firewall_mark.is_none()
                && known.protocol == protocol
                && written.parse() == Ok(vip.value)
                && known.port.iter().chain(listed).any(|known| *known == port.value)
        }
    }
}

/// A service of which the file does not know yet; none of a mark.
pub fn empty(key: Key, draft: &mut Draft<'_>) -> Option<wire::VirtualService> {
    let (protocol, vip, port) = match key {
        Key::Address { protocol, vip, port } => (protocol, vip.value, port.value),
        Key::Mark { mark, family } => {
            unknown_mark(mark, family, draft);
            return None;
        }
    };
    Some(wire::VirtualService {
        vip: Some(vip.to_string()),
        port: Some(port),
        ports: None,
        firewall_mark: None,
        protocol,
        one_packet: false,
        scheduler: None,
        scheduler_flags: Vec::new(),
        forwarding: Some(Forwarding::Nat),
        tunnel: None,
        persistence: None,
        directors: None,
        real_servers: Servers::default(),
        health_check: None,
        quorum: None,
        hysteresis: None,
        sorry_server: None,
    })
}

/// A mark of the table that no service of the file has.
fn unknown_mark(mark: Said<i64>, family: Family, draft: &mut Draft<'_>) {
    let number = mark.value;
    let (of, vip) = match family {
        Family::Inet => ("", "`vip`"),
        Family::Inet6 => (" of IPv6", "an IPv6 `vip`"),
    };
    if draft.faults.sure(&Place::root().key("virtual_services")) {
        draft.faults.push(rule::UNKNOWN_SERVICE.at(
            &place(mark.spot),
            format!("no virtual service of the file has the firewall mark `{number}`{of}"),
            format!(
                "add one with {vip}, `ports` and `firewall_mark: {number}` under \
                 `virtual_services:`, as a table does not say what is marked"
            ),
        ));
    }
}
