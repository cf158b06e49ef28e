use super::super::{
    rule, suggest,
    wire::{Entries, NumberOrText},
};
use super::{Draft, ipvs};
use crate::diag::Diagnostic;
use crate::lab::{KERNELS_INTERFACES, Place, Sysctl, SysctlKey};
use std::sync::LazyLock;

/// Every setting that is known, beside those of IPVS.
const LIST: &str = include_str!("sysctls.txt");

/// What stands for an interface in a known setting.
const ANY: &str = "*";

/// How many letters may be wrong in a slip.
const SLIP: usize = 2;

/// What a known setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Numbers,
    Text,
    /// Nothing in a network namespace.
    Nothing,
}

/// A setting that is known.
struct Known {
    name: String,
    takes: Takes,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    let listed = lines.map(|line| match line.split_once(' ') {
        None => Known { name: line.to_owned(), takes: Takes::Numbers },
        Some((name, "text")) => Known { name: name.to_owned(), takes: Takes::Text },
        Some((name, _)) => Known { name: name.to_owned(), takes: Takes::Nothing },
    });
    let ipvs = ipvs::NAMES.iter().map(|name| Known {
        name: format!("net.ipv4.vs.{name}"),
        takes: if *name == "est_cpulist" { Takes::Text } else { Takes::Numbers },
    });
    listed.chain(ipvs).collect()
});

/// The settings of a node that has so many interfaces.
pub fn build(
    sysctls: Entries<NumberOrText>,
    interfaces: usize,
    all: &Place,
    draft: &mut Draft<'_>,
) -> Vec<Sysctl> {
    let mut built = Vec::new();
    for (key, value) in sysctls.0 {
        let at = all.key(&key);
        if is_setting(&key, interfaces, &at, draft)
            && let Some(value) = value.map(|value| value.to_string())
            && is_value(&key, &value, &at, draft)
        {
            built.push(Sysctl { key: SysctlKey(key), value, at });
        }
    }
    built
}

/// Whether a node of a lab can be given this setting, as far as is known.
fn is_setting(key: &str, interfaces: usize, at: &Place, draft: &mut Draft<'_>) -> bool {
    if !namespaced(key) {
        let path = key.trim_matches('/').trim_start_matches("proc/sys/").replace('/', ".");
        let settable = KNOWN.iter().filter(|known| known.takes != Takes::Nothing);
        let whole = settable.map(|known| known.name.replace(ANY, "all"));
        let whole =
            whole.filter(|name| !key.contains('.') && leaf(name) == key).min_by_key(String::len);
        let help = match whole {
            _ if key.contains('/') => format!("write it with dots: `{path}`"),
            Some(whole) => format!("write the whole name: `{whole}`"),
            None => "use settings that begin with `net.`: the others belong to the whole machine"
                .to_owned(),
        };
        let message = format!("`{key}` is no setting of a network namespace");
        draft.faults.push(rule::SYSCTL.at(&at.as_key(), message, help));
        return false;
    }
    match known(key) {
        Some(known) if known.takes == Takes::Nothing => {
            let message = format!("`{key}` cannot be set in a network namespace");
            let help = "leave it out: the whole machine has it, or the kernel counts it itself";
            draft.faults.push(rule::SYSCTL.at(&at.as_key(), message, help));
            false
        }
        Some(_) => has_interface(key, interfaces, at, draft),
        None => is_no_slip(key, at, draft),
    }
}

fn namespaced(key: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut parts = key.split('.');
    let net = parts.next() == Some("net");
    net && key.len() > 4 && parts.all(|part| !part.is_empty() && part.chars().all(allowed))
}

fn known(key: &str) -> Option<&'static Known> {
    let general = general(key);
    KNOWN.iter().find(|known| known.name == general)
}

/// The interface that a setting is of, `all` and `default` among them.
fn interface(key: &str) -> Option<&str> {
    let parts: Vec<_> = key.split('.').collect();
    match parts.as_slice() {
        ["net", "ipv4" | "ipv6", "conf" | "neigh", interface, _] => Some(interface),
        _ => None,
    }
}

/// The setting with `*` for its interface.
fn general(key: &str) -> String {
    match interface(key) {
        Some(name) => key.replacen(&format!(".{name}."), &format!(".{ANY}."), 1),
        None => key.to_owned(),
    }
}

