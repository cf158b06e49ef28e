use super::fault::{Fault, Said};
use super::port;
use super::table::Netmask;
use crate::lab::{Family, SchedulerFlag};
use std::net::{IpAddr, Ipv4Addr};

/// An address, and the port behind it.
pub type Endpoint = (Said<IpAddr>, Option<Said<i64>>);

const NUMERIC: &str = "let ipvsadm print numbers: `ipvsadm -S -n`";

/// `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`.
pub fn endpoint(said: Said<&str>) -> Result<Endpoint, Fault> {
    let (host, port) = parted(said.value);
    let address = host.parse().map_err(|_| {
        let shown = if said.value.contains(QUOTES) { said.value } else { host };
        let message = format!("`{shown}` is not an address");
        Fault::wrong(said.spot, message, address_help(said.value))
    })?;
    let port = match port {
        None => None,
        Some(word) => Some(word.parse().ok().or_else(|| port::named(word)).ok_or_else(|| {
            Fault::wrong(said.spot, format!("`{word}` is not the number of a port"), NUMERIC)
        })?),
    };
    Ok((said.map(|_| address), port.map(|port| said.map(|_| port))))
}

/// What a shell would take away.
const QUOTES: [char; 2] = ['"', '\''];

/// What mends a word that is no address.
fn address_help(word: &str) -> &'static str {
    if word.contains(QUOTES) {
        return "take the quotes out: no shell reads a saved table";
    }
    if word.contains('/') {
        return "leave the length of the prefix out";
    }
    if word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ':') {
        return "write four numbers of 0 to 255, without zeros before them";
    }
    NUMERIC
}

/// Whether a port has 16 bits.
pub fn within(port: Said<i64>) -> Result<(), Fault> {
    if (0..=65535).contains(&port.value) {
        return Ok(());
    }
    let message = format!("the port `{}` is out of range", port.value);
    Err(Fault::wrong(port.spot, message, "choose 1 to 65535"))
}

/// The host and the port. An IPv6 address is in brackets, or has no port.
fn parted(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

/// A whole number.
pub fn number(said: Said<&str>) -> Result<Said<i64>, Fault> {
    match said.value.parse() {
        Ok(number) => Ok(said.map(|_| number)),
        Err(_) => {
            let message = format!("`{}` is not a whole number", said.value);
            Err(Fault::wrong(said.spot, message, "write digits, as in `3`"))
        }
    }
}

/// A firewall mark. ipvsadm prints it as a signed number of 32 bits, and reads an unsigned one.
pub fn mark(said: Said<&str>) -> Result<Said<i64>, Fault> {
    number(said).map(|number| {
        number.map(|mark| i32::try_from(mark).map_or(mark, |mark| mark.cast_unsigned().into()))
    })
}

/// The netmask of persistence, as in `255.255.255.0`.
pub fn netmask(said: Said<&str>) -> Result<Said<Netmask>, Fault> {
    let bits = said.value.parse::<Ipv4Addr>().map(u32::from).ok();
    let mask = bits.filter(|bits| bits.leading_ones() + bits.trailing_zeros() == 32);
    match mask {
        Some(mask) => Ok(said.map(|_| Netmask(mask.leading_ones().into()))),
        None => Err(Fault::wrong(
            said.spot,
            format!("`{}` is not a netmask", said.value),
            "write ones before zeros, as in `255.255.255.0`",
        )),
    }
}

/// The netmask of persistence of IPv6, as in `64`.
pub fn prefix_length(said: Said<&str>) -> Result<Said<Netmask>, Fault> {
    number(said).map(|bits| bits.map(Netmask))
}

/// The netmask of persistence of either family.
pub fn netmask_of(said: Said<&str>, family: Family) -> Result<Said<Netmask>, Fault> {
    match family {
        Family::Inet => netmask(said),
        Family::Inet6 => prefix_length(said),
    }
}

/// A service that has no port of its own.
pub fn every_port(vip: Said<IpAddr>) -> Fault {
    let help = match vip.value {
        IpAddr::V4(_) => "add a port, as in `:80`",
        IpAddr::V6(_) => "put the address in brackets, and a port behind them: `[2001:db8::80]:80`",
    };
    let message = format!("`{}` is a service of every port: labs do not have these yet", vip.value);
    Fault::not_yet(vip.spot, message, help)
}

/// The scheduler's flags, as in `sh-fallback,sh-port`.
pub fn flags(said: Said<&str>) -> Result<Vec<SchedulerFlag>, Fault> {
    let flag = |word| match word {
        "sh-fallback" | "mh-fallback" => Ok(SchedulerFlag::Fallback),
        "sh-port" | "mh-port" => Ok(SchedulerFlag::Port),
        "flag-1" | "flag-2" | "flag-3" => Err(Fault::not_yet(
            said.spot,
            format!("`{word}`: no scheduler of a lab has a flag of that name"),
            "take it out: of ipvsadm's schedulers only `sh` and `mh` look at flags",
        )),
        _ => Err(Fault::wrong(
            said.spot,
            format!("ipvsadm has no scheduler flag `{word}`"),
            "flags: `sh-fallback`, `sh-port`, `mh-fallback`, `mh-port`",
        )),
    };
    said.value.split(',').map(flag).collect()
}
