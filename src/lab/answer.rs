use super::{HttpProbe, Lab, Node, NodeName, Port, Probe, VirtualService};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

/// What a built-in backend answers on a path that a health check asks for, where it would not pass
/// the check by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The path and query.
    pub path: String,
    /// The HTTP status.
    pub status: u16,
    /// The body, without the end of its last line.
    pub text: String,
}

/// What is known of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body without the end of its last line, where it is always the same.
    pub text: Option<String>,
}

/// What a check does not take of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// Its status.
    Status,
    /// The MD5 of its body.
    Digest,
    /// A text is missing in its body.
    Body,
}

impl Lab {
    /// What a node's built-in backend on a port answers to health checks beside what it answers to
    /// everybody, in the order of the file. Of checks of one path the first decides; what does not
    /// trouble the earlier ones is added.
    pub fn answers(&self, node: &Node, port: Port) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        let mut earlier: Vec<&HttpProbe> = Vec::new();
        for probe in self.probes(node, port) {
            let there = answers.iter().position(|answer| answer.path == probe.path);
            let reply = match there {
                Some(index) => Some(answers[index].reply()),
                None => usual(&probe.path, &node.name),
            };
            let better = reply.map_or_else(
                || Some(probe.answer(&node.name, None)),
                |reply| probe.objection(&reply).map(|_| probe.answer(&node.name, Some(reply))),
            );
            let others = earlier.iter().filter(|other| other.path == probe.path);
            let agrees = |answer: &Answer| {
                others.clone().all(|other| other.objection(&answer.reply()).is_none())
            };
            if let Some(better) = better.filter(agrees) {
                there.map(|index| answers.remove(index));
                answers.push(better);
            }
            earlier.push(probe);
        }
        answers
    }

    /// What a node's built-in backend on a port answers on a path; none where it has no such path.
    pub fn reply(&self, node: &Node, port: Port, path: &str) -> Option<Reply> {
        let answer = self.answers(node, port).into_iter().find(|answer| answer.path == path);
        answer.map(|answer| answer.reply()).or_else(|| usual(path, &node.name))
    }

    fn probes(&self, node: &Node, port: Port) -> impl Iterator<Item = &HttpProbe> {
        let asks = move |service: &&VirtualService| {
            let mut mine = service.destinations.iter().filter(|d| d.real_server == node.name);
            mine.any(|d| Port::tcp(service.checked_port(d)) == port)
        };
        self.services.iter().filter(asks).filter_map(VirtualService::http_probe)
    }
}

impl Answer {
    fn reply(&self) -> Reply {
        Reply { status: self.status, text: Some(self.text.clone()) }
    }
}

impl VirtualService {
    /// What its health check asks for by HTTP, if it does.
    pub fn http_probe(&self) -> Option<&HttpProbe> {
        match &self.health_check.as_ref()?.probe {
            Probe::Http(probe) => Some(probe),
            Probe::Tcp | Probe::Command { .. } => None,
        }
    }
}

impl HttpProbe {
    /// What it does not take of a reply.
    pub fn objection(&self, reply: &Reply) -> Option<Objection> {
        let text = reply.text.as_ref();
        let lacks = |wanted: &String| text.is_some_and(|text| !text.contains(wanted.as_str()));
        let differs = |wanted: &String| text.is_some_and(|text| digest(text) != *wanted);
        match self {
            probe if !probe.takes(reply.status) => Some(Objection::Status),
            probe if probe.digest.as_ref().is_some_and(differs) => Some(Objection::Digest),
            probe if probe.body.as_ref().is_some_and(lacks) => Some(Objection::Body),
            _ => None,
        }
    }

    fn takes(&self, status: u16) -> bool {
        (self.status.0..=self.status.1).contains(&status)
    }

    /// The answer that passes it, or comes nearest to that, made of what would be answered.
    fn answer(&self, name: &NodeName, reply: Option<Reply>) -> Answer {
        let (status, text) = reply.map_or((200, None), |reply| (reply.status, reply.text));
        let first = self.status.0.max(200);
        let mut statuses = [status, 200].into_iter().chain(first..=self.status.1);
        let status = statuses.find(|status| self.takes(*status) && ends_exchange(*status));
        let text = text.unwrap_or_else(|| name.to_string());
        let text = match &self.body {
            Some(body) if !text.contains(body.as_str()) => format!("{text}\n{body}"),
            _ => text,
        };
        Answer { path: self.path.clone(), status: status.unwrap_or(first), text }
    }
}

/// Whether an answer can have this status, and a body (RFC 9110, sections 15.2, 15.3.5 and 15.4.5).
fn ends_exchange(status: u16) -> bool {
    (200..=599).contains(&status) && !matches!(status, 204 | 205 | 304)
}

