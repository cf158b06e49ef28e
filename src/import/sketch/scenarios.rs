use crate::import::director::Director;
use crate::import::{Key, Server, Service, Table};
use crate::lab::{ForwardingMethod, SchedulerFlag};

/// A proof for each service of a director.
pub fn of(director: &Director) -> String {
    let table = director.table();
    written(&table, answers)
}

/// A proof for each service by its address that has somebody to answer.
pub(in crate::import) fn scenarios(table: &Table) -> String {
    written(table, |service| {
        matches!(service.key, Key::Address { .. }) && service.servers.iter().any(serves)
    })
}

fn written(table: &Table, is_proven: impl Fn(&Service) -> bool) -> String {
    let names = table.names();
    let proven = names.iter().zip(&table.services).filter(|(_, service)| is_proven(service));
    let steps = proven.map(|(name, _)| {
        format!(
            "  {name}:\n    steps:\n      - request: {{ from: client, service: {name}, count: 10 }}\n        \
             expect: {{ status: 200, failures: 0 }}\n"
        )
    });
    let steps: String = steps.collect();
    if steps.is_empty() { steps } else { format!("\nscenarios:\n{steps}") }
}

fn serves(server: &Server) -> bool {
    server.weight.is_none_or(|weight| weight.value > 0)
}

/// Whether every request to the service is answered: somebody serves, a hash does not hit a server
/// of weight 0, and replies to single packets are translated back, which IPVS does not do.
fn answers(service: &Service) -> bool {
    let servers = &service.servers;
    let all = servers.iter().all(serves);
    let scheduler = service.scheduler.as_ref().map_or("wlc", |said| said.value.as_str());
    let hashes = matches!(scheduler, "sh" | "dh" | "mh");
    let falls_back = service.flags.contains(&SchedulerFlag::Fallback);
    let nat = |server: &Server| server.forwarding == ForwardingMethod::Nat;
    let lost = service.one_packet.is_some() && servers.iter().any(nat);
    servers.iter().any(serves) && (all || !hashes || falls_back) && !lost
}
