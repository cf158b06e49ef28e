use crate::kernel::{IpvsTable, ObservedService};
use crate::plan::ServiceKey;
use std::net::{Ipv6Addr, SocketAddr};

/// Puts a table in the order of ipvsadm(8), which does not keep the kernel's own.
pub fn sort(table: &mut IpvsTable) {
    services(&mut table.services);
    for service in &mut table.services {
        service.destinations.sort_by_key(|destination| rank(destination.entry.address));
    }
}

/// The same for services alone.
pub fn services(services: &mut [ObservedService]) {
    services.sort_by_key(|service| {
        let family = service.key.family();
        match service.key {
            ServiceKey::Mark(mark, _) => (Some(mark), family, None),
            ServiceKey::Address(protocol, address) => {
                (None, family, Some((protocol.number(), rank(address))))
            }
        }
    });
}

/// Ipvsadm takes the difference of two IPv4 addresses for a signed number (libipvs,
/// `ipvs_cmp_services`), so that it lists 172.16.0.0/12 and 192.168.0.0/16 before 10.0.0.0/8.
fn rank(address: SocketAddr) -> (i32, Option<Ipv6Addr>, u16) {
    match address {
        SocketAddr::V4(v4) => (u32::from(*v4.ip()).cast_signed(), None, v4.port()),
        SocketAddr::V6(v6) => (0, Some(*v6.ip()), v6.port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_ipvsadms_order() {
        let wanted =
            ["130.1.1.1:80", "172.16.0.1:80", "192.168.0.1:80", "10.0.0.1:9", "10.0.0.1:80"];
        let mut ranked = wanted.map(|text| text.parse::<SocketAddr>().unwrap());
        ranked.reverse();
        ranked.sort_by_key(|address| rank(*address));
        assert_eq!(ranked.map(|address| address.to_string()), wanted);
    }
}
