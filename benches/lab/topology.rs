use std::fmt::Write;
use std::net::Ipv4Addr;
use std::path::Path;

/// The lab's name.
pub const NAME: &str = "bench";

/// The VIP where the kernel can hold virtual services.
pub const VIP: Ipv4Addr = Ipv4Addr::new(10, 0, 255, 100);

const CLIENT: u32 = 0x0a00_0001;

/// Whether this kernel has IPVS ready: without it the labs have no virtual services.
pub fn has_ipvs() -> bool {
    Path::new("/proc/net/ip_vs").exists()
}

/// The address of a real server, counted from 1.
pub fn real_server(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(CLIENT + 1 + number)
}

/// The topology file of a lab with so many real servers: the same work as the rivals do.
pub fn text(size: u32) -> String {
    let mut text = format!(
        "name: {NAME}
networks:
  lan: 10.0.0.0/16
clients:
  client:
    addresses: {{ lan: 10.0.0.1 }}
    gateway: none
directors:
  director:
    addresses: {{ lan: 10.0.0.2 }}
    gateway: 10.0.0.1
    sysctls: {{ net.ipv4.ip_forward: 1 }}
real_servers:
  r:
    addresses: {{ lan: {first} }}
    replicas: {size}
    gateway: 10.0.0.1
    sysctls: {{ net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2 }}
",
        first = real_server(1),
    );
    if has_ipvs() {
        let _ = write!(
            text,
            "virtual_services:
  web: {{ vip: {VIP}, port: 80, scheduler: rr, forwarding: dr, real_servers: [r] }}
"
        );
    }
    text
}
