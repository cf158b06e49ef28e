//! Two directors on the running kernel: virtual routers without virtual services need no IPVS.

use crate::support::{Place, Ran, eventually, unique};
use std::fs;
use std::process::Command;

/// The VIP.
pub const VIP: &str = "192.168.150.100";

/// The directors; the first one is the better.
pub const DIRECTORS: [&str; 2] = ["node01", "node04"];

/// The topology of a pair with an engine; `interval` is between two adverts of version 3.
pub fn topology(lab: &str, engine: &str, interval: &str) -> String {
    format!(
        "name: {lab}
networks: {{ lan: 192.168.150.0/24 }}
clients: {{ client: {{ addresses: {{ lan: 192.168.150.9 }} }} }}
directors:
  node01: {{ addresses: {{ lan: 192.168.150.1 }} }}
  node04: {{ addresses: {{ lan: 192.168.150.4 }} }}
real_servers:
  node02: {{ addresses: {{ lan: 192.168.150.2 }} }}
high_availability:
  engine: {engine}
  virtual_routers:
    VI_1:
      router_id: 51
      version: 3
      advert_interval: {interval}
      priorities: {{ node01: 100, node04: 50 }}
      vips: [{VIP}]
"
    )
}

/// A place for one pair.
pub struct Pair {
    pub place: Place,
    pub lab: String,
}

impl Pair {
    /// Of this name, not up yet.
    pub fn new(name: &str) -> Self {
        Self { place: Place::new(), lab: unique(name) }
    }

    /// Writes its file: with this engine, and an advert each 100 ms.
    pub fn file(&self, engine: &str) -> String {
        self.place.write("pair.yaml", &topology(&self.lab, engine, "100ms"))
    }

    /// Brings it up.
    pub fn up(&self, engine: &str) {
        self.place.run(&["--kernel", "host", "up", &self.file(engine)]).code(0);
    }

    /// Does something to the lab: `fault` or `heal`, and what.
    #[track_caller]
    pub fn verb(&self, words: &[&str]) -> Ran {
        let [verb, rest @ ..] = words else { panic!("no verb") };
        self.place.run(&[&[*verb, &self.lab], rest].concat()).code(0)
    }

    /// Where a node is.
    pub fn namespace(&self, node: &str) -> String {
        format!("{}-{node}", self.lab)
    }

    /// The directors that hold the VIP, in the words of ip(8); one that is gone holds none.
    pub fn holders(&self) -> Vec<&'static str> {
        let holds = |node: &&&str| {
            let words = ["-n", &self.namespace(node), "-br", "address", "show", "dev", "eth0"];
            let shown = Command::new("ip").args(words).output().unwrap().stdout;
            String::from_utf8(shown).unwrap().contains(&format!(" {VIP}/32"))
        };
        DIRECTORS.iter().filter(holds).copied().collect()
    }

    /// Waits until these directors, and no others, hold the VIP.
    #[track_caller]
    pub fn await_holders(&self, wanted: &[&str]) {
        let reached = || self.holders() == wanted;
        eventually(reached, || format!("held by {:?} instead of {wanted:?}", self.holders()));
    }

    /// The living processes of the directors' daemons, wherever they are.
    pub fn daemons(&self) -> Vec<u32> {
        let state = format!("LVS_LAB_STATE_DIR={}", self.place.state().display());
        let is_daemon = |id: &u32| {
            let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            let has = |start: &str| {
                let mut variables = environment.split(|byte| *byte == 0);
                variables.any(|variable| variable.starts_with(start.as_bytes()))
            };
            has("LVS_LAB_DAEMON=") && has(&state)
        };
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(is_daemon).collect()
    }

    /// Waits until each director has a daemon.
    #[track_caller]
    pub fn await_daemons(&self) {
        let are_there = || self.daemons().len() >= DIRECTORS.len();
        eventually(are_there, || format!("only {:?}", self.daemons()));
    }

    /// Panics unless the lab, and all that its daemons were, is gone.
    #[track_caller]
    pub fn assert_gone(&self) {
        self.place.traces(&[&self.lab]).assert_none();
        assert_eq!(self.daemons(), [0; 0]);
    }

    /// Waits until no daemon is left.
    #[track_caller]
    pub fn await_deaths(&self) {
        eventually(|| self.daemons().is_empty(), || format!("{:?} live on", self.daemons()));
    }

    /// Waits until nothing is left.
    #[track_caller]
    pub fn await_end(&self) {
        self.await_deaths();
        let traces = || self.place.traces(&[&self.lab]);
        eventually(|| traces().is_none(), || format!("{:#?}", traces()));
    }
}
