use super::connections::socket;
use crate::kernel::Namespace;
use crate::lab::{Family, FirewallMark, Protocol};
use crate::plan::ServiceKey;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::os::unix::fs::FileExt;

/// A weight in a table: the virtual service, the real server, and the weight.
pub(in crate::kernel) type Weight = (ServiceKey, SocketAddr, u32);

/// The kernel's listing of a namespace's table (ip_vs_info_seq_show in
/// net/netfilter/ipvs/ip_vs_ctl.c), held open: reading it again is one system call, where a dump
/// by netlink is several for each virtual service.
pub(in crate::kernel) struct Listing {
    file: File,
    text: Vec<u8>,
}

impl Listing {
    /// Opens it; `None` where the kernel has no ip_vs.
    pub(in crate::kernel) fn open(namespace: &Namespace) -> io::Result<Option<Self>> {
        match namespace.run(|| File::open("/proc/thread-self/net/ip_vs")) {
            Ok(file) => Ok(Some(Self { file, text: Vec::new() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The weights as they are now.
    pub(in crate::kernel) fn weights(&mut self) -> io::Result<Vec<Weight>> {
        self.text.clear();
        let mut page = [0; 4096];
        loop {
            let read = self.file.read_at(&mut page, self.text.len() as u64)?;
            self.text.extend_from_slice(&page[..read]);
            if read == 0 {
                return Ok(weights(&String::from_utf8_lossy(&self.text)));
            }
        }
    }
}

fn weights(text: &str) -> Vec<Weight> {
    let (mut service, mut found) = (None, Vec::new());
    for line in text.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            ["->", address, _method, weight, ..] => {
                let entry = || Some((service?, endpoint(address)?, weight.parse().ok()?));
                found.extend(entry());
            }
            [protocol, rest @ ..] => service = key(protocol, rest),
            _ => {}
        }
    }
    found
}

/// Nothing for the heading. A firewall mark is in hexadecimal digits, and `FWM  00000001 IPv6` for
/// IPv6.
fn key(protocol: &str, rest: &[&str]) -> Option<ServiceKey> {
    let address = rest.first()?;
    if protocol == "FWM" {
        let mark = NonZeroU32::new(u32::from_str_radix(address, 16).ok()?)?;
        let family = if rest.get(1) == Some(&"IPv6") { Family::Inet6 } else { Family::Inet };
        return Some(ServiceKey::Mark(FirewallMark(mark), family));
    }
    let protocol = Protocol::of_keyword(&protocol.to_lowercase())?;
    Some(ServiceKey::Address(protocol, endpoint(address)?))
}

/// `C0A80001:0050`, or `[fd00:…]:0050`.
fn endpoint(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.rsplit_once(':')?;
    socket(address, port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_from_the_listing() {
        let text = "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0A89664:0050 wrr
  -> C0A89607:0050      Route   1      3          8
  -> C0A89606:0050      Route   0      0          0
FWM  00000001 rr
  -> C0A89608:0050      Route   1      0          0
UDP  [fd00:0000:0000:0000:0000:0000:0000:0064]:0035 rr
  -> [fd00:0000:0000:0000:0000:0000:0000:0007]:0035      Masq    5      0          0
";
        let read = weights(text);
        let words: Vec<_> =
            read.iter().map(|(key, to, weight)| format!("{key} {to} {weight}")).collect();
        assert_eq!(
            words,
            [
                "tcp 192.168.150.100:80 192.168.150.7:80 1",
                "tcp 192.168.150.100:80 192.168.150.6:80 0",
                "firewall mark 1 192.168.150.8:80 1",
                "udp [fd00::64]:53 [fd00::7]:53 5"
            ]
        );
    }
}
