//! Whether directors get to the real servers of their tables: one fault for all of a table that a
//! director cannot get to.

use super::super::rule;
use super::forwarding::{Entry, title};
use super::{View, link, reach, trust::Ground};
use crate::lab::{Family, ForwardingMethod, Gateway, Interface, Node, NodeName, Place};
use std::collections::HashSet;
use std::net::IpAddr;

/// The entries of one virtual service's table.
type Table<'t, 'l> = &'t [&'t Entry<'l>];

fn tables<'t, 'l>(entries: &'t [Entry<'l>]) -> impl Iterator<Item = &'t [Entry<'l>]> {
    entries.chunk_by(|a, b| a.service.at == b.service.at)
}

/// Only a tunnel can carry one family in the other.
pub fn families(entries: &[Entry<'_>], view: &mut View<'_>) {
    for table in tables(entries) {
        let stuck: Vec<_> = table.iter().filter(|entry| entry.is_stuck()).collect();
        let Some(first) = stuck.first() else { continue };
        let (vip, rip) = (Family::of(first.service.vip), Family::of(first.destination.address));
        let at = match stuck.len() == first.service.destinations.len() {
            true => first.service.at.key("vip"),
            false => first.destination.at.clone(),
        };
        view.push(rule::MIXED_FAMILIES.at(
            &at,
            format!(
                "the VIP is {vip}, and {} of {} {} only {rip}",
                named(&stuck),
                title(first.destination.forwarding),
                if stuck.len() == 1 { "has" } else { "have" },
            ),
            format!(
                "give it an address in a network of {vip}, or use TUN: IPVS takes one family to \
                 the other only in a tunnel"
            ),
        ));
    }
}

/// The directors that do not find their real servers.
pub fn links(entries: &[Entry<'_>], view: &mut View<'_>) {
    let known = view.trusts(&[Ground::Ways]);
    let mut told: HashSet<(&NodeName, IpAddr)> = HashSet::new();
    for table in tables(entries) {
        let directors = table.first().map(|entry| entry.directors.clone()).unwrap_or_default();
        for director in directors {
            // That a director cannot get to a real server is told once, whatever the service.
            let mut fresh: Vec<_> = table.iter().collect();
            fresh.retain(|e| !told.contains(&(&director.name, e.destination.address)));
            let (near, far): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|e| is_dr(e));
            let apart: Vec<_> = near.into_iter().filter(|e| !is_neighbour(director, e)).collect();
            not_linked(director, &apart, view);
            let missed = if known { missed(director, far, view) } else { Vec::new() };
            unreachable(director, &missed, view);
            let both = apart.iter().chain(&missed);
            told.extend(both.map(|e| (&director.name, e.destination.address)));
        }
    }
}

fn is_dr(entry: &Entry<'_>) -> bool {
    entry.destination.forwarding == ForwardingMethod::Dr
}

/// The real servers to which no next hops lead.
fn missed<'t, 'l>(
    director: &Node,
    mut entries: Vec<&'t Entry<'l>>,
    view: &View<'_>,
) -> Vec<&'t Entry<'l>> {
    let goal = |e: &Entry<'_>| reach::Goal::address(view.lab, e.destination.address);
    entries.retain(|entry| {
        let goal = goal(entry);
        !reach::arrives(view.lab, director, &goal) && !view.goes_astray(director, &goal)
    });
    entries
}

fn is_neighbour(director: &Node, entry: &Entry<'_>) -> bool {
    let family = Family::of(entry.destination.address);
    let rip = |i: &Interface| i.address.contains(&entry.destination.address);
    director.interfaces_shared_with(entry.server).any(|i| family.has(i.address) && rip(i))
}

fn not_linked(director: &Node, apart: Table<'_, '_>, view: &mut View<'_>) {
    let Some(first) = apart.first() else { return };
    view.push(rule::DR_LINK.at(
        &first.destination.at,
        format!("{} and director `{}` share no network", named(apart), director.name),
        "plug both into one network: DR only changes the MAC address, so the real server must be a \
         neighbour",
    ));
}

fn unreachable(director: &Node, missed: Table<'_, '_>, view: &mut View<'_>) {
    let Some(first) = missed.first() else { return };
    let message = format!("director `{}` has no way to {}", director.name, named(missed));
    let (at, message, help) = match reach::way(view.lab, director, first.destination.address).end {
        reach::End::Lost(at, hop) if at.gateway == Gateway::Address(hop) => (
            at.at.key("gateway"),
            format!("{message}: no node of the lab has the gateway's address `{hop}`"),
            "choose the address of a node that leads there, as a router does",
        ),
        reach::End::Lost(..)
        | reach::End::Link(_)
        | reach::End::Nowhere
        | reach::End::Circle(_) => (
            first.destination.at.clone(),
            message,
            "plug both into one network, or give the director a gateway or a route",
        ),
    };
    view.undermine(Ground::Ways, rule::SERVER_UNREACHABLE.at(&at, message, help));
}

/// The real servers in backticks, replicas by the first of them, and how many more there are.
fn named(entries: Table<'_, '_>) -> String {
    let mut seen: HashSet<&Place> = HashSet::new();
    let firsts = entries.iter().filter(|entry| seen.insert(&entry.destination.at));
    link::some_names(firsts.map(|entry| &entry.server.name))
}
