use crate::import::director::Director;
use crate::import::{Server, Service};
use crate::lab::{ForwardingMethod, SchedulerFlag};

/// A proof for each service of a director.
pub fn of(director: &Director) -> String {
    let table = director.table();
    let names = table.names();
    let proven = names.iter().zip(&table.services).filter(|(_, service)| answers(service));
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
