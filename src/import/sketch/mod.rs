//! A topology file for a director of which nothing is known but its services: a network of 24 bits
//! (in IPv6 64) for each address, one client beside the VIPs unless replies of NAT would go past
//! the director there, one director on every network, and a router where replies must find their
//! own way.

mod clients;
mod free;
mod grounds;
mod nodes;
mod scenarios;
mod services;
mod words;

pub(super) use free::named;
pub(super) use nodes::{node, silent};
pub(super) use scenarios::answers;
pub(super) use services::http;
pub(super) use words::{entry, settings, tunnel};

use super::director::Director;
use super::{Page, Spot, scalar};
use crate::lab::LabName;
use crate::text::visible;
use grounds::Grounds;

/// What a topology file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// What ipvsadm(8) prints.
    Ipvsadm,
    /// An ldirectord.cf.
    Ldirectord,
}

impl Origin {
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Ipvsadm => ["a table of ipvsadm", "the table's"],
            Self::Ldirectord => ["ldirectord.cf", "what ldirectord is told"],
        }
    }
}

/// A topology file that is made of another tool's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    page: Page,
    /// Names of the lab, each with what the other file calls it.
    names: Vec<(String, String)>,
    /// The names of its networks.
    networks: Vec<String>,
    /// Addresses that no word of the other file says.
    guessed: Vec<String>,
}

impl Sketch {
    /// The topology file.
    pub fn text(&self) -> String {
        self.page.text()
    }

    /// What the other file calls what has this name in the topology file.
    pub fn said(&self, name: &str) -> Option<&str> {
        let found = self.names.iter().find(|(known, _)| known == name);
        found.map(|(_, said)| said.as_str())
    }

    /// Whether a network has this name, which no word of the other file gives it.
    pub fn has_network(&self, name: &str) -> bool {
        self.networks.iter().any(|known| known == name)
    }

    /// Whether an address is a guess, so that the other file does not say it.
    pub fn is_guessed(&self, address: &str) -> bool {
        self.guessed.iter().any(|known| known == address)
    }

    /// The word of the other file that a place of the topology file comes from; line and column
    /// count from 1.
    pub fn origin(&self, line: usize, column: usize) -> Option<Spot> {
        self.page.origin(line, column)
    }
}

/// A topology file for a director of which nothing else is known.
pub fn sketch(name: &LabName, director: &Director, origin: Origin) -> Sketch {
    let mut grounds = Grounds::of(director);
    let mut page = Page::default();
    page.guess(&head(&grounds, director, origin));
    page.guess(&format!("\nname: {}\n", scalar(name.as_str())));
    nodes::write(&mut page, &mut grounds, director);
    services::write(&mut page, &grounds, director);
    page.guess(&scenarios::of(director));
    let table = director.table();
    let services = table.services.iter().map(|service| service.key.to_string());
    let nodes = grounds.servers.values().map(|node| (node.name.clone(), node.address.to_string()));
    let names = table.names().into_iter().zip(services).chain(nodes).collect();
    let networks = [&grounds.networks, &grounds.back, &grounds.far];
    let networks = networks.into_iter().flat_map(|networks| networks.values()).cloned().collect();
    let guessed = grounds.guessed().map(|address| address.to_string()).collect();
    Sketch { page, names, networks, guessed }
}

fn head(grounds: &Grounds, director: &Director, origin: Origin) -> String {
    let router = if grounds.routed { ", router" } else { "" };
    let [file, whose] = origin.words();
    let mut text = format!(
        "# Made from {file}: networks, client{router} and director are guesses, addresses of\n\
         # services and real servers are {whose}.\n"
    );
    let notes = grounds.notes.iter().cloned();
    let remarks = director.remarks.iter().map(|r| format!("line {}: {}", r.spot.line + 1, r.words));
    let lines: Vec<_> = notes.chain(remarks).collect();
    if !lines.is_empty() {
        text += "#\n";
    }
    for line in lines {
        // What another file says must not end the comment.
        text += &format!("# - {}\n", visible(&line));
    }
    text
}
