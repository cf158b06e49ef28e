use super::fault::refuse;
use super::node::{Namespace, link};
use super::{Fake, addresses, routes};
use crate::kernel::{Cause, ObservedLink, Tunnelled};
use crate::lab::{NetworkName, NodeName};
use crate::plan::Op;
use nix::errno::Errno;

/// A bridge has 10 bits for port numbers, and 0 is none (`BR_MAX_PORTS`, net/bridge/br_private.h).
const MOST_PORTS: usize = 1023;

pub(super) fn create_bridge(
    world: &mut Fake,
    network: &NetworkName,
    mtu: Option<u32>,
) -> Result<(), Cause> {
    insert(world.namespace(&NodeName::switch())?, link(network.as_str(), mtu))
}

/// Makes a veth pair, or nothing at all.
pub(super) fn connect(world: &mut Fake, op: &Op) -> Result<(), Cause> {
    let Op::Connect { node, interface, network, mtu } = op else { return Ok(()) };
    if world.namespace(node)?.link(interface).is_some() {
        return Err(refuse("RTM_NEWLINK", Errno::EEXIST));
    }
    let switch = world.namespace(&NodeName::switch())?;
    let bridge = Some(network.to_string());
    if switch.link(network.as_str()).is_none() {
        return Err(refuse("SIOCGIFINDEX", Errno::ENODEV));
    }
    if switch.state.links.iter().filter(|l| l.bridge == bridge).count() >= MOST_PORTS {
        return Err(refuse("RTM_NEWLINK", Errno::EXFULL));
    }
    insert(switch, ObservedLink { bridge, ..link(&node.port(interface), *mtu) })?;
    insert(world.namespace(node)?, link(interface, *mtu))
}

pub(super) fn set_up(namespace: &mut Namespace, interface: &str) -> Result<(), Cause> {
    let link = namespace.link(interface).ok_or_else(|| refuse("RTM_NEWLINK", Errno::ENODEV))?;
    link.up = true;
    Ok(())
}

pub(super) fn set_down(namespace: &mut Namespace, interface: &str) {
    if let Some(link) = namespace.link(interface) {
        link.up = false;
        routes::sweep(namespace);
    }
}

pub(super) fn take(
    namespace: &mut Namespace,
    interface: &str,
    tunnelled: Tunnelled,
) -> Result<(), Cause> {
    let link = namespace.link(interface).ok_or_else(|| refuse("SIOCCHGTUNNEL", Errno::ENODEV))?;
    link.tunnelled = Some(tunnelled);
    Ok(())
}

pub(super) fn open_gue(namespace: &mut Namespace, port: u16) -> Result<(), Cause> {
    if namespace.state.gue.contains(&port) {
        return Err(refuse("FOU_CMD_ADD", Errno::EADDRINUSE));
    }
    namespace.state.gue.push(port);
    Ok(())
}

pub(super) fn exists(namespace: &mut Namespace, interface: &str) -> Result<(), Cause> {
    namespace.link(interface).map(drop).ok_or_else(|| refuse("SIOCGIFINDEX", Errno::ENODEV))
}

/// Sets the port of a node's cable down.
pub(super) fn cut(world: &mut Fake, node: &NodeName, interface: &str) -> Result<(), Cause> {
    let switch = world.namespace(&NodeName::switch())?;
    exists(switch, &node.port(interface))?;
    set_down(switch, &node.port(interface));
    Ok(())
}

/// Sets it up again, where there is one.
pub(super) fn plug_in_again(world: &mut Fake, node: &NodeName, interface: &str) {
    if let Ok(switch) = world.namespace(&NodeName::switch()) {
        // A cable that is gone needs no mending.
        let _ = set_up(switch, &node.port(interface));
    }
}

pub(super) fn remove_bridge(namespace: &mut Namespace, network: &NetworkName) {
    remove(namespace, network.as_str());
    let ports = namespace.state.links.iter_mut();
    for port in ports.filter(|port| port.bridge.as_deref() == Some(network.as_str())) {
        port.bridge = None;
    }
}

/// Removes a veth pair by its end in the node; either end takes the other along.
pub(super) fn unplug(world: &mut Fake, node: &NodeName, interface: &str) {
    if let Some(namespace) = world.nodes.get_mut(node) {
        remove(namespace, interface);
    }
    if let Some(switch) = world.nodes.get_mut(&NodeName::switch()) {
        remove(switch, &node.port(interface));
    }
}

/// Removes a namespace, and with it the veth pairs that have an end in it.
pub(super) fn forget_node(world: &mut Fake, node: &NodeName) {
    let Some(gone) = world.nodes.remove(node) else { return };
    if *node != NodeName::switch() {
        for interface in gone.state.links {
            unplug(world, node, &interface.name);
        }
        return;
    }
    for (name, namespace) in &mut world.nodes {
        let names: Vec<_> = namespace.state.links.iter().map(|l| l.name.clone()).collect();
        let plugged = |i: &&String| gone.state.links.iter().any(|port| port.name == name.port(i));
        for interface in names.iter().filter(plugged) {
            remove(namespace, interface);
        }
    }
}

fn insert(namespace: &mut Namespace, new: ObservedLink) -> Result<(), Cause> {
    // What is no interface under /proc/sys/net/ipv4/conf (`sysctl_dev_name_is_allowed`).
    if matches!(new.name.as_str(), "all" | "default") {
        return Err(refuse("RTM_NEWLINK", Errno::EINVAL));
    }
    if namespace.link(&new.name).is_some() {
        return Err(refuse("RTM_NEWLINK", Errno::EEXIST));
    }
    namespace.state.links.push(new);
    Ok(())
}

fn remove(namespace: &mut Namespace, name: &str) {
    namespace.state.links.retain(|link| link.name != name);
    addresses::sweep(namespace);
}