/// What every built-in backend answers on a path.
fn usual(path: &str, name: &NodeName) -> Option<Reply> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let reply = |status, text: Option<&str>| Reply { status, text: text.map(str::to_owned) };
    match path.strip_prefix('/').and_then(|rest| rest.split_once('/')) {
        None if path == "/" => Some(reply(200, Some(name.as_str()))),
        None if path == "/health" => Some(reply(200, Some("ok"))),
        None if path == "/whoami" => Some(reply(200, None)),
        Some(("delay" | "bytes", number)) if number.parse::<u32>().is_ok() => {
            Some(reply(200, None))
        }
        Some(("status", code)) => {
            let status = code.parse().ok().filter(|status| (200..600).contains(status))?;
            Some(reply(status, None))
        }
        _ => None,
    }
}

fn digest(text: &str) -> String {
    let digest = Md5::new().chain_update(text).chain_update("\n").finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{
        Gateway, HealthCheck, OnFailure, Place, Role, Scheduler, Serving, sample_service,
    };
    use super::*;
    use std::time::Duration;

    fn probe(path: &str, status: (u16, u16)) -> HttpProbe {
        HttpProbe { path: path.to_owned(), status, digest: None, body: None }
    }

    /// What `rs1` answers to checks beside what it answers to everybody.
    fn answers(probes: &[HttpProbe]) -> Vec<(u16, String)> {
        let services = probes.iter().map(|probe| {
            let mut service = sample_service(Scheduler::Rr, "rs", &[1]);
            service.health_check = Some(HealthCheck {
                probe: Probe::Http(probe.clone()),
                delay_loop: Duration::from_secs(6),
                connect_timeout: Duration::from_secs(5),
                nb_get_retry: 1,
                delay_before_retry: Duration::from_secs(3),
                on_failure: OnFailure::Remove,
                at: Place::root(),
            });
            service
        });
        let lab = Lab {
            name: "lab".parse().unwrap(),
            summary: None,
            networks: Vec::new(),
            nodes: Vec::new(),
            services: services.collect(),
            high_availability: None,
            ipvs: None,
            scenarios: Vec::new(),
        };
        let node = Node {
            name: "rs1".parse().unwrap(),
            role: Role::RealServer,
            interfaces: Vec::new(),
            gateway: Gateway::Derived,
            routes: Vec::new(),
            sysctls: Vec::new(),
            loopback_vips: true,
            commands: Vec::new(),
            serving: Serving::default(),
            at: Place::root(),
        };
        lab.answers(&node, Port::tcp(80)).into_iter().map(|a| (a.status, a.text)).collect()
    }

    fn answered(probe: &HttpProbe) -> Option<(u16, String)> {
        answers(std::slice::from_ref(probe)).pop()
    }

    #[test]
    fn of_checks_of_one_path_the_first_decides_and_others_may_add() {
        let with = |body: &str, status| HttpProbe {
            body: Some(body.to_owned()),
            ..probe("/", (status, status))
        };
        let (first, second) = (with("one", 200), with("two", 200));
        let both = vec![(200, "rs1\none\ntwo".to_owned())];
        assert_eq!(answers(&[first.clone(), second]), both);
        assert_eq!(answers(&[first, with("one", 404)]), [(200, "rs1\none".to_owned())]);
        assert_eq!(answers(&[probe("/", (200, 299)), probe("/", (404, 404))]), []);
    }

    fn named(status: u16) -> Option<(u16, String)> {
        Some((status, "rs1".to_owned()))
    }

    #[test]
    fn a_path_that_a_check_asks_for_is_answered_with_the_status_that_it_wants() {
        assert_eq!(answered(&probe("/index.html", (200, 200))), named(200));
        assert_eq!(answered(&probe("/index.php?a=1", (200, 299))), named(200));
        assert_eq!(answered(&probe("/", (401, 403))), named(401));
        assert_eq!(answered(&probe("/", (202, 202))), named(202));
        assert_eq!(answered(&probe("/none", (204, 206))), named(206));
    }

    #[test]
    fn a_path_that_passes_by_itself_is_answered_as_ever() {
        for path in ["/", "/health", "/whoami", "/delay/10", "/bytes/0", "/?a=b"] {
            assert_eq!(answered(&probe(path, (200, 299))), None, "{path}");
        }
        assert_eq!(answered(&probe("/status/503", (500, 599))), None);
    }

    #[test]
    fn a_text_that_a_check_wants_is_in_the_body() {
        let welcome = |body: &str| HttpProbe {
            body: Some(body.to_owned()),
            ..probe("/index.html", (200, 200))
        };
        assert_eq!(answered(&welcome("welcome")), Some((200, "rs1\nwelcome".to_owned())));
        assert_eq!(answered(&welcome("rs")), named(200));
    }

    #[test]
    fn a_digest_is_that_of_the_body_with_its_line_end() {
        let wanted =
            |digest: &str| HttpProbe { digest: Some(digest.to_owned()), ..probe("/", (200, 200)) };
        let reply = usual("/", &"rs1".parse().unwrap()).unwrap();
        // printf 'rs1\n' | md5sum
        let right = wanted("7a6c0d2ef5a9e6e1776090916c66ba3a");
        let wrong = wanted("d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(right.objection(&reply), None);
        assert_eq!(wrong.objection(&reply), Some(Objection::Digest));
    }
}
