use super::tally::listed;
use crate::lab::{Lab, NodeName, ServiceName, WeightExpected};
use crate::report::Outcome;
use crate::scenario::Look;
use crate::scenario::scene::Scene;
use indexmap::IndexMap;

/// The servers of a table with their weights, by name.
type Weights = Vec<(String, u32)>;

/// In the tables of the directors that live, the named virtual services have these real servers
/// with these weights, and no others.
pub(super) fn evaluate(wanted: &[WeightExpected], scene: &Scene, lab: &Lab) -> Outcome {
    let mut services: IndexMap<&ServiceName, Weights> = IndexMap::new();
    for WeightExpected { service, real_server, weight } in wanted {
        services.entry(service).or_default().push((real_server.to_string(), *weight));
    }
    let word = |(service, weights): (&&ServiceName, &Weights)| words(service, weights);
    let expected = services.iter().map(word).collect::<Vec<_>>().join("; ");
    services.values_mut().for_each(|weights| weights.sort());
    match differences(&services, scene, lab) {
        Ok(wrong) if wrong.is_empty() => Outcome::measured(true, &expected, &expected),
        Ok(wrong) => Outcome::measured(false, expected, wrong.join("; ")),
        Err(reason) => Outcome::unmeasured(expected, reason),
    }
}

/// `web: rs1 1, rs2 0`.
fn words(service: &ServiceName, weights: &Weights) -> String {
    let entries = if weights.is_empty() { "no server".to_owned() } else { listed(weights) };
    format!("{service}: {entries}")
}

/// What is in tables that differ, each with its director.
fn differences(
    services: &IndexMap<&ServiceName, Weights>,
    scene: &Scene,
    lab: &Lab,
) -> Result<Vec<String>, String> {
    let look = scene.look.as_ref().map_err(Clone::clone)?;
    let mut wrong = Vec::new();
    for (service, wanted) in services {
        let directors = lab.service(service).into_iter().flat_map(|service| &service.directors);
        let mut living = directors.filter(|director| scene.lives(director)).peekable();
        if living.peek().is_none() {
            return Err(format!("no director of `{service}` lives"));
        }
        for director in living {
            let seen = table(look, director, service)?;
            if seen.as_ref() != Some(wanted) {
                let words = seen.map_or(format!("no {service}"), |seen| words(service, &seen));
                wrong.push(format!("{words} on {director}"));
            }
        }
    }
    Ok(wrong)
}

/// What a director's table has for a virtual service, sorted; none if it has no such service.
fn table(
    look: &Look,
    director: &NodeName,
    service: &ServiceName,
) -> Result<Option<Weights>, String> {
    let found = look.directors.iter().find(|seen| &seen.name == director);
    let found = found.ok_or_else(|| format!("nobody looked at {director}"))?;
    let table = found.table.iter().find(|table| &table.service == service);
    Ok(table.map(|table| {
        let mut servers = table.servers.clone();
        servers.sort();
        servers
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Scheduler;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{director, farm, scene};
    use crate::scenario::{DirectorLook, TableLook};

    fn seen(first: &[(&str, u32)], second: &[(&str, u32)]) -> Scene {
        let look = |name, servers: &[(&str, u32)]| {
            let servers = servers.iter().map(|(name, weight)| ((*name).to_owned(), *weight));
            let (service, servers) = ("web".parse().unwrap(), servers.collect());
            DirectorLook { table: vec![TableLook { service, servers }], ..director(name) }
        };
        let directors = vec![look("node01", first), look("node04", second)];
        Scene { look: Ok(Look { directors }), ..scene() }
    }

    fn judge(scene: &Scene) -> Outcome {
        let wanted = [("rs2", 1), ("rs1", 0)].map(|(name, weight)| WeightExpected {
            service: "web".parse().unwrap(),
            real_server: name.parse().unwrap(),
            weight,
        });
        evaluate(&wanted, scene, &farm(Scheduler::Rr))
    }

    #[test]
    fn every_table_must_have_them_in_whatever_order() {
        let right = [("rs1", 0), ("rs2", 1)];
        assert_eq!(judge(&seen(&right, &right)).verdict, Passed);
        let outcome = judge(&seen(&right, &[("rs2", 1)]));
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.expected, "web: rs2 1, rs1 0");
        assert_eq!(outcome.observed, "web: rs2 1 on node04");
    }

    #[test]
    fn another_server_is_wrong() {
        let right = [("rs1", 0), ("rs2", 1)];
        let more = [("rs1", 0), ("rs2", 1), ("10.0.0.9:80", 1)];
        assert_eq!(judge(&seen(&right, &more)).verdict, Failed);
    }

    #[test]
    fn the_table_of_a_dead_director_says_nothing() {
        let right = [("rs1", 0), ("rs2", 1)];
        let scene = seen(&[], &right).broke(1, "kill node01");
        assert_eq!(judge(&scene).verdict, Passed);
        assert_eq!(judge(&scene.broke(2, "kill node04")).verdict, Errored);
    }

    #[test]
    fn a_service_whose_directors_are_dead_is_not_passed_over() {
        let mut lab = farm(Scheduler::Rr);
        lab.services[0].directors = vec!["node04".parse().unwrap()];
        let name: ServiceName = "other".parse().unwrap();
        let directors = vec!["node01".parse().unwrap()];
        let other = crate::lab::VirtualService { name, directors, ..lab.services[0].clone() };
        lab.services.push(other);
        let wanted = ["web", "other"].map(|service| WeightExpected {
            service: service.parse().unwrap(),
            real_server: "rs1".parse().unwrap(),
            weight: 1,
        });
        let scene = seen(&[], &[("rs1", 1)]).broke(1, "kill node01");
        let outcome = evaluate(&wanted, &scene, &lab);
        let words = "cannot be measured because no director of `other` lives";
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Errored, words));
    }
}
