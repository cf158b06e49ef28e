use super::super::rule;
use super::View;
use crate::lab::{Destination, HttpProbe, Node, Objection, Port, Reply, VirtualService};

/// Health checks that a built-in backend cannot pass, whatever it answers.
pub fn check(view: &mut View<'_>) {
    for (service, destination, server) in view.destinations() {
        let checked = service.destinations.iter().any(|d| d == destination);
        let Some(probe) = service.http_probe().filter(|_| checked) else { continue };
        let port = Port::tcp(service.checked_port(destination));
        if !view.lab.backend_ports(server).contains_key(&port) {
            // A program is asked, of whom nothing is known.
            continue;
        }
        let reply = view.lab.reply(server, port, &probe.path);
        let reply = reply.filter(|reply| probe.objection(reply).is_some());
        if let Some(reply) = reply {
            tell(&reply, probe, (service, destination, server), view);
        }
    }
}

fn tell(
    reply: &Reply,
    probe: &HttpProbe,
    (service, _, server): (&VirtualService, &Destination, &Node),
    view: &mut View<'_>,
) {
    let (Some(objection), Some(check)) = (probe.objection(reply), &service.health_check) else {
        return;
    };
    let (path, name) = (&probe.path, &server.name);
    let (key, message, help) = match objection {
        Objection::Status => (
            "status",
            format!("the built-in backend of `{name}` answers `{path}` with {}", reply.status),
            "choose a status that it can have, 200 to 599, and one for all checks of this path",
        ),
        Objection::Digest => (
            "digest",
            format!("the built-in backend of `{name}` answers `{path}` with another text"),
            "leave it out, or check with `body`: each backend answers with its own name, which \
             has a digest of its own",
        ),
        Objection::Body => (
            "body",
            format!("another check has the backend of `{name}` answer `{path}` without this text"),
            "choose one text for all checks of this path, or another path",
        ),
    };
    view.push(rule::FAILING_CHECK.at(&check.at.key("http").key(key), message, help));
}
