use crate::lab::VipExpected;
use crate::report::Outcome;
use crate::scenario::Look;
use crate::scenario::scene::Scene;
use std::net::IpAddr;

/// Each VIP is held by its director, and by nobody else.
pub(super) fn evaluate(wanted: &[VipExpected], scene: &Scene) -> Outcome {
    let word = |w: &VipExpected| format!("{} holds {}", w.owner, w.vip);
    let expected = wanted.iter().map(word).collect::<Vec<_>>().join(", ");
    let look = match &scene.look {
        _ if wanted.is_empty() => return Outcome::unmeasured(expected, "there is no VIP to hold"),
        Ok(look) => look,
        Err(reason) => return Outcome::unmeasured(expected, reason),
    };
    let holds = wanted.iter().all(|w| look.holders(w.vip) == [&w.owner]);
    let seen: Vec<_> = wanted.iter().map(|w| holders(look, w.vip)).collect();
    Outcome::measured(holds, expected, seen.join(", "))
}

/// `node01 and node04 hold 192.168.150.100`.
fn holders(look: &Look, vip: IpAddr) -> String {
    let names: Vec<_> = look.holders(vip).iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => format!("nobody holds {vip}"),
        [one] => format!("{one} holds {vip}"),
        [first @ .., last] => format!("{} and {last} hold {vip}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{director, scene};

    fn judge(holders: &[&str]) -> Outcome {
        let vip = IpAddr::from([10, 0, 0, 100]);
        let directors = ["node01", "node04"].map(|name| {
            let vips = holders.contains(&name).then_some(vip);
            crate::scenario::DirectorLook { vips: vips.into_iter().collect(), ..director(name) }
        });
        let scene = Scene { look: Ok(Look { directors: directors.into() }), ..scene() };
        evaluate(&[VipExpected { vip, owner: "node04".parse().unwrap() }], &scene)
    }

    #[test]
    fn one_owner_is_right_and_two_are_not() {
        assert_eq!(judge(&["node04"]).verdict, Passed);
        let both = judge(&["node01", "node04"]);
        assert_eq!(
            (both.verdict, both.observed.as_str()),
            (Failed, "node01 and node04 hold 10.0.0.100")
        );
        assert_eq!(judge(&["node01"]).observed, "node01 holds 10.0.0.100");
        assert_eq!(judge(&[]).observed, "nobody holds 10.0.0.100");
    }

    #[test]
    fn what_was_not_seen_is_an_error() {
        let scene = Scene { look: Err("the kernel is silent".to_owned()), ..scene() };
        let wanted = VipExpected { vip: [10, 0, 0, 1].into(), owner: "node04".parse().unwrap() };
        assert_eq!(evaluate(&[wanted], &scene).verdict, Errored);
        assert_eq!(evaluate(&[], &scene).verdict, Errored);
    }
}
