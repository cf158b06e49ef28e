use super::args::KernelChoice;
use super::context::{Context, Setting};
use super::failure::Failure;
use super::{guests, machine};
use crate::kernel::{IpvsSupport, ip_vs_available, knows};
use crate::lab::{Lab, Protocol, Role};
use crate::state::Provider;

/// Which kernel a lab runs on, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The kernel.
    pub provider: Provider,
    /// Why, in a few words.
    pub why: String,
}

impl Choice {
    /// As a line for the user.
    pub fn line(&self, lab: &Lab) -> String {
        let kernel = match self.provider {
            Provider::Host => "on the running kernel",
            Provider::Uml => "in a User-Mode Linux guest",
        };
        format!("{}: {kernel} ({})", lab.name, self.why)
    }
}

/// Chooses as the user said, or what serves the lab best.
pub fn choose(context: &Context, lab: &Lab) -> Result<Choice, Failure> {
    let chosen = |provider, why: &str| Ok(Choice { provider, why: why.to_owned() });
    if context.setting == Setting::Guest {
        return chosen(Provider::Host, "inside a guest");
    }
    match (context.global.kernel, obstacle(lab)) {
        (KernelChoice::Uml, _) => {
            guests::uml()?;
            chosen(Provider::Uml, "as you said")
        }
        (KernelChoice::Host, None) => chosen(Provider::Host, "as you said"),
        (KernelChoice::Host, Some(obstacle)) => Err(Failure::unable(format!(
            "the running kernel cannot serve `{}`: {obstacle}",
            lab.name
        ))
        .help("try --kernel uml; `lvs-lab doctor` says what this machine can do")),
        (KernelChoice::Auto, None) => match wish(lab) {
            Some(wish) if guests::uml().is_ok() => chosen(Provider::Uml, wish),
            _ => chosen(Provider::Host, "it has all that the lab needs"),
        },
        (KernelChoice::Auto, Some(obstacle)) => {
            guests::uml()?;
            chosen(Provider::Uml, obstacle)
        }
    }
}

/// Why a lab is better off in a guest, though the running kernel can serve it: what has a director
/// and no virtual service is for typing `ipvsadm`.
fn wish(lab: &Lab) -> Option<&'static str> {
    let by_hand = lab.services.is_empty() && lab.with_role(Role::Director).next().is_some();
    match ip_vs_available() {
        IpvsSupport::Missing | IpvsSupport::NotPermitted if by_hand => {
            Some("the running kernel has no ip_vs to type commands for")
        }
        IpvsSupport::Missing
        | IpvsSupport::NotPermitted
        | IpvsSupport::Loaded
        | IpvsSupport::Loadable => None,
    }
}

/// Why the running kernel cannot serve a lab; none if it can.
fn obstacle(lab: &Lab) -> Option<&'static str> {
    if !machine::is_root() {
        return Some("the running kernel would need root");
    }
    if lab.services.is_empty() && lab.ipvs.is_none() {
        return None;
    }
    let mut protocols = lab.services.iter().map(|service| service.protocol);
    match ip_vs_available() {
        IpvsSupport::Loaded | IpvsSupport::Loadable => (protocols.any(|p| p == Protocol::Sctp)
            && !knows(Protocol::Sctp))
        .then_some("the running kernel has no SCTP"),
        IpvsSupport::Missing => Some("the running kernel has no ip_vs"),
        IpvsSupport::NotPermitted => Some("ip_vs is not for root of a container"),
    }
}
