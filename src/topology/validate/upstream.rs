use super::super::{faults::Named, rule, wire::List};
use super::draft::{Draft, Lookup};
use crate::lab::{Node, NodeName, Place, Upstream};
use std::net::{IpAddr, SocketAddr};

/// What a list of upstreams says, before the nodes that it names are built.
#[derive(Debug)]
pub struct Asking {
    /// The node that asks, or the group of replicas.
    node: NodeName,
    /// Its backend on this port; without one, all of its backends.
    port: Option<u16>,
    words: List<String>,
    at: Place,
}

/// Remembers whom a node's backends are to ask.
pub fn ask(node: &Node, port: Option<u16>, words: List<String>, draft: &mut Draft<'_>) {
    let at = match port {
        Some(port) => node.at.key("backends").key(&port.to_string()),
        None => node.at.clone(),
    };
    let (node, at) = (node.name.clone(), at.key("upstream"));
    draft.upstreams.push(Asking { node, port, words, at });
}

/// Finds everybody who is to be asked, now that every node has its ports.
pub fn build(draft: &mut Draft<'_>) {
    for asking in std::mem::take(&mut draft.upstreams) {
        let Lookup::Nodes(names) = draft.lookup(asking.node.as_str(), None) else { continue };
        let words = asking.words.0.iter().enumerate();
        let words = words.filter_map(|(i, word)| Some((word.as_ref()?, asking.at.index(i))));
        let asked: Vec<_> =
            words.filter_map(|(word, at)| Some((asked(word, &at, draft)?, at))).collect();
        for name in names {
            let upstream = asked.iter().flat_map(|(who, at)| who.seen_by(&name, at, draft));
            let upstream = upstream.collect();
            put(upstream, &name, asking.port, draft);
        }
    }
}

fn put(upstream: Vec<Upstream>, name: &NodeName, port: Option<u16>, draft: &mut Draft<'_>) {
    let Some(node) = draft.lab.nodes.iter_mut().find(|node| node.name == *name) else { return };
    let serving = &mut node.serving;
    match port {
        None => serving.upstream = upstream,
        Some(port) => {
            let backend = serving.backends.iter_mut().find(|backend| backend.port == port);
            backend.into_iter().for_each(|b| b.upstream = Some(upstream.clone()));
        }
    }
}

/// Who is meant by a word.
enum Asked {
    Address(SocketAddr),
    Nodes(Vec<(NodeName, u16)>),
}

impl Asked {
    /// Where a node asks them.
    fn seen_by(&self, name: &NodeName, at: &Place, draft: &Draft<'_>) -> Vec<Upstream> {
        let upstream = |node, address| Upstream { node, address, at: at.clone() };
        match self {
            Self::Address(address) => vec![upstream(None, *address)],
            Self::Nodes(nodes) => {
                let from = draft.lab.node(name);
                let one = |(node, port): &(NodeName, u16)| {
                    let address = nearest(draft.lab.node(node)?, from?)?;
                    Some(upstream(Some(node.clone()), SocketAddr::new(address, *port)))
                };
                nodes.iter().filter_map(one).collect()
            }
        }
    }
}

/// A node's address on a network that the other one is on too, or its first one.
fn nearest(of: &Node, from: &Node) -> Option<IpAddr> {
    let shared = of.interfaces_shared_with(from).map(|interface| interface.address.addr());
    shared.chain(of.addresses()).next()
}

fn asked(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<Asked> {
    if let Ok(address) = word.parse() {
        return Some(Asked::Address(address));
    }
    if let Ok(address) = word.parse::<IpAddr>() {
        let address = SocketAddr::new(address, 80);
        let help = format!("write the port too, as in `{address}`");
        return unknown(word, (format!("`{word}` has no port"), help), at, draft);
    }
    let (name, port) = match word.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (word, None),
    };
    if let (Ok(_), Some(port)) = (name.parse::<IpAddr>(), port) {
        let message = format!("`{port}` is no port");
        let help = "write its number, 1 to 65535".to_owned();
        return unknown(word, (message, help), at, draft);
    }
    match draft.lookup(name, None) {
        Lookup::Nodes(nodes) => {
            let ports = nodes.into_iter().map(|node| {
                let port = port_of(&node, port, at, draft)?;
                Some((node, port))
            });
            ports.collect::<Option<Vec<_>>>().map(Asked::Nodes)
        }
        Lookup::Faulty => {
            draft.faults.doubt(at);
            None
        }
        Lookup::Unknown => {
            let help = draft.node_help(name, None);
            let message = format!("node `{name}` is not defined");
            unknown(name, (message, help), at, draft)
        }
    }
}

/// The port that a node is asked on: the one that is said, else its only one.
fn port_of(name: &NodeName, said: Option<&str>, at: &Place, draft: &mut Draft<'_>) -> Option<u16> {
    let node = draft.lab.node(name)?;
    let ports: Vec<_> = draft.lab.served_ports(node).into_iter().collect();
    let is_sure = draft.faults.sure(&node.at);
    let listed: Vec<_> = ports.iter().map(|port| format!("`{name}:{port}`")).collect();
    let (message, help) = match (said.map(str::parse), ports.as_slice()) {
        (Some(Ok(port)), _) if ports.contains(&port) => return Some(port),
        (None, [port]) => return Some(*port),
        _ if !is_sure => {
            draft.faults.doubt(at);
            return None;
        }
        (_, []) => (
            format!("nothing serves on `{name}`"),
            "give it a port, as in `backends: { 9000: {} }`".to_owned(),
        ),
        (None, _) => (
            format!("`{name}` serves on several ports"),
            format!("name one of them: {}", listed.join(", ")),
        ),
        (Some(_), _) => (
            format!("nothing serves on port {} of `{name}`", said.unwrap_or_default()),
            format!("it serves on {}", listed.join(", ")),
        ),
    };
    let word = said.map_or(name.to_string(), |port| format!("{name}:{port}"));
    unknown(&word, (message, help), at, draft)
}

/// A word that names no tier is one mistake, however often the file has it.
fn unknown<T>(
    word: &str,
    (message, help): (String, String),
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<T> {
    let fault = rule::UNKNOWN_UPSTREAM.at(at, message, help);
    draft.faults.unknown(Named::Node, word, fault);
    None
}
