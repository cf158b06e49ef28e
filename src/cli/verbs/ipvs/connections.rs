use crate::kernel::Connection;
use std::fmt::Write as _;

/// The connections as `ipvsadm -L -n -c` prints them.
pub fn text(connections: &[Connection]) -> String {
    let mut text = String::from("IPVS connection entries\n");
    text.push_str("pro expire state       source             virtual            destination\n");
    for connection in connections {
        let protocol = connection.protocol.to_string().to_uppercase();
        let (client, virtual_service) = (connection.client, connection.virtual_service);
        let _ = writeln!(
            text,
            "{protocol:<3} {:<6} {:<11} {:<18} {:<18} {}",
            expiry(connection.expires.as_secs()),
            connection.state,
            client.to_string(),
            virtual_service.to_string(),
            connection.destination
        );
    }
    text
}

/// Minutes and seconds.
fn expiry(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}
