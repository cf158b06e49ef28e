use super::{Key, Said, Server, Service, Spot, Table};
use crate::lab::{ForwardingMethod, OnFailure, Probe};
use std::net::IpAddr;
use std::time::Duration;

/// What a file tells of one director: its table, how it checks the real servers, and what labs have
/// no counterpart of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Director {
    /// The virtual services.
    pub services: Vec<Held>,
    /// What becomes of words that are not in the lab as they stand, a sentence each.
    pub remarks: Vec<Remark>,
}

/// A virtual service of a director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its part of the table.
    pub service: Service,
    /// The port of a service by its mark, where the file lets it be known.
    pub port: Option<i64>,
    /// How its real servers are checked; none where they always serve.
    pub check: Option<Check>,
    /// Who serves while no real server does.
    pub sorry: Option<Sorry>,
}

/// How real servers are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is tried.
    pub probe: Probe,
    /// The time between two checks.
    pub interval: Duration,
    /// How long one may take.
    pub timeout: Duration,
    /// How many must fail in a row.
    pub failures: u32,
    /// What becomes of a server that fails.
    pub on_failure: OnFailure,
    /// Where the file says so.
    pub spot: Spot,
    /// Where it says what is tried.
    pub asked: Spot,
}

/// Who serves while no real server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorry {
    /// Its address.
    pub address: Said<IpAddr>,
    /// Its port; none for the virtual port.
    pub port: Option<i64>,
    /// How packets get to it.
    pub forwarding: ForwardingMethod,
}

/// What becomes of words of a file that are not in the lab as they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Where they are.
    pub spot: Spot,
    /// A sentence without its full stop.
    pub words: String,
}

impl Director {
    /// The director that has this table.
    pub fn of(table: Table) -> Self {
        let mut director = Self { remarks: table.remarks, ..Self::default() };
        for mut service in table.services {
            let servers = std::mem::take(&mut service.servers);
            service.servers = with_ports(servers, service.key, &mut director.remarks);
            director.services.push(Held { service, port: None, check: None, sorry: None });
        }
        director
    }

    /// The services as a table, which names them.
    pub fn table(&self) -> Table {
        let services = self.services.iter().map(|held| held.service.clone()).collect();
        Table { services, ..Table::default() }
    }
}

/// Real servers with the ports that ipvsadm gives them: only NAT may have another than the virtual
/// one.
pub fn with_ports(servers: Vec<Server>, key: Key, remarks: &mut Vec<Remark>) -> Vec<Server> {
    let Key::Address { port: virtual_port, .. } = key else { return servers };
    let with_port = |mut server: Server| {
        let own = server.port.map(|port| port.value);
        let maps = !server.forwarding.keeps_vip() && own != Some(0);
        if own.is_some_and(|own| own != virtual_port.value) && !maps {
            let (spot, address) = (server.address.spot, server.address.value);
            let words = format!("the port of {address} is the virtual one to ipvsadm");
            remarks.push(Remark { spot, words });
            server.port = Some(Said { value: virtual_port.value, spot });
        }
        server
    };
    servers.into_iter().map(with_port).collect()
}
