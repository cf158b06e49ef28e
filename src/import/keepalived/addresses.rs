use super::block::{Statement, Word};
use super::configuration::{Fate, Instance, Vip};
use super::reading::Reading;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// The addresses of a block, each once.
pub fn vips(block: &Statement, reading: &mut Reading) -> Vec<Vip> {
    let lines = block.body().iter();
    let vips: Vec<_> = lines.filter_map(|line| vip(line, reading)).collect();
    let mut once: Vec<Vip> = Vec::new();
    for vip in vips {
        let same = |other: &Vip| other.address.addr() == vip.address.addr();
        if !once.iter().any(same) {
            once.push(vip);
        }
    }
    once
}

/// `ADDRESS[/LENGTH] [dev INTERFACE]`, and what labs leave to the kernel.
fn vip(line: &Statement, reading: &mut Reading) -> Option<Vip> {
    let (word, mut rest) = line.words.split_first()?;
    let address = address(word, line, reading)?;
    let mut interface = None;
    while let [keyword, value, behind @ ..] = rest {
        match keyword.text() {
            "dev" => interface = Some(value.text().to_owned()),
            // Labels and broadcast addresses change nothing of what a lab shows.
            "label" | "brd" | "broadcast" | "scope" => {}
            _ => reading.rest(&[keyword.clone(), value.clone()]),
        }
        rest = behind;
    }
    reading.rest(rest);
    Some(Vip { address, spot: word.said.spot, interface })
}

fn address(word: &Word, line: &Statement, reading: &mut Reading) -> Option<IpNet> {
    let text = word.text();
    let (host, length) = text.split_once('/').map_or((text, None), |(h, l)| (h, Some(l)));
    let Ok(host) = host.parse::<IpAddr>() else {
        let how = "keepalived goes without it: it is no address, and names are not looked up";
        reading.unused(word.said.spot, &line.line(), how);
        return None;
    };
    let whole = IpNet::from(host);
    let Some(length) = length else { return Some(whole) };
    match length.parse().ok().and_then(|length| IpNet::new(host, length).ok()) {
        Some(net) if net.prefix_len() > 0 => Some(net),
        _ => {
            reading.taken_as(line, format!("keepalived takes {whole}"));
            Some(whole)
        }
    }
}

/// Labs have no networks of link-local addresses. One such VIP beside others is left out; alone
/// it is another address with the same end.
pub fn routed(instance: &mut Instance, reading: &mut Reading) {
    for vips in [&mut instance.vips, &mut instance.excluded] {
        let alone = vips.iter().all(is_link_local);
        for vip in vips.iter_mut().filter(|vip| is_link_local(vip)) {
            let words = vip.address.addr().to_string();
            if alone {
                vip.address = unique_local(vip.address);
                let instead = format!("in the lab it is {}", vip.address.addr());
                reading.remark(vip.spot, words, Fate::Replaced(instead));
            } else {
                let instead = "a lab's adverts go without a link-local VIP".to_owned();
                reading.remark(vip.spot, words, Fate::Replaced(instead));
            }
        }
        vips.retain(|vip| !is_link_local(vip));
    }
}

/// An address of fd00::/64 with the end of another one.
fn unique_local(address: IpNet) -> IpNet {
    let IpAddr::V6(link_local) = address.addr() else { return address };
    let end = link_local.to_bits() & u128::from(u64::MAX);
    let moved = Ipv6Addr::from_bits((0xfd00 << 112) | end);
    IpNet::new(moved.into(), address.prefix_len()).unwrap_or(address)
}

/// Whether an address is of a link alone (fe80::/10).
fn is_link_local(vip: &Vip) -> bool {
    match vip.address.addr() {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