fn has_interface(key: &str, interfaces: usize, at: &Place, draft: &mut Draft<'_>) -> bool {
    let Some(name) = interface(key) else { return true };
    let plugged = |name: &str| (0..interfaces).any(|number| name == format!("eth{number}"));
    if matches!(name, "all" | "default") || KERNELS_INTERFACES.contains(&name) || plugged(name) {
        return true;
    }
    let own: Vec<_> = (0..interfaces).map(|number| format!("`eth{number}`")).collect();
    draft.faults.push(rule::SYSCTL_INTERFACE.at(
        &at.as_key(),
        format!("the node has no interface `{name}`"),
        format!("write `all`, `default`, `lo` or one of its own: {}", own.join(", ")),
    ));
    false
}

/// Judges a setting that is not known: one that is nearly known is a slip.
fn is_no_slip(key: &str, at: &Place, draft: &mut Draft<'_>) -> bool {
    let said = interface(key).unwrap_or("all");
    let candidates: Vec<_> = KNOWN.iter().map(|known| known.name.replace(ANY, said)).collect();
    let nearest = suggest::did_you_mean(key, candidates.iter().map(String::as_str));
    let near = nearest.filter(|name| strsim::damerau_levenshtein(name, key) <= SLIP);
    match near.or_else(|| of_leaf(leaf(key), &candidates)) {
        Some(meant) => {
            draft.faults.push(slip(key, meant, at));
            false
        }
        None => {
            let renamed = leaf(key).replacen("ip_conntrack", "nf_conntrack", 1);
            draft.faults.push(unknown(key, of_leaf(&renamed, &candidates).or(nearest), at));
            true
        }
    }
}

/// The last part of a setting's name.
fn leaf(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// The candidate whose name ends so, if it is another.
fn of_leaf<'c>(wanted: &str, candidates: &'c [String]) -> Option<&'c str> {
    candidates.iter().map(String::as_str).find(|name| leaf(name) == wanted)
}

/// The fault about a name in whose place another one was meant.
fn slip(key: &str, meant: &str, at: &Place) -> Diagnostic {
    if known(meant).is_some_and(|known| known.takes == Takes::Nothing) {
        let message = format!("`{key}` is `{meant}`, which cannot be set in a network namespace");
        let help = "leave it out: the whole machine has it, or the kernel counts it itself";
        return rule::SYSCTL.at(&at.as_key(), message, help);
    }
    let message = format!("the kernel has no setting `{key}`");
    rule::SLIP_SYSCTL.at(&at.as_key(), message, format!("did you mean `{meant}`?"))
}

fn unknown(key: &str, near: Option<&str>, at: &Place) -> Diagnostic {
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? If not, "));
    let help = format!(
        "{near}look under /proc/sys of the kernel that is to run the lab: if it is not there, `up` \
         fails"
    );
    rule::UNKNOWN_SYSCTL.at(&at.as_key(), format!("`{key}` is no setting that is known"), help)
}

/// Whether the setting takes this value, as far as is known.
pub fn is_value(key: &str, value: &str, at: &Place, draft: &mut Draft<'_>) -> bool {
    let numbers = known(key).is_some_and(|known| known.takes == Takes::Numbers);
    let fits = |word: &str| match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).is_ok(),
        None => word.parse::<i64>().is_ok(),
    };
    let mut words = value.split_whitespace().peekable();
    if !numbers || words.peek().is_some() && words.all(fits) {
        return true;
    }
    let message = format!("`{key}` takes numbers, and `{value}` is none");
    let help = "write a whole number, as in `1`: the kernel refuses anything else";
    draft.faults.push(rule::SYSCTL_VALUE.at(at, message, help));
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_known_once() {
        let mut names: Vec<_> = KNOWN.iter().map(|known| known.name.as_str()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), names.len() > 300), (count, true));
    }

    #[test]
    fn a_setting_of_an_interface_is_known_for_each_interface() {
        let takes = |key| known(key).map(|known| known.takes);
        assert_eq!(takes("net.ipv4.conf.eth7.arp_ignore"), Some(Takes::Numbers));
        assert_eq!(takes("net.ipv6.conf.default.accept_ra"), Some(Takes::Numbers));
        assert_eq!(takes("net.ipv4.tcp_congestion_control"), Some(Takes::Text));
        assert_eq!(takes("net.ipv4.vs.conntrack"), Some(Takes::Numbers));
        assert_eq!(takes("net.ipv4.tcp_mem"), Some(Takes::Nothing));
        assert_eq!(takes("net.ipv4.conf.all.arp_ignroe"), None);
    }

    #[test]
    fn what_this_kernel_has_in_every_namespace_is_known() {
        let dirs = ["all", "lo"].map(|name| format!("/proc/sys/net/ipv4/conf/{name}"));
        for dir in dirs {
            for entry in std::fs::read_dir(&dir).unwrap() {
                let key = format!("net.ipv4.conf.lo.{}", entry.unwrap().file_name().display());
                assert!(known(&key).is_some(), "{key}");
            }
        }
    }
}
