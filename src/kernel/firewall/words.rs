use super::chain::Chain;
use super::line;
use super::rule::Rule;
use crate::lab::{Family, FirewallMark, Protocol};
use crate::plan::{PacketMark, ServiceKey};
use std::net::SocketAddr;

/// The comment that tells our rules from those of others.
const OWNER: &str = "lvs-lab";

/// A rule of ours in the words of iptables(8), from the chain's name on.
pub(super) fn written(rule: &Rule) -> Vec<String> {
    let owned = format!("-m comment --comment {OWNER}");
    let text = match rule {
        Rule::SourceNat(ServiceKey::Address(protocol, address)) => format!(
            "-p {protocol} -m conntrack --ctorigdst {} --ctorigdstport {} {owned} -j MASQUERADE",
            address.ip(),
            address.port()
        ),
        Rule::SourceNat(ServiceKey::Mark(mark, _)) => {
            format!("-m mark --mark {mark} {owned} -j MASQUERADE")
        }
        Rule::Mark(packets) => format!(
            "-d {} -p {} -m multiport --dports {} {owned} -j MARK --set-mark {}",
            packets.vip,
            packets.protocol,
            packets.port_list(),
            packets.mark
        ),
    };
    text.split(' ').map(str::to_owned).collect()
}

/// Whose a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// It has our sign.
    Ours,
    /// It has not, and no more conditions than ours has.
    Others,
}

/// What a rule may say beside what is read of it, each with a word behind it.
const UNDERSTOOD: [&str; 13] = [
    "-A",
    "-p",
    "-m",
    "-d",
    "-j",
    "--comment",
    "--ctorigdst",
    "--ctorigdstport",
    "--dports",
    "--dport",
    "--mark",
    "--set-xmark",
    "--to-source",
];

/// Options of ipvs(8) of the extensions of iptables(8): the connection's virtual service.
const OF_IPVS: [&str; 3] = ["--vproto", "--vaddr", "--vport"];

/// Reads a rule such as ours as `iptables -S` writes it.
pub(super) fn read(family: Family, line: &str) -> Option<(Chain, Rule, Owner)> {
    let words = line::words(line);
    let words = Words(words.iter().map(String::as_str).collect());
    let owner = match words.after("--comment") {
        Some(OWNER) => Owner::Ours,
        Some(_) | None if words.are_understood() => Owner::Others,
        Some(_) | None => return None,
    };
    let name = words.after("-A")?;
    let chain = Chain::ALL.into_iter().find(|chain| chain.of_iptables().1 == name)?;
    let rule = match words.after("-j")? {
        "MASQUERADE" | "SNAT" => Rule::SourceNat(words.service(family)?),
        "MARK" => Rule::Mark(words.packets()?),
        _ => return None,
    };
    Some((chain, rule, owner))
}

struct Words<'t>(Vec<&'t str>);

impl<'t> Words<'t> {
    fn after(&self, option: &str) -> Option<&'t str> {
        let at = self.0.iter().position(|word| *word == option)?;
        self.0.get(at + 1).copied()
    }

    /// Whether nothing is said beside what is read.
    fn are_understood(&self) -> bool {
        let mut words = self.0.iter().filter(|word| **word != "--ipvs");
        while let Some(option) = words.next() {
            let is_known = UNDERSTOOD.contains(option) || OF_IPVS.contains(option);
            if !is_known || words.next().is_none() {
                return false;
            }
        }
        true
    }

    /// The address before its prefix length.
    fn address(&self, option: &str) -> Option<std::net::IpAddr> {
        self.after(option)?.split('/').next()?.parse().ok()
    }

    fn protocol(&self) -> Option<Protocol> {
        Protocol::of_keyword(self.after("-p")?)
    }

    /// The virtual service that IPVS knows a connection by.
    fn of_ipvs(&self) -> Option<ServiceKey> {
        let port = self.after("--vport")?.parse().ok()?;
        let address = SocketAddr::new(self.address("--vaddr")?, port);
        let protocol = match self.after("--vproto").and_then(|number| number.parse().ok()) {
            Some(number) => Protocol::of_number(number)?,
            None => self.protocol().unwrap_or_default(),
        };
        Some(ServiceKey::Address(protocol, address))
    }

    fn service(&self, family: Family) -> Option<ServiceKey> {
        if self.after("--vaddr").is_some() {
            return self.of_ipvs();
        }
        if let Some(mark) = self.after("--mark") {
            return Some(ServiceKey::Mark(self::mark(mark)?, family));
        }
        let port = self.after("--ctorigdstport")?.parse().ok()?;
        let address = SocketAddr::new(self.address("--ctorigdst")?, port);
        Some(ServiceKey::Address(self.protocol()?, address))
    }

    fn packets(&self) -> Option<PacketMark> {
        let ports = self.after("--dports").or_else(|| self.after("--dport"))?;
        let ports = ports.split(',').map(|port| port.parse().ok());
        Some(PacketMark {
            mark: mark(self.after("--set-xmark")?)?,
            vip: self.address("-d")?,
            protocol: self.protocol()?,
            ports: ports.collect::<Option<_>>()?,
        })
    }
}

