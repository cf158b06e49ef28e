use super::context::{Context, Setting};
use crate::guest::agent;
use crate::lab::{Family, Lab, Protocol, Tunnel, VirtualService};

/// What labs with IPv6 need. Each of the tunnels makes an interface in every namespace, which
/// together take as long as some ten modules.
const IPV6: [&str; 5] = ["ip6_tunnel", "sit", "ip6table_filter", "ip6table_nat", "ip6table_mangle"];

/// What labs with SCTP need; `hmac` is for its cookies.
const SCTP: [&str; 3] = ["hmac", "sctp", "sctp_diag"];

/// What labs with GRE need. Each namespace has three interfaces more with it, which takes time.
const GRE: [&str; 1] = ["ip_gre"];

/// Makes the guest that this command runs in fit for a lab.
pub fn furnish(lab: &Lab, context: &Context) {
    let modules = modules(lab);
    if modules.is_empty() || context.setting != Setting::Guest {
        return;
    }
    for fault in agent::load(&modules) {
        context.note(&format!("guest: {fault}"));
    }
}

/// The modules that a lab needs and not every guest has.
fn modules(lab: &Lab) -> Vec<&'static str> {
    let mut modules = Vec::new();
    if lab.networks.iter().any(|network| network.family() == Family::Inet6) {
        modules.extend(IPV6);
    }
    if lab.services.iter().any(|service| service.protocol == Protocol::Sctp) {
        modules.extend(SCTP);
    }
    let mut servers = lab.services.iter().flat_map(VirtualService::servers);
    if servers.any(|server| matches!(server.tunnel, Tunnel::Gre(_))) {
        modules.extend(GRE);
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::{builtin, load};

    #[test]
    fn a_lab_gets_what_it_needs_and_others_need_nothing() {
        let of = |name: &str| modules(&load(&builtin(name).unwrap()).unwrap().lab);
        assert_eq!(of("nat"), [""; 0]);
        assert_eq!(of("nat6"), IPV6);
        assert_eq!(of("sctp"), SCTP);
        assert_eq!(of("tun-gre"), GRE);
    }
}
