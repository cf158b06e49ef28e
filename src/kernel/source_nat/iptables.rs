use super::family::Family;
use crate::kernel::program::{Program, failure};
use crate::kernel::{Cause, Namespace};
use crate::lab::Protocol;
use crate::plan::ServiceKey;
use std::fs;
use std::io;
use std::net::SocketAddr;

impl Family {
    fn program(self) -> Program {
        let name = match self {
            Self::Ipv4 => "iptables-legacy",
            Self::Ipv6 => "ip6tables-legacy",
        };
        Program { name, package: "iptables" }
    }

    /// Where the kernel lists the tables in use; xt_table_seq_show in net/netfilter/x_tables.c.
    fn tables(self) -> &'static str {
        match self {
            Self::Ipv4 => "/proc/thread-self/net/ip_tables_names",
            Self::Ipv6 => "/proc/thread-self/net/ip6_tables_names",
        }
    }
}

pub(super) async fn add(namespace: &Namespace, service: &ServiceKey) -> Result<(), Cause> {
    if all(namespace, Family::of(service)).await?.contains(service) {
        return Ok(());
    }
    change(namespace, "-A", service).await
}

pub(super) async fn remove(namespace: &Namespace, service: &ServiceKey) -> Result<(), Cause> {
    change(namespace, "-D", service).await
}

/// Reads the rules. Most nodes have no such table, and need no program to say so.
pub(super) async fn all(namespace: &Namespace, family: Family) -> Result<Vec<ServiceKey>, Cause> {
    if !uses_nat(namespace, family)? {
        return Ok(Vec::new());
    }
    let arguments = ["-w", "-t", "nat", "-S", "POSTROUTING"];
    let output = family.program().run(namespace, &arguments, "").await?;
    if !output.status.success() {
        return Err(failure(&output));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(service).collect())
}

async fn change(namespace: &Namespace, verb: &str, service: &ServiceKey) -> Result<(), Cause> {
    let ServiceKey::Address(protocol, address) = service else {
        return Err(Cause::Other("source NAT by firewall mark".to_owned()));
    };
    let (vip, port) = (address.ip().to_string(), address.port().to_string());
    let protocol = protocol.to_string();
    let arguments = [
        ["-w", "-t", "nat", verb, "POSTROUTING", "-p", &protocol, "-m", "conntrack"].as_slice(),
        &["--ctorigdst", &vip, "--ctorigdstport", &port, "-j", "MASQUERADE"],
    ]
    .concat();
    let output = Family::of(service).program().run(namespace, &arguments, "").await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}

fn uses_nat(namespace: &Namespace, family: Family) -> Result<bool, Cause> {
    let names = namespace.run(|| match fs::read_to_string(family.tables()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    });
    Ok(names.map_err(|e| Cause::io("read", e))?.lines().any(|name| name == "nat"))
}

/// Reads a rule as iptables -S writes it.
fn service(rule: &str) -> Option<ServiceKey> {
    let words: Vec<&str> = rule.split_whitespace().collect();
    let after = |option: &str| {
        let at = words.iter().position(|word| *word == option)?;
        words.get(at + 1).copied()
    };
    if after("-j")? != "MASQUERADE" {
        return None;
    }
    let protocol = Protocol::of_keyword(after("-p")?)?;
    let vip = after("--ctorigdst")?.split('/').next()?.parse().ok()?;
    let port = after("--ctorigdstport")?.parse().ok()?;
    Some(ServiceKey::Address(protocol, SocketAddr::new(vip, port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_which_service_it_is_for() {
        let rule = "-A POSTROUTING -p tcp -m conntrack --ctorigdst 10.0.0.1 --ctorigdstport 80 \
                    -j MASQUERADE";
        let read = service(rule).unwrap();
        assert_eq!(read, ServiceKey::Address(Protocol::Tcp, "10.0.0.1:80".parse().unwrap()));
    }

    #[test]
    fn rules_of_others_are_passed_over() {
        assert_eq!(service("-P POSTROUTING ACCEPT"), None);
        assert_eq!(service("-A POSTROUTING -o eth0 -j MASQUERADE"), None);
    }
}
