use super::firewall::{self, Rule};
use super::ipvs;
use super::proc_net::ProcNet;
use super::site::Site;
use super::socket_use::SocketUse;
use super::{
    Cause, Observed, ObservedAddress, ObservedLink, ObservedService, SyncDaemon, Tunnelled,
    TypedRules, addresses, fou, links, policy_rules, ports, routes, sysctl, ways,
};
use crate::lab::{Port, SysctlKey, Timeouts};
use crate::plan::{PacketMark, ServiceKey};
use ipnet::IpNet;
use rtnetlink::packet_route::address::AddressMessage;
use rtnetlink::packet_route::link::{
    InfoData, InfoIpTunnel, InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkMessage,
};
use std::collections::{BTreeMap, HashMap};

/// Interface names by index.
pub(super) type Interfaces = HashMap<u32, String>;

/// The addresses of a node's interfaces.
pub(super) fn addresses(site: &Site) -> Result<Vec<ObservedAddress>, Cause> {
    named_addresses(site, &names(&links::all(&site.netlink)?))
}

/// Reads a node back.
pub(super) async fn node(site: &mut Site, settings: &[SysctlKey]) -> Result<Observed, Cause> {
    let links = links::all(&site.netlink)?;
    let interfaces = names(&links);
    let routes = routes::all(&site.netlink)?;
    let inside = site.namespace.run(|| Ok(Inside::read(settings)));
    let inside = inside.map_err(|e| Cause::io("setns", e))??;
    let Director { services, timeouts, sync } = ipvs(site, &inside).await?;
    let firewall::Seen { rules, drops } = inside.tables.read(&site.namespace).await?;
    Ok(Observed {
        drops,
        direct_routes: routes.iter().filter_map(|r| ways::direct(r, &interfaces)).collect(),
        links: links.iter().filter_map(|l| link(l, &interfaces)).collect(),
        addresses: named_addresses(site, &interfaces)?,
        routes: routes.iter().filter_map(|r| ways::via(r, &interfaces)).collect(),
        settings: inside.settings,
        services,
        timeouts,
        sync,
        source_nat: rules.whole.iter().filter_map(|rule| source_nat(&rule.what)).collect(),
        marked: rules.whole.iter().filter_map(|rule| marked(&rule.what)).collect(),
        partly_marked: rules.partial.iter().filter_map(|rule| marked(&rule.what)).collect(),
        typed: TypedRules {
            source_nat: rules.typed.iter().filter_map(|rule| rule.part(source_nat)).collect(),
            marked: rules.typed.iter().filter_map(|rule| rule.part(marked)).collect(),
        },
        policy_rules: policy_rules::strange(&site.netlink)?,
        gue: inside.gue,
        listening: inside.listening,
        daemons: Vec::new(),
        processes: Vec::new(),
    })
}

fn source_nat(rule: &Rule) -> Option<ServiceKey> {
    match rule {
        Rule::SourceNat(service) => Some(*service),
        Rule::Mark(_) => None,
    }
}

fn marked(rule: &Rule) -> Option<PacketMark> {
    match rule {
        Rule::SourceNat(_) => None,
        Rule::Mark(packets) => Some(packets.clone()),
    }
}

fn names(links: &[LinkMessage]) -> Interfaces {
    links.iter().filter_map(|l| Some((l.header.index, name(l)?.to_owned()))).collect()
}

fn named_addresses(site: &Site, interfaces: &Interfaces) -> Result<Vec<ObservedAddress>, Cause> {
    let found = addresses::all(&site.netlink)?;
    Ok(found.iter().filter_map(|a| address(a, interfaces)).collect())
}

/// What is read by a thread that is in the namespace: all of it in one visit.
struct Inside {
    settings: BTreeMap<SysctlKey, String>,
    has_virtual_services: bool,
    tables: firewall::Tables,
    gue: Vec<u16>,
    listening: Vec<Port>,
}

impl Inside {
    fn read(settings: &[SysctlKey]) -> Result<Self, Cause> {
        let failed = |call| move |error| Cause::io(call, error);
        let files = ProcNet::here().map_err(failed("open"))?;
        let sockets = SocketUse::read(&files).map_err(failed("read"))?;
        Ok(Self {
            settings: sysctl::here(settings).map_err(failed("read"))?,
            has_virtual_services: ipvs::is_in_use(&files).map_err(failed("read"))?,
            tables: firewall::Tables::of(&files)?,
            gue: fou::ports(&sockets)?,
            listening: ports::of(&files, &sockets).map_err(failed("SOCK_DIAG_BY_FAMILY"))?,
        })
    }
}

/// What IPVS says of a namespace.
#[derive(Default)]
struct Director {
    services: Vec<ObservedService>,
    timeouts: Option<Timeouts>,
    sync: Vec<SyncDaemon>,
}

async fn ipvs(site: &mut Site, inside: &Inside) -> Result<Director, Cause> {
    if !inside.has_virtual_services {
        return Ok(Director::default());
    }
    let ipvs = site.ipvs().await?;
    Ok(Director {
        services: ipvs.services().await?,
        timeouts: Some(ipvs.timeouts().await?),
        sync: ipvs.sync_daemons().await?,
    })
}

fn name(link: &LinkMessage) -> Option<&str> {
    link.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::IfName(name) => Some(name.as_str()),
        _ => None,
    })
}

fn link(message: &LinkMessage, interfaces: &Interfaces) -> Option<ObservedLink> {
    let mut link = ObservedLink {
        name: name(message)?.to_owned(),
        up: message.header.flags.contains(LinkFlags::Up),
        mtu: 0,
        mac: None,
        bridge: None,
        tunnelled: None,
    };
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::Mtu(mtu) => link.mtu = *mtu,
            LinkAttribute::Address(octets) => link.mac = Some(mac(octets)),
            LinkAttribute::LinkInfo(info) => link.tunnelled = tunnelled(info),
            LinkAttribute::Controller(index) => link.bridge = interfaces.get(index).cloned(),
            _ => {}
        }
    }
    Some(link)
}

fn tunnelled(info: &[LinkInfo]) -> Option<Tunnelled> {
    let is_end = info.iter().any(|info| matches!(info, LinkInfo::Kind(InfoKind::Ip6Tnl)));
    let protocol = |info: &InfoIpTunnel| match info {
        InfoIpTunnel::Protocol(protocol) => Some(u8::from(*protocol)),
        _ => None,
    };
    let number = info.iter().filter(|_| is_end).find_map(|info| match info {
        LinkInfo::Data(InfoData::IpTunnel(data)) => data.iter().find_map(protocol),
        _ => None,
    });
    Some(match number? {
        0 => Tunnelled::Any,
        number => Tunnelled::Only(number),
    })
}

fn mac(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(":")
}

fn address(message: &AddressMessage, interfaces: &Interfaces) -> Option<ObservedAddress> {
    let address = addresses::own(message)?;
    Some(ObservedAddress {
        interface: interfaces.get(&message.header.index)?.clone(),
        address: IpNet::new(address, message.header.prefix_len).ok()?,
    })
}
