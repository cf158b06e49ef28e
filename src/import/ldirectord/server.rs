use super::address::{address, parted, port};
use super::line::Line;
use crate::import::director::Sorry;
use crate::import::{Fault, Said, Server};
use crate::lab::{Family, ForwardingMethod, Tunnel};
use std::net::{IpAddr, Ipv4Addr};

/// More real servers than any lab has room for.
const MOST: u32 = 1024;

/// The real servers of a line, `HOST[->HOST][:PORT] METHOD [WEIGHT] ["REQUEST", "RECEIVE"] [l:N]
/// [u:N]`, and whether they are asked for something of their own.
pub fn real(line: &Line, family: Family) -> Result<(Vec<Server>, bool), Fault> {
    let words = line.words();
    let (Some((at, first)), Some((_, method))) = (words.first(), words.get(1)) else {
        let message = "a real server has an address and a forwarding method";
        return Err(Fault::wrong(line.value_spot(), message, "write `192.168.6.2:80 gate`"));
    };
    let forwarding = forwarding(method, line.spot(2))?;
    let entry = entry(line, words.get(2..).unwrap_or_default())?;
    let (hosts, port) = addresses(first, family, line, *at)?;
    let server = |address: IpAddr| Server {
        address: Said { value: address, spot: line.spot(*at) },
        port: Some(Said { value: port, spot: line.spot(*at) }),
        forwarding,
        tunnel: Tunnel::Ipip,
        weight: Some(entry.weight),
        upper: entry.upper,
        lower: entry.lower,
    };
    Ok((hosts.into_iter().map(server).collect(), entry.is_asked))
}

/// What follows the forwarding method.
struct Entry {
    weight: Said<i64>,
    upper: Option<Said<i64>>,
    lower: Option<Said<i64>>,
    is_asked: bool,
}

fn entry(line: &Line, words: &[(usize, &str)]) -> Result<Entry, Fault> {
    let weight = Said { value: 1, spot: line.spot(2) };
    let mut entry = Entry { weight, upper: None, lower: None, is_asked: false };
    let mut quoted = 0;
    for (position, (number, word)) in words.iter().enumerate() {
        let said = |digits: &str| {
            // ldirectord takes no sign.
            let digits = digits.starts_with(|c: char| c.is_ascii_digit()).then_some(digits)?;
            digits.parse().ok().map(|value: i64| Said { value, spot: line.spot(*number) })
        };
        let limit = |prefix| word.strip_prefix(prefix).and_then(said);
        if let (0, Some(weight)) = (position, said(word)) {
            entry.weight = weight;
        } else if let Some(lower) = limit("l:") {
            entry.lower = Some(lower);
        } else if let Some(upper) = limit("u:") {
            entry.upper = Some(upper);
        } else if word.len() > 1 && word.starts_with('"') && word.ends_with('"') {
            quoted += 1;
        } else {
            return Err(around(line, *number, word));
        }
    }
    if quoted != 0 && quoted != 2 {
        let (number, word) = words[words.len() - 1];
        return Err(around(line, number, word));
    }
    Ok(Entry { is_asked: quoted == 2, ..entry })
}

fn around(line: &Line, word: usize, text: &str) -> Fault {
    Fault::wrong(
        line.spot(word),
        format!("`{text}` does not belong to a real server"),
        "after the method come a weight, `\"REQUEST\", \"RECEIVE\"`, `l:N` and `u:N`, in this order",
    )
}

fn forwarding(word: &str, spot: crate::import::Spot) -> Result<ForwardingMethod, Fault> {
    match word {
        "gate" => Ok(ForwardingMethod::Dr),
        "masq" => Ok(ForwardingMethod::Nat),
        "ipip" => Ok(ForwardingMethod::Tun),
        _ => {
            let message = format!("`{word}` is no forwarding method of ldirectord's");
            Err(Fault::wrong(spot, message, "methods: `gate`, `masq`, `ipip`"))
        }
    }
}

/// The addresses of a word, and its port; 0 where it has none.
fn addresses(
    word: &str,
    family: Family,
    line: &Line,
    at: usize,
) -> Result<(Vec<IpAddr>, i64), Fault> {
    let spot = line.spot(at);
    let (first, last) = word.split_once("->").map_or((word, None), |(f, l)| (f, Some(l)));
    let (last, number) = parted(last.unwrap_or(first));
    let number = number.map_or(Ok(0), |word| port(word, spot))?;
    let end = address(last, family, spot)?;
    if !word.contains("->") {
        return Ok((vec![end], number));
    }
    match (address(first, family, spot)?, end) {
        (IpAddr::V4(begin), IpAddr::V4(end)) if begin <= end => {
            range(begin, end).map(|all| (all, number)).ok_or_else(|| {
                let message = format!("the range `{word}` has more than {MOST} real servers");
                Fault::not_yet(spot, message, "choose a shorter one")
            })
        }
        (IpAddr::V4(_), IpAddr::V4(_)) => {
            let message = format!("the range `{word}` ends before it begins");
            Err(Fault::wrong(spot, message, "write the lower address first"))
        }
        _ => {
            let message = "ldirectord has no ranges of IPv6 addresses";
            Err(Fault::wrong(spot, message, "write a line for each real server"))
        }
    }
}

fn range(begin: Ipv4Addr, end: Ipv4Addr) -> Option<Vec<IpAddr>> {
    let (begin, end) = (u32::from(begin), u32::from(end));
    (end - begin < MOST).then(|| (begin..=end).map(|n| Ipv4Addr::from(n).into()).collect())
}

/// `HOST[:PORT] [METHOD]`: who serves while no real server does.
pub fn fallback(line: &Line, family: Family) -> Result<Sorry, Fault> {
    let words = line.words();
    let Some((at, host)) = words.first() else {
        let message = "`fallback` names nobody";
        return Err(Fault::wrong(line.spot(0), message, "write `127.0.0.1:80 gate`"));
    };
    let spot = line.spot(*at);
    let (host, number) = parted(host);
    let number = number.map(|word| port(word, spot)).transpose()?;
    let forwarding = match words.get(1) {
        Some((number, word)) => forwarding(word, line.spot(*number))?,
        None => ForwardingMethod::Dr,
    };
    let address = Said { value: address(host, family, spot)?, spot };
    Ok(Sorry { address, port: number.filter(|port| *port != 0), forwarding })
}
