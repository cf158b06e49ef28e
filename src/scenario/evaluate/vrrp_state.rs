use crate::lab::{StateExpected, VrrpState};
use crate::report::Outcome;
use crate::scenario::Look;
use crate::scenario::scene::Scene;

/// Each virtual router has its state on its director. On a director whose daemons a fault ended
/// it is `init`, whatever they last wrote down.
pub(super) fn evaluate(wanted: &[StateExpected], scene: &Scene) -> Outcome {
    let expected = wanted.iter().map(|w| words(w, w.state)).collect::<Vec<_>>().join(", ");
    let look = match &scene.look {
        _ if wanted.is_empty() => return Outcome::unmeasured(expected, "there is no such router"),
        Ok(look) => look,
        Err(reason) => return Outcome::unmeasured(expected, reason),
    };
    let states: Vec<_> = wanted.iter().map(|w| state(w, look, scene)).collect();
    let holds = wanted.iter().zip(&states).all(|(w, state)| w.state == *state);
    let seen: Vec<_> = wanted.iter().zip(&states).map(|(w, state)| words(w, *state)).collect();
    Outcome::measured(holds, expected, seen.join(", "))
}

fn words(StateExpected { director, router, .. }: &StateExpected, state: VrrpState) -> String {
    format!("{router} is {state} on {director}")
}

fn state(wanted: &StateExpected, look: &Look, scene: &Scene) -> VrrpState {
    if scene.is_silent(&wanted.director) {
        return VrrpState::Init;
    }
    let director = look.directors.iter().find(|d| d.name == wanted.director);
    let states = director.into_iter().flat_map(|director| &director.states);
    let mut of_router = states.filter(|(router, _)| *router == wanted.router);
    of_router.next_back().map_or(VrrpState::Init, |(_, state)| *state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::DirectorLook;
    use crate::scenario::support::{director, scene};

    fn seen() -> Scene {
        let states = vec![("VI_1".parse().unwrap(), VrrpState::Master)];
        let directors = vec![DirectorLook { states, ..director("node01") }];
        Scene { look: Ok(Look { directors }), ..scene() }
    }

    fn wanted(state: VrrpState) -> StateExpected {
        let (director, router) = ("node01".parse().unwrap(), "VI_1".parse().unwrap());
        StateExpected { director, router, state }
    }

    #[test]
    fn the_last_state_counts() {
        assert_eq!(evaluate(&[wanted(VrrpState::Master)], &seen()).verdict, Passed);
        let outcome = evaluate(&[wanted(VrrpState::Backup)], &seen());
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Failed, "VI_1 is master on node01")
        );
    }

    #[test]
    fn a_router_without_a_daemon_is_in_init() {
        let killed = seen().broke(1, "kill node01");
        assert_eq!(evaluate(&[wanted(VrrpState::Init)], &killed).verdict, Passed);
    }

    #[test]
    fn no_router_is_no_pass() {
        assert_eq!(evaluate(&[], &seen()).verdict, Errored);
    }
}
