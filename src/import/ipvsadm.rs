use super::command::{Command, command};
use super::director::Remark;
use super::fault::{Fault, once};
use super::key::Key;
use super::listing;
use super::script::{Item, Word, read};
use super::table::{Server, Service, Table};
use super::token::tokens;

/// What `ipvsadm -S -n` printed, with every fault of it; what is sound is in the table.
///
/// Lines of a script (`ipvsadm -A ...`) are taken as well, and what `ipvsadm -L -n` printed. A line
/// that begins with `#` is a comment. Behind one the table of another director may begin: there a
/// service may be repeated, if it is the same one.
pub fn ipvsadm(text: &str) -> (Table, Vec<Fault>) {
    let mut reading = Reading::default();
    let read = if listing::is_one(text) {
        listing::read(text, &mut reading)
    } else {
        read(text).and_then(|items| reading.items(items))
    };
    if let Err(fault) = read {
        return (Table::default(), vec![fault]);
    }
    reading.close();
    (Table { services: reading.services, remarks: reading.remarks }, once(reading.faults))
}

/// What is read of a table so far.
#[derive(Default)]
pub struct Reading {
    /// The services of closed sections.
    services: Vec<Service>,
    /// The services of the section that is read.
    section: Vec<Service>,
    /// How many services of the section stand before the last comment.
    commented: usize,
    /// Whether a service of the section is at fault, so that it is not known.
    blurred: bool,
    /// Whether a service of the section stands there twice, and that is said.
    repeated: bool,
    /// What becomes of other words.
    pub remarks: Vec<Remark>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Reading {
    fn items(&mut self, items: Vec<Item>) -> Result<(), Fault> {
        strangers(&items).map_or(Ok(()), Err)?;
        let mut others = Vec::new();
        for item in items {
            match item {
                Item::Comment => self.commented = self.section.len(),
                Item::Command(words) => self.command(&words),
                Item::Other(word) => others.push(word),
                Item::Aside(aside, spot) => {
                    self.remarks.push(Remark { spot, words: aside.words().to_owned() });
                }
            }
        }
        self.remarks.extend(left_out(&others));
        Ok(())
    }

    fn command(&mut self, words: &[Word]) {
        let Some(begin) = words.first().map(|word| word.spot) else { return };
        let mut faults = Vec::new();
        let tokens = tokens(words, &mut faults);
        match command(&tokens, begin, &mut faults) {
            Some(Command::Service(service)) => self.service(service),
            // A real server without what is at fault is not the one that is meant.
            Some(Command::Server(key, server)) if faults.is_empty() => self.server(&key, server),
            Some(Command::Server(..)) => {}
            None => self.blurred = true,
        }
        self.faults.append(&mut faults);
    }

    /// Takes a virtual service.
    pub fn service(&mut self, service: Service) {
        let key = service.key;
        let known = |section: &[Service]| section.iter().any(|other| other.key == key);
        if known(&self.section[..self.commented]) {
            self.next_director();
        }
        if known(&self.section) {
            // What follows probably repeats more.
            if !std::mem::replace(&mut self.repeated, true) {
                self.faults.push(Fault::wrong(
                    key.spot(),
                    format!("the service {key} is there already"),
                    "keep one of the two lines; between the tables of two directors a line with \
                     `#` must stand",
                ));
            }
        } else {
            self.section.push(service);
        }
    }

    /// Takes a real server.
    pub fn server(&mut self, key: &Key, server: Server) {
        match self.section.iter_mut().find(|service| service.key == *key) {
            Some(service) => match service.servers.iter().any(|other| other.is(&server, key)) {
                false => service.servers.push(server),
                true if self.repeated => {}
                true => self.faults.push(Fault::wrong(
                    server.address.spot,
                    format!("the real server {} is there already", server.address.value),
                    "keep one of the two lines",
                )),
            },
            None if self.blurred => {}
            None => self.faults.push(Fault::wrong(
                key.spot(),
                format!("there is no service {key}"),
                "add its line with `-A` before this one",
            )),
        }
    }

    /// Ends a section at the last comment: what stands behind it is the next director's.
    fn next_director(&mut self) {
        let begun = self.section.split_off(self.commented);
        self.close();
        self.section = begun;
    }

    /// Ends a section.
    pub fn close(&mut self) {
        self.commented = 0;
        self.blurred = false;
        self.repeated = false;
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

/// What a text is told of that has no line of a table at all.
fn strangers(items: &[Item]) -> Option<Fault> {
    let mut words = items.iter().filter_map(|item| match item {
        Item::Command(words) => words.first(),
        Item::Other(word) => Some(word),
        Item::Comment | Item::Aside(..) => None,
    });
    let first = words.clone().next()?;
    if words.any(|word| word.text.starts_with('-')) {
        return None;
    }
    let message = "this is no table of ipvsadm: no line begins with `-A`";
    let help = "name a file with what `ipvsadm -S -n` printed";
    Some(Fault::wrong(first.spot, message, help))
}

/// One remark on commands of other programs.
fn left_out(commands: &[Word]) -> Option<Remark> {
    let first = commands.first()?;
    let listed: Vec<_> =
        commands.iter().map(|word| format!("`{}` ({})", word.text, word.spot.line + 1)).collect();
    let told =
        format!("commands of other programs are left out, with their lines: {}", listed.join(", "));
    Some(Remark { spot: first.spot, words: told })
}
