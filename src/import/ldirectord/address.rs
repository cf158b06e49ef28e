use crate::import::{Fault, Spot, port};
use crate::lab::Family;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address that a word is. ldirectord asks the resolver for names, and a lab has none.
pub fn address(word: &str, family: Family, spot: Spot) -> Result<IpAddr, Fault> {
    let bare = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(word);
    match (bare.parse::<IpAddr>(), family) {
        (Ok(address), _) if Family::of(address) == family => Ok(address),
        (Ok(_), Family::Inet) => Err(Fault::wrong(
            spot,
            format!("`{word}` is an IPv6 address in a service of IPv4"),
            "write `virtual6`, `real6` and `fallback6`",
        )),
        (Ok(_), Family::Inet6) => Err(Fault::wrong(
            spot,
            format!("`{word}` is an IPv4 address in a service of IPv6"),
            "write an IPv6 address in brackets, as in `[fd00::2]`",
        )),
        (Err(_), Family::Inet) if bare == "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        (Err(_), Family::Inet6) if bare == "localhost" => Ok(Ipv6Addr::LOCALHOST.into()),
        (Err(_), _) if looks_like_address(bare) => {
            let message = format!("`{word}` is not an address");
            Err(Fault::wrong(spot, message, "write an address such as `192.168.6.2`"))
        }
        (Err(_), _) => Err(Fault::not_yet(
            spot,
            format!("`{word}` is a name, and a lab has nobody who could resolve it"),
            "write the address: `getent hosts NAME` prints it",
        )),
    }
}

fn looks_like_address(word: &str) -> bool {
    word.contains(':') || word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The port that a word is, by number or name.
pub fn port(word: &str, spot: Spot) -> Result<i64, Fault> {
    let number = match word.parse::<i64>() {
        Ok(number) => Some(number).filter(|number| (0..=65535).contains(number)),
        Err(_) => port::named(word),
    };
    number.ok_or_else(|| {
        let message = format!("`{word}` is no port");
        Fault::wrong(spot, message, "write the number of a port, 1 to 65535")
    })
}

/// The host and the port of `HOST:PORT`; an IPv6 host is in brackets.
pub fn parted(word: &str) -> (&str, Option<&str>) {
    let end = word.rfind(']').unwrap_or(0);
    match word[end..].find(':') {
        Some(colon) => (&word[..end + colon], Some(&word[end + colon + 1..])),
        None => (word, None),
    }
}
