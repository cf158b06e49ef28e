use super::command::{Command, command};
use super::fault::{Fault, Spot};
use super::key::Key;
use super::table::{Server, Service, Table};
use super::token::tokens;

/// What `ipvsadm -S -n` printed, with every fault of it; what is sound is in the table.
///
/// Lines of a script (`ipvsadm -A ...`) are taken as well. A line that begins with `#` is a
/// comment, and begins the table of another director: there a service may be repeated, if it is the
/// same one.
pub fn ipvsadm(text: &str) -> (Table, Vec<Fault>) {
    let mut reading = Reading::default();
    for (index, line) in text.lines().enumerate() {
        match line.split_whitespace().next() {
            None => {}
            Some(word) if word.starts_with('#') => reading.close(),
            Some(_) => reading.line(index, line),
        }
    }
    reading.close();
    (Table { services: reading.services }, reading.faults)
}

#[derive(Default)]
struct Reading {
    /// The services of closed sections.
    services: Vec<Service>,
    /// The services of the section that is read.
    section: Vec<Service>,
    /// Whether a service of the section is at fault, so that it is not known.
    blurred: bool,
    /// The services that the section does not have, though lines name them: told once.
    missed: Vec<Key>,
    faults: Vec<Fault>,
}

impl Reading {
    fn line(&mut self, line: usize, text: &str) {
        let mut faults = Vec::new();
        let tokens = tokens(line, text, &mut faults);
        match command(&tokens, Spot { line, word: 0 }, &mut faults) {
            Some(Command::Service(service)) => self.service(service),
            // A real server without what is at fault is not the one that is meant.
            Some(Command::Server(key, server)) if faults.is_empty() => self.server(&key, server),
            Some(Command::Server(..)) => {}
            None => self.blurred = true,
        }
        self.faults.append(&mut faults);
    }

    fn service(&mut self, service: Service) {
        let key = service.key;
        if self.section.iter().any(|other| other.key == key) {
            self.faults.push(Fault::wrong(
                key.spot(),
                format!("the service {key} is there already"),
                "keep one of the two lines",
            ));
        } else {
            self.section.push(service);
        }
    }

    fn server(&mut self, key: &Key, server: Server) {
        match self.section.iter_mut().find(|service| service.key == *key) {
            Some(service) => match service.servers.iter().any(|other| other.is(&server, key)) {
                false => service.servers.push(server),
                true => self.faults.push(Fault::wrong(
                    server.address.spot,
                    format!("the real server {} is there already", server.address.value),
                    "keep one of the two lines",
                )),
            },
            None if self.blurred || self.missed.contains(key) => {}
            None => {
                self.missed.push(*key);
                self.faults.push(Fault::wrong(
                    key.spot(),
                    format!("there is no service {key}"),
                    "add its line with `-A` before this one",
                ));
            }
        }
    }

    /// Ends a section.
    fn close(&mut self) {
        self.blurred = false;
        self.missed.clear();
        for service in std::mem::take(&mut self.section) {
            let key = service.key;
            match self.services.iter().find(|known| known.key == key) {
                None => self.services.push(service),
                Some(known) if *known == service => {}
                Some(_) => self.faults.push(Fault::not_yet(
                    key.spot(),
                    format!("the service {key} differs from one director to the next"),
                    "keep one director's part: in a lab a service is the same on all of its \
                     directors",
                )),
            }
        }
    }
}