/// `0x1`, or with its mask `0x1/0xffffffff`.
fn mark(word: &str) -> Option<FirewallMark> {
    let number = word.split('/').next()?.strip_prefix("0x")?;
    Some(FirewallMark(u32::from_str_radix(number, 16).ok()?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::firewall::example;

    fn read_of(line: &str, wanted: Owner) -> Option<(Chain, Rule)> {
        let (chain, rule, owner) = read(Family::Inet, line)?;
        (owner == wanted).then_some((chain, rule))
    }

    fn rule(line: &str) -> Option<(Chain, Rule)> {
        read_of(line, Owner::Ours)
    }

    fn typed(line: &str) -> Option<(Chain, Rule)> {
        read_of(line, Owner::Others)
    }

    #[test]
    fn what_is_typed_is_the_same_without_our_sign_and_nothing_beside_it() {
        let web = Some((Chain::Postrouting, Rule::SourceNat(example::web())));
        let matched = "-A POSTROUTING -p tcp -m conntrack --ctorigdst 10.0.0.1 --ctorigdstport 80";
        assert_eq!(typed(&format!("{matched} -j MASQUERADE")), web);
        assert_eq!(typed(&format!("{matched} -j SNAT --to-source 10.0.0.9")), web);
        assert_eq!(typed(&format!("{matched} -m comment --comment mine -j MASQUERADE")), web);
        let more = r#"-m comment --comment "my own rule" -j MASQUERADE"#;
        assert_eq!(typed(&format!("{matched} {more}")), web);
        let ipvs = "-A POSTROUTING -m ipvs --ipvs --vproto 6 --vaddr 10.0.0.1/32 --vport 80";
        assert_eq!(typed(&format!("{ipvs} -j MASQUERADE")), web);
        for more in ["-s 10.0.0.2/32", "-o eth0", "! -i lo", "-m limit --limit 5/sec"] {
            assert_eq!(typed(&format!("{matched} {more} -j MASQUERADE")), None, "{more}");
        }
        let line = "-A OUTPUT -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j MARK --set-xmark \
                    0x1/0xffffffff";
        let one = PacketMark { ports: [80].into(), ..example::mark() };
        assert_eq!(typed(line), Some((Chain::Output, Rule::Mark(one))));
    }

    #[test]
    fn a_rule_says_which_service_it_is_for_and_whose_it_is() {
        let line = "-A POSTROUTING -p tcp -m conntrack --ctorigdst 10.0.0.1 --ctorigdstport 80 \
                    -m comment --comment lvs-lab -j MASQUERADE";
        let web = Rule::SourceNat(example::web());
        assert_eq!(rule(line), Some((Chain::Postrouting, web.clone())));
        assert_eq!(line, format!("-A POSTROUTING {}", written(&web).join(" ")));
    }

    #[test]
    fn marks_are_read_as_iptables_writes_them() {
        let line = "-A PREROUTING -d 10.0.0.1/32 -p tcp -m multiport --dports 80,443 \
                    -m comment --comment lvs-lab -j MARK --set-xmark 0x1/0xffffffff";
        assert_eq!(rule(line), Some((Chain::Prerouting, Rule::Mark(example::mark()))));
        let line = "-A OUTPUT -d 10.0.0.1/32 -p tcp -m tcp --dport 80 \
                    -m comment --comment lvs-lab -j MARK --set-xmark 0x1/0xffffffff";
        let one = PacketMark { ports: [80].into(), ..example::mark() };
        assert_eq!(rule(line), Some((Chain::Output, Rule::Mark(one))));
        let line = "-A POSTROUTING -m mark --mark 0x1 -m comment --comment lvs-lab -j MASQUERADE";
        let service = ServiceKey::Mark(example::mark().mark, Family::Inet);
        assert_eq!(rule(line), Some((Chain::Postrouting, Rule::SourceNat(service))));
    }

    #[test]
    fn rules_of_others_are_passed_over() {
        assert_eq!(rule("-P POSTROUTING ACCEPT"), None);
        assert_eq!(rule("-A POSTROUTING -o eth0 -j MASQUERADE"), None);
        assert_eq!(rule("-A PREROUTING -j MARK --set-xmark 0x1/0xffffffff"), None);
        let theirs = "-A POSTROUTING -m mark --mark 0x1 -m comment --comment mine -j MASQUERADE";
        assert_eq!(rule(theirs), None);
        assert_eq!(typed("-A POSTROUTING -o eth0 -j MASQUERADE"), None);
        assert_eq!(rule("-A PREROUTING -m comment --comment lvs-lab -j ACCEPT"), None);
    }
}
