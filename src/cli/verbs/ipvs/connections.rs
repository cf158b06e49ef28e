use crate::kernel::Connection;
use crate::plan::ServiceKey;
use std::fmt::Write as _;

/// The connections as `ipvsadm -L -n -c` prints them, but for templates of a firewall mark: there it
/// takes the mark for an address, `0.0.0.1:0`.
pub fn text(connections: &[Connection]) -> String {
    let mut text = String::from("IPVS connection entries\n");
    text.push_str("pro expire state       source             virtual            destination\n");
    for connection in connections {
        let (protocol, virtual_service) = virtual_service(connection.virtual_service);
        let client = connection.client;
        let _ = writeln!(
            text,
            "{protocol:<3} {:<6} {:<11} {:<18} {:<18} {}",
            expiry(connection.expires.as_secs()),
            connection.state,
            client.to_string(),
            virtual_service,
            connection.destination
        );
    }
    text
}

/// The protocol, and what the client talks to.
fn virtual_service(key: ServiceKey) -> (String, String) {
    match key {
        ServiceKey::Address(protocol, address) => {
            (protocol.to_string().to_uppercase(), address.to_string())
        }
        ServiceKey::Mark(mark, _) => ("IP".to_owned(), format!("mark {mark}")),
    }
}

/// Minutes and seconds.
fn expiry(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}
