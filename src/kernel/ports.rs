use super::Cause;
use super::namespace::Namespace;
use std::collections::BTreeSet;
use std::fs;
use std::io;

/// Reads which TCP ports have a listener, on whatever address.
pub(super) fn listening(namespace: &Namespace) -> Result<Vec<u16>, Cause> {
    let read = namespace.run(|| {
        let mut ports = BTreeSet::new();
        for table in ["tcp", "tcp6"] {
            match fs::read_to_string(format!("/proc/thread-self/net/{table}")) {
                Ok(text) => ports.extend(text.lines().filter_map(listener)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ports.into_iter().collect())
    });
    read.map_err(|e| Cause::io("read", e))
}

/// The port of a line (Documentation/networking/proc_net_tcp.rst), if its state is LISTEN, 0A.
fn listener(line: &str) -> Option<u16> {
    let mut words = line.split_whitespace().skip(1);
    let (_, port) = words.next()?.rsplit_once(':')?;
    let state = words.nth(1)?;
    (state == "0A").then_some(())?;
    u16::from_str_radix(port, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listeners_count() {
        let listen = "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000";
        let established = "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 0";
        let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt";
        assert_eq!(listener(listen), Some(8080));
        assert_eq!(listener(established), None);
        assert_eq!(listener(heading), None);
    }
}
