use super::director::Remark;
use super::fault::{Fault, Said, Spot};
use super::ipvsadm::Reading;
use super::key::Key;
use super::script::{Word, changing, words};
use super::table::{Server, Service};
use super::value;
use crate::lab::{Family, ForwardingMethod, Protocol, Tunnel};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SAVE: &str = "save the table in the other form: `ipvsadm -S -n`";

/// Whether a text is what `ipvsadm -L -n` prints, or /proc/net/ip_vs.
pub fn is_one(text: &str) -> bool {
    text.lines().any(|line| {
        let first = line.split_ascii_whitespace().next();
        first == Some("->") || line.starts_with("Prot LocalAddress:Port")
    })
}

/// Reads a listing, or says why it is not enough.
pub fn read(text: &str, reading: &mut Reading) -> Result<(), Fault> {
    let lines = || text.lines().enumerate().map(|(number, line)| words(number, line));
    let notation = if lines().any(|words| is_hexadecimal(&words)) {
        Notation::Hexadecimal
    } else {
        Notation::Decimal
    };
    let mut listing = Listing { reading, notation, key: None, has_title: false, weight: 3 };
    for words in lines() {
        listing.line(&words)?;
    }
    Ok(())
}

/// How addresses are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    /// As ipvsadm prints them.
    Decimal,
    /// As /proc/net/ip_vs has them.
    Hexadecimal,
}

fn is_hexadecimal(words: &[Word]) -> bool {
    let Some(word) = words.get(1) else { return false };
    let is_service = matches!(words[0].text.as_str(), "TCP" | "UDP" | "SCTP" | "FWM");
    let is_hex = |text: &str| text.len() == 8 && text.chars().all(|c| c.is_ascii_hexdigit());
    let host = word.text.split(':').next().unwrap_or_default();
    let is_long = word.text.starts_with('[') && word.text.len() == "[]:".len() + 39 + 4;
    is_service && (is_hex(host) || is_long)
}

struct Listing<'r> {
    reading: &'r mut Reading,
    notation: Notation,
    /// The service whose real servers follow; none where it is at fault.
    key: Option<Key>,
    has_title: bool,
    /// Which word of a real server's line is its weight.
    weight: usize,
}

