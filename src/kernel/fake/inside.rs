use super::node::{IPV6_ONLY, Namespace};
use super::{addresses, links, routes, settings, tables};
use crate::kernel::{Cause, Tunnelled};
use crate::lab::Timeouts;
use crate::plan::Op;

/// What works inside one namespace.
pub(super) fn configure(namespace: &mut Namespace, op: &Op) -> Result<(), Cause> {
    match op {
        Op::SetLinkUp { interface, .. } => links::set_up(namespace, interface),
        Op::TakeAny { interface, .. } => links::take(namespace, interface, Tunnelled::Any),
        Op::OpenGue { port, .. } => links::open_gue(namespace, *port),
        Op::AddAddress { interface, address, .. } => addresses::add(namespace, interface, *address),
        Op::AddRoute { destination, via, .. } => routes::add(namespace, *destination, *via),
        Op::SetSysctl { key, value, .. } => settings::write(namespace, key, value),
        Op::SetTimeouts { timeouts, .. } => {
            namespace.state.timeouts = Some(*timeouts);
            Ok(())
        }
        Op::AddSourceNat { service, .. } => tables::add_source_nat(namespace, service),
        Op::MarkPackets { packets, .. } => tables::mark_packets(namespace, packets),
        Op::AddService { service, .. } => {
            tables::put_service(namespace, service);
            Ok(())
        }
        Op::AddDestination { service, destination, .. } => {
            tables::put_destination(namespace, service, destination)
        }
        Op::AwaitAddress { address, .. } => {
            addresses::hold(namespace, *address);
            Ok(())
        }
        Op::ForgetConnections { .. } => {
            namespace.state.services.clear();
            Ok(())
        }
        Op::Impair { interface, .. } => links::exists(namespace, interface),
        _ => Ok(()),
    }
}

/// Takes back what was done inside one namespace. Settings stay: their old value is not known.
pub(super) fn revert(namespace: &mut Namespace, op: &Op) {
    match op {
        Op::CreateBridge { network, .. } => links::remove_bridge(namespace, network),
        Op::SetLinkUp { interface, .. } => links::set_down(namespace, interface),
        Op::TakeAny { interface, .. } => {
            // What is not there takes nothing.
            let _ = links::take(namespace, interface, IPV6_ONLY);
        }
        Op::OpenGue { port, .. } => namespace.state.gue.retain(|there| there != port),
        Op::AddAddress { interface, address, .. } => {
            addresses::remove(namespace, interface, *address);
        }
        Op::AddRoute { destination, via, .. } => routes::remove(namespace, *destination, *via),
        Op::SetTimeouts { .. } => namespace.state.timeouts = Some(Timeouts::default()),
        Op::AddSourceNat { service, .. } => tables::remove_source_nat(namespace, service),
        Op::MarkPackets { packets, .. } => tables::unmark_packets(namespace, packets),
        Op::AddService { service, .. } => tables::remove_service(namespace, &service.key),
        Op::AddDestination { service, destination, .. } => {
            tables::remove_destination(namespace, service, destination);
        }
        _ => {}
    }
}
