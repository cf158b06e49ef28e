use crate::kernel::proc_net::ProcNet;
use crate::kernel::{Cause, Namespace};
use crate::lab::{Family, FirewallMark, Protocol};
use crate::plan::ServiceKey;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// A connection that a director remembers (ipvsadm -L -c).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The client; port 0 in a persistence template.
    pub client: SocketAddr,
    /// The transport protocol, and the VIP and port that the client talks to. In a template of a
    /// service by firewall mark it is the mark, as that template is for each of them.
    pub virtual_service: ServiceKey,
    /// The real server.
    pub destination: SocketAddr,
    /// The kernel's word for the state, `ESTABLISHED` or `NONE`.
    pub state: String,
    /// When it is forgotten, unless packets come; whole seconds.
    pub expires: Duration,
}

impl Connection {
    /// Whether it stands for all connections of a client, to keep it with its real server.
    pub fn is_template(&self) -> bool {
        self.client.port() == 0
    }
}

/// Reads the connections of a namespace; none where the kernel has no ip_vs.
pub(in crate::kernel) fn connections(namespace: &Namespace) -> Result<Vec<Connection>, Cause> {
    let read = namespace.run(|| fs::read_to_string("/proc/thread-self/net/ip_vs_conn"));
    match read {
        Ok(text) => Ok(text.lines().filter_map(connection).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Cause::io("read", error)),
    }
}

/// Whether a namespace has any virtual service: without one there is no reason to open a channel.
/// The file begins with three lines of heading.
pub(in crate::kernel) fn is_in_use(files: &ProcNet) -> io::Result<bool> {
    Ok(files.read("ip_vs")?.is_some_and(|text| text.lines().count() > 3))
}

/// Reads a line (ip_vs_conn_seq_show in net/netfilter/ipvs/ip_vs_conn.c); `None` for the heading.
fn connection(line: &str) -> Option<Connection> {
    let mut words = line.split_whitespace();
    let protocol = words.next()?;
    Some(Connection {
        client: socket(words.next()?, words.next()?)?,
        virtual_service: virtual_service(protocol, socket(words.next()?, words.next()?)?)?,
        destination: socket(words.next()?, words.next()?)?,
        state: words.next()?.to_owned(),
        expires: Duration::from_secs(words.next()?.parse().ok()?),
    })
}

/// A mark's template is one of no protocol (IPPROTO_IP), and has the mark in the first four bytes
/// of its virtual address (ip_vs_sched_persist in net/netfilter/ipvs/ip_vs_core.c).
fn virtual_service(protocol: &str, address: SocketAddr) -> Option<ServiceKey> {
    if protocol != "IP" {
        let protocol = Protocol::of_keyword(&protocol.to_lowercase())?;
        return Some(ServiceKey::Address(protocol, address));
    }
    let bits = match address.ip() {
        IpAddr::V4(address) => u32::from(address),
        IpAddr::V6(address) => (u128::from(address) >> 96) as u32,
    };
    let mark = FirewallMark(bits.try_into().ok()?);
    Some(ServiceKey::Mark(mark, Family::of(address.ip())))
}

/// Addresses are eight hexadecimal digits, or IPv6, which the table of services has in brackets and
/// that of connections has not; ports four digits.
pub(super) fn socket(address: &str, port: &str) -> Option<SocketAddr> {
    let address = if address.contains(':') {
        IpAddr::V6(address.trim_matches(['[', ']']).parse::<Ipv6Addr>().ok()?)
    } else {
        IpAddr::V4(Ipv4Addr::from(u32::from_str_radix(address, 16).ok()?))
    };
    Some(SocketAddr::new(address, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_read_from_its_line() {
        let line = "TCP C0A8880A 9C40 C0A88864 0050 C0A889C8 1F90 ESTABLISHED     898";
        let read = connection(line).unwrap();
        assert_eq!(read.client, "192.168.136.10:40000".parse().unwrap());
        let web = ServiceKey::Address(Protocol::Tcp, "192.168.136.100:80".parse().unwrap());
        assert_eq!(read.virtual_service, web);
        assert_eq!(read.destination, "192.168.137.200:8080".parse().unwrap());
        assert_eq!((read.state.as_str(), read.expires), ("ESTABLISHED", Duration::from_secs(898)));
        assert!(!read.is_template());
    }

    #[test]
    fn an_ipv6_template_is_read_from_its_line() {
        let line = "UDP fd00:0000:0000:0000:0000:0000:0000:000a 0000 \
                    fd00:0000:0000:0000:0000:0000:0000:0064 0035 \
                    fd00:0000:0000:0000:0000:0000:0000:00c8 0035 NONE              7 sip x";
        let read = connection(line).unwrap();
        assert_eq!(read.client, "[fd00::a]:0".parse().unwrap());
        assert!(read.is_template());
    }

    #[test]
    fn a_template_of_a_firewall_mark_has_the_mark_for_an_address() {
        let line = "IP  C0A8380A 0000 00000102 0000 C0A83826 0000 ASSURED         299";
        let read = connection(line).unwrap();
        assert!(read.is_template());
        assert_eq!(read.virtual_service.words(), "fwm 258");
        let line = "IP  [fd00:0000:0000:0000:0000:0000:0000:000a] 0000 \
                    [0000:0102:0000:0000:0000:0000:0000:0000] 0000 \
                    [fd00:0000:0000:0000:0000:0000:0000:00c8] 0000 ASSURED         299";
        assert_eq!(connection(line).unwrap().virtual_service.words(), "fwm6 258");
    }

    #[test]
    fn a_tunnel_of_two_families_is_read_from_its_line() {
        let line = "TCP C0A8880A 8602 C0A88864 0050 \
                    fd00:0137:0000:0000:0000:0000:0000:0200 0050 FIN_WAIT        118";
        let read = connection(line).unwrap();
        assert_eq!(read.virtual_service.words(), "tcp 192.168.136.100:80");
        assert_eq!(read.destination, "[fd00:137::200]:80".parse().unwrap());
    }

    #[test]
    fn the_heading_is_no_connection() {
        let heading = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName";
        assert_eq!(connection(heading), None);
    }
}