impl Listing<'_> {
    fn line(&mut self, words: &[Word]) -> Result<(), Fault> {
        let Some(first) = words.first() else { return Ok(()) };
        // Those above a listing are in it.
        if let Some(changing) = changing(words).filter(|_| self.has_title) {
            let message = format!("`{}` changes the table behind its listing", changing.text);
            let help = "take the listing anew behind the commands, and leave what stands above out";
            self.reading.faults.push(Fault::wrong(changing.spot, message, help));
            return Ok(());
        }
        let is_service = matches!(first.text.as_str(), "TCP" | "UDP" | "SCTP" | "FWM" | "->");
        self.has_title |= is_service;
        let read = match first.text.as_str() {
            "IP" => {
                self.reading.close();
                Ok(())
            }
            "Prot" => return self.title(words),
            "->" if words.get(1).is_some_and(|word| word.text == "RemoteAddress:Port") => {
                // With --tun-info another column stands before it.
                let is_wide = words.iter().any(|word| word.text == "TunnelInfo");
                self.weight = if is_wide { 4 } else { 3 };
                Ok(())
            }
            "->" => self.server(words),
            "TCP" => self.service(words, Some(Protocol::Tcp)),
            "UDP" => self.service(words, Some(Protocol::Udp)),
            "SCTP" => self.service(words, Some(Protocol::Sctp)),
            "FWM" => self.service(words, None),
            "-A" | "-a" | "--add-service" | "--add-server" => {
                let message = "a saved table and a listing are in one file";
                Err(Fault::wrong(first.spot, message, "keep one of the two"))
            }
            // A command above, or the next prompt.
            _ if !self.has_title || first.text.contains(['@', '#', '$']) => Ok(()),
            other => {
                let message = format!("`{other}` begins no line of `ipvsadm -L -n`");
                Err(Fault::wrong(first.spot, message, "take this line out"))
            }
        };
        self.reading.faults.extend(read.err());
        Ok(())
    }

    /// Of several kinds of listings one has what a table needs.
    fn title(&mut self, words: &[Word]) -> Result<(), Fault> {
        self.has_title = true;
        let spot = words[0].spot;
        if !words.iter().any(|word| word.text == "Scheduler") {
            let message = "this listing of ipvsadm tells numbers, and no scheduler, forwarding \
                           method or weight";
            return Err(Fault::wrong(spot, message, SAVE));
        }
        if self.reading.remarks.is_empty() {
            let flags = match self.notation {
                Notation::Decimal => "",
                Notation::Hexadecimal => ", the scheduler's flags",
            };
            let words = format!(
                "a listing does not tell thresholds{flags} and what tunnels are made of: as if \
                 there were none of these, and all tunnels IPIP"
            );
            self.reading.remarks.push(Remark { spot, words });
        }
        Ok(())
    }

    fn service(&mut self, words: &[Word], protocol: Option<Protocol>) -> Result<(), Fault> {
        self.key = None;
        let mut rest = words.iter().skip(1).peekable();
        let Some(name) = rest.next() else { return Err(cut_off(words[0].spot)) };
        let is_ipv6 = rest.next_if(|word| word.text == "IPv6").is_some();
        let key = match protocol {
            Some(protocol) => self.address(name, protocol)?,
            None => self.mark(name, if is_ipv6 { Family::Inet6 } else { Family::Inet })?,
        };
        let Some(scheduler) = rest.next() else { return Err(cut_off(words[0].spot)) };
        let scheduler = Some(Said { value: scheduler.text.clone(), spot: scheduler.spot });
        let (flags, servers) = (Vec::new(), Vec::new());
        let mut service = Service {
            key,
            one_packet: None,
            scheduler,
            flags,
            persistence: None,
            netmask: None,
            servers,
        };
        self.facts(&mut rest, &mut service)?;
        self.key = Some(key);
        self.reading.service(service);
        Ok(())
    }

    /// What stands behind the scheduler.
    fn facts<'w>(
        &self,
        rest: &mut impl Iterator<Item = &'w Word>,
        service: &mut Service,
    ) -> Result<(), Fault> {
        while let Some(word) = rest.next() {
            match word.text.as_str() {
                "ops" => service.one_packet = Some(Said { value: (), spot: word.spot }),
                "persistent" => {
                    let time = rest.next().ok_or_else(|| cut_off(word.spot))?;
                    service.persistence = Some(self.persistence(time)?);
                }
                "mask" => {
                    let mask = rest.next().ok_or_else(|| cut_off(word.spot))?;
                    let said = Said { value: mask.text.as_str(), spot: mask.spot };
                    service.netmask = Some(value::netmask_of(said, service.key.family())?);
                }
                flags if flags.starts_with('(') => {
                    let bare = flags.trim_matches(['(', ')']);
                    service.flags = value::flags(Said { value: bare, spot: word.spot })?;
                }
                other => {
                    let message = format!("`{other}` of a listing: labs do not have this yet");
                    return Err(Fault::not_yet(word.spot, message, SAVE));
                }
            }
        }
        Ok(())
    }

    /// Only ipvsadm tells it in seconds.
    fn persistence(&self, word: &Word) -> Result<Said<i64>, Fault> {
        match self.notation {
            Notation::Decimal => value::number(Said { value: word.text.as_str(), spot: word.spot }),
            Notation::Hexadecimal => {
                let message = "/proc/net/ip_vs tells the time of persistence in ticks of a kernel";
                Err(Fault::wrong(word.spot, message, SAVE))
            }
        }
    }

    fn address(&self, name: &Word, protocol: Protocol) -> Result<Key, Fault> {
        let (vip, port) = self.endpoint(name)?;
        match port.filter(|port| port.value != 0) {
            Some(port) => Ok(Key::Address { protocol, vip, port }),
            None => Err(value::every_port(vip)),
        }
    }

    fn mark(&self, name: &Word, family: Family) -> Result<Key, Fault> {
        let said = Said { value: name.text.as_str(), spot: name.spot };
        let mark = match self.notation {
            Notation::Decimal => value::mark(said)?,
            Notation::Hexadecimal => hexadecimal(&name.text, name.spot)?,
        };
        Ok(Key::Mark { mark, family })
    }

    fn endpoint(&self, word: &Word) -> Result<value::Endpoint, Fault> {
        let said = Said { value: word.text.as_str(), spot: word.spot };
        if self.notation == Notation::Decimal {
            return value::endpoint(said);
        }
        let wrong = || {
            let message = format!("`{}` is not an address of /proc/net/ip_vs", word.text);
            Fault::wrong(word.spot, message, SAVE)
        };
        let (host, port) = word.text.rsplit_once(':').ok_or_else(wrong)?;
        let address = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(host) => IpAddr::V6(host.parse::<Ipv6Addr>().map_err(|_| wrong())?),
            None => {
                let bits = u32::from_str_radix(host, 16).map_err(|_| wrong())?;
                IpAddr::V4(Ipv4Addr::from(bits))
            }
        };
        Ok((said.map(|_| address), Some(hexadecimal(port, word.spot)?)))
    }

    fn server(&mut self, words: &[Word]) -> Result<(), Fault> {
        let Some(key) = self.key else { return Ok(()) };
        let (Some(name), Some(method), Some(weight)) =
            (words.get(1), words.get(2), words.get(self.weight))
        else {
            return Err(cut_off(words[0].spot));
        };
        let (address, port) = self.endpoint(name)?;
        let forwarding = match method.text.as_str() {
            "Masq" => ForwardingMethod::Nat,
            "Tunnel" => ForwardingMethod::Tun,
            "Route" | "Local" => ForwardingMethod::Dr,
            other => {
                let message = format!("`{other}` is no forwarding method of a listing");
                let help = "methods: `Masq`, `Route`, `Tunnel`, `Local`";
                return Err(Fault::wrong(method.spot, message, help));
            }
        };
        let weight = Some(value::number(Said { value: weight.text.as_str(), spot: weight.spot })?);
        let (tunnel, upper, lower) = (Tunnel::Ipip, None, None);
        self.reading
            .server(&key, Server { address, port, forwarding, tunnel, weight, upper, lower });
        Ok(())
    }
}

fn hexadecimal(text: &str, spot: Spot) -> Result<Said<i64>, Fault> {
    let number = u32::from_str_radix(text, 16).map(|value| Said { value: value.into(), spot });
    number.map_err(|_| {
        let message = format!("`{text}` is no number of /proc/net/ip_vs");
        Fault::wrong(spot, message, SAVE)
    })
}

fn cut_off(spot: Spot) -> Fault {
    Fault::wrong(spot, "this line of a listing ends too early", "copy the whole listing")
}
