use super::block::{Statement, Word};
use super::endpoint::{endpoint, is_zero};
use super::reading::{MOST, Reading};
use crate::import::{Key, Said};
use crate::lab::{Family, Protocol};
use indexmap::IndexMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The most addresses of a range that become services.
const MANY: usize = 16;

/// What a virtual_server is known by, when its protocol is not known yet.
#[derive(Clone, Copy, Debug)]
pub enum Name {
    /// An address and a port.
    Address {
        /// The address.
        vip: Said<IpAddr>,
        /// The port; none for every port.
        port: Option<Said<i64>>,
    },
    /// A firewall mark, and the family if it is said.
    Mark {
        /// The mark.
        mark: Said<i64>,
        /// Whose packets have it.
        family: Option<Family>,
    },
}

impl Name {
    /// The key in a table; none for a service of every port.
    pub fn key(self, protocol: Protocol, family: Family) -> Option<Key> {
        match self {
            Self::Address { vip, port } => Some(Key::Address { protocol, vip, port: port? }),
            Self::Mark { mark, family: said } => {
                Some(Key::Mark { mark, family: said.unwrap_or(family) })
            }
        }
    }
}

/// The members of each virtual_server_group, by its name.
pub type Groups = IndexMap<String, Vec<Name>>;

/// The groups of a file, which may stand behind what names them.
pub fn groups(statements: &[Statement], reading: &mut Reading) -> Groups {
    let mut groups = Groups::new();
    let blocks = statements.iter().filter(|s| s.keyword() == "virtual_server_group");
    for block in blocks {
        let Some(name) = reading.argument(block) else { continue };
        let members = block.body().iter().flat_map(|line| members(line, reading)).collect();
        groups.insert(name.text().to_owned(), members);
    }
    groups
}

/// `ADDRESS[-LAST][/LENGTH] [PORT]` or `fwmark MARK [inet|inet6]`
fn members(line: &Statement, reading: &mut Reading) -> Vec<Name> {
    match line.words.as_slice() {
        [word, mark, rest @ ..] if word.text() == "fwmark" => {
            self::mark(line, mark, rest, reading).into_iter().collect()
        }
        [range, rest @ ..] => {
            let port = rest.first().and_then(|word| port(line, word, reading));
            let addresses = addresses(line, range, reading);
            let spot = range.said.spot;
            let name = |value| Name::Address { vip: Said { value, spot }, port };
            addresses.into_iter().map(name).collect()
        }
        [] => Vec::new(),
    }
}

/// What a virtual_server is known by.
pub fn names(block: &Statement, groups: &Groups, reading: &mut Reading) -> Vec<Name> {
    match block.arguments() {
        [word, mark, rest @ ..] if word.text() == "fwmark" => {
            let name = self::mark(block, mark, rest, reading);
            if name.is_none() {
                reading.skipped(block, "its mark is no number", "write a number from 1 on");
            }
            name.into_iter().collect()
        }
        [word, name, ..] if word.text() == "group" => {
            let members = groups.get(name.text()).cloned().unwrap_or_default();
            if members.is_empty() {
                let help = "add addresses or marks to its `virtual_server_group`";
                reading.skipped(block, "there is no group of that name with members", help);
            }
            members
        }
        [vip, rest @ ..] => {
            reading.rest(rest.get(1..).unwrap_or_default());
            match endpoint(vip, rest.first()) {
                Ok((vip, port)) => vec![Name::Address { vip, port }],
                Err(misspelt) => {
                    reading.skipped_for((block, misspelt.spot), &misspelt.why, &misspelt.help);
                    Vec::new()
                }
            }
        }
        [] => {
            reading.lacking(block, "names no service", "add an address and a port");
            Vec::new()
        }
    }
}

/// `MARK [inet|inet6]`
pub fn mark(line: &Statement, mark: &Word, rest: &[Word], reading: &mut Reading) -> Option<Name> {
    let mark = reading.number_of(mark, line, 1..=i64::from(u32::MAX))?;
    let family = match rest.first().map(Word::text) {
        Some("inet6") => Some(Family::Inet6),
        Some("inet") => Some(Family::Inet),
        Some(_) => {
            reading.rest(rest);
            None
        }
        None => None,
    };
    Some(Name::Mark { mark, family })
}

/// A port; as in keepalived, zeros are none.
pub fn port(line: &Statement, word: &Word, reading: &mut Reading) -> Option<Said<i64>> {
    let zero = is_zero(word);
    if zero { None } else { reading.number_of(word, line, 1..=MOST) }
}

/// The addresses of a range, from its first one; too many are cut.
fn addresses(line: &Statement, range: &Word, reading: &mut Reading) -> Vec<IpAddr> {
    let Some((first, last)) = ends(range.text()) else {
        reading.taken_as(line, "keepalived ignores it: it is no address or range of addresses");
        return Vec::new();
    };
    let all = last.saturating_sub(first).saturating_add(1);
    let many = u128::try_from(MANY).unwrap_or(u128::MAX);
    if all > many {
        reading.replaced(line, format!("the lab has the first {MANY} of these {all} addresses"));
    }
    let ipv4 = !range.text().contains(':');
    (first..=last).take(MANY).map(|number| address(number, ipv4)).collect()
}

/// The first and the last address of a range as numbers: `A`, `A-B`, `A-N` with N in the place of
/// A's last part, `A/LENGTH`.
fn ends(text: &str) -> Option<(u128, u128)> {
    if let Some((first, length)) = text.split_once('/') {
        let net = ipnet::IpNet::new(first.parse().ok()?, length.parse().ok()?).ok()?;
        let bare = net.addr() == net.network();
        return bare.then(|| (number(net.network()), number(net.broadcast())));
    }
    let Some((first, last)) = text.split_once('-') else {
        let only = number(text.parse().ok()?);
        return Some((only, only));
    };
    let first: IpAddr = first.parse().ok()?;
    let last = match (last.parse::<IpAddr>(), first) {
        (Ok(last), _) => number(last),
        (Err(_), IpAddr::V4(first)) => {
            u128::from(first.to_bits() & !0xff | u32::from(last.parse::<u8>().ok()?))
        }
        (Err(_), IpAddr::V6(first)) => {
            first.to_bits() & !0xffff | u128::from(u16::from_str_radix(last, 16).ok()?)
        }
    };
    (last >= number(first)).then_some((number(first), last))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn address(number: u128, ipv4: bool) -> IpAddr {
    match u32::try_from(number) {
        Ok(number) if ipv4 => Ipv4Addr::from_bits(number).into(),
        _ => Ipv6Addr::from_bits(number).into(),
    }
}
