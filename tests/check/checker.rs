//! A checker that runs.

use crate::support::{Place, eventually, program};
use lvs_lab::kernel::{Health, HealthChange, health_changes};
use lvs_lab::plan::{CheckedService, ServiceKey};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ExitStatus, Stdio};

/// A checker in the namespace of the thread that made it.
pub struct Running {
    place: Place,
    child: Child,
    names: HashMap<(ServiceKey, SocketAddr), String>,
}

impl Running {
    /// Begins, and returns when it is ready.
    pub fn new(services: Vec<CheckedService>) -> Self {
        let place = Place::new();
        let names = names(&services);
        let configuration = place.write("checker.conf", &crate::configuration::text(services));
        let mut command = program(&place.state());
        command.args(["daemon", &configuration]).stdout(Stdio::piped());
        command.stderr(File::create(place.file("log")).unwrap());
        let mut child = command.spawn().unwrap();
        await_ready(&mut child);
        Self { place, child, names }
    }

    /// What it has recorded.
    pub fn changes(&self) -> Vec<HealthChange> {
        health_changes(self.place.file("").as_path())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.place.file("log")).unwrap()
    }

    /// Waits until exactly these servers are down.
    pub fn await_down(&self, servers: &[&str]) {
        eventually(|| self.down() == servers, || format!("{:?}\n{}", self.down(), self.log()));
    }

    /// The servers that are down, by name.
    fn down(&self) -> Vec<String> {
        let mut down = Vec::new();
        for change in self.changes() {
            let name = self.names[&(change.service, change.server)].clone();
            match change.health {
                Health::Down => down.push(name),
                Health::Up => down.retain(|server| *server != name),
            }
        }
        down.sort();
        down
    }

    /// Ends it, and says how it ended.
    pub fn terminate(mut self) -> ExitStatus {
        kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the servers are called, by virtual service and address.
fn names(services: &[CheckedService]) -> HashMap<(ServiceKey, SocketAddr), String> {
    let of = |checked: &CheckedService| {
        let key = checked.service.key;
        let servers = checked.servers.clone().into_iter();
        servers.map(move |server| ((key, server.entry.address), server.name.to_string()))
    };
    services.iter().flat_map(of).collect()
}

/// Waits for a daemon to say that it is ready.
pub fn await_ready(child: &mut Child) {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
}
