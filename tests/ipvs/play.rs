//! What is done with a drawn case: connections from several addresses and ports that are closed at
//! once, held, and released in random order; real servers that get another weight, are taken out
//! and come back; and, where entries are brief, a time after which they are gone.

use crate::case::{Case, entry};
use crate::farm::{Called, Client, Farm};
use crate::sandbox::director;
use lvs_lab::kernel::Kernel;
use lvs_lab::oracle::{Choice, Oracle, Tuple};
use lvs_lab::plan::ServiceKey;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// How many things happen in a case.
const STEPS: u64 = 60;
/// What is awaited so long is not awaited any longer: the oracle knows of it or does not.
const PATIENCE: Duration = Duration::from_secs(20);
/// After this time every brief entry is gone, by the oracle's reckoning too.
const BRIEF: Duration = Duration::from_millis(2_800);
/// And every template.
const BRIEF_TEMPLATE: Duration = Duration::from_millis(6_200);
/// A call that takes longer leaves it open when its brief entries begin to go.
const PROMPT: Duration = Duration::from_millis(200);

pub enum Verdict {
    Same,
    Unpredictable,
    Different(String),
}

/// A case while it is played.
pub struct Play {
    begun: Instant,
    tables: Vec<Table>,
    open: Vec<(usize, Tuple, Client)>,
    log: String,
    /// Whether a call was not prompt, as on a machine that sleeps.
    stalled: bool,
}

/// What is said of a service, and the weights of those that are in its table now.
struct Table {
    oracle: Oracle,
    weights: Vec<Option<u32>>,
}

impl Play {
    pub fn new(case: &Case) -> Self {
        let table = |service| {
            let mut oracle = Oracle::new(service).unwrap();
            oracle.set_timeouts(case.timeouts());
            Table { oracle, weights: service.destinations.iter().map(|d| Some(d.weight)).collect() }
        };
        let tables = case.services.iter().map(table).collect();
        let (open, log) = (Vec::new(), String::new());
        Self { begun: Instant::now(), tables, open, log, stalled: false }
    }

    pub async fn play(mut self, case: &mut Case, farm: &mut Farm) -> Verdict {
        for step in 0..STEPS {
            if case.brief && step == STEPS / 2 {
                self.expire(case, farm).await;
            }
            match case.draw.below(24) {
                0..6 => self.release(case).await,
                6 | 7 => self.weigh(case, farm).await,
                8 => self.remove_or_add(case, farm).await,
                _ => match self.connect(case, farm).await {
                    None => return Verdict::Unpredictable,
                    Some(true) => {}
                    Some(false) => return Verdict::Different(case.told(&self.log)),
                },
            }
        }
        Verdict::Same
    }

    /// Opens a connection, and closes it at once or holds it: whether both chose the same, or none
    /// where nobody can know.
    async fn connect(&mut self, case: &mut Case, farm: &Farm) -> Option<bool> {
        let which = case.draw.below(case.services.len() as u64) as usize;
        let target = *case.draw.one_of(&case.targets(which));
        let client = loop {
            let from = farm.source(&mut case.draw, target.ip());
            if self.open.iter().all(|(_, tuple, _)| tuple.client != from) {
                break from;
            }
        };
        let (tuple, oracle) = (Tuple { client, target }, &mut self.tables[which].oracle);
        let called_at = Instant::now();
        oracle.advance(self.begun.elapsed());
        let expected = oracle.connect(tuple).ok()?;
        let called = farm.call(case.services[which].protocol, tuple).await;
        let observed = match &called {
            Called::By(server, _) => Some(Choice::Destination(*server)),
            Called::Refused => Some(Choice::Refused),
            Called::Lost => None,
        };
        let line = format!("{target} from {client}: kernel {observed:?}, oracle {expected:?}");
        let _ = writeln!(self.log, "{line}");
        if let Called::By(_, Some(stream)) = called {
            if case.draw.below(2) == 0 {
                self.open.push((which, tuple, stream));
            } else {
                stream.close().await;
                oracle.advance(self.begun.elapsed());
                oracle.close(tuple);
            }
        }
        self.stalled |= called_at.elapsed() > PROMPT;
        let is_same = observed == Some(expected);
        (is_same || !(case.brief && self.stalled)).then_some(is_same)
    }

    /// Closes a held connection of a real server that can hear of it.
    async fn release(&mut self, case: &mut Case) {
        let tables = &self.tables;
        let is_listed = |(which, _, client): &(usize, Tuple, Client)| {
            tables[*which].weights[client.server].is_some()
        };
        let all = 0..self.open.len();
        let listed: Vec<_> = all.filter(|at| is_listed(&self.open[*at])).collect();
        if !listed.is_empty() {
            let at = *case.draw.one_of(&listed);
            self.close(at).await;
        }
    }

    async fn close(&mut self, at: usize) {
        let (which, tuple, client) = self.open.swap_remove(at);
        let called_at = Instant::now();
        client.close().await;
        self.stalled |= called_at.elapsed() > PROMPT;
        let oracle = &mut self.tables[which].oracle;
        oracle.advance(self.begun.elapsed());
        oracle.close(tuple);
        let _ = writeln!(self.log, "{} closed", tuple.client);
    }

    /// Gives a real server another weight, or the same once more.
    async fn weigh(&mut self, case: &mut Case, farm: &mut Farm) {
        let (which, server) = drawn(case);
        if self.tables[which].weights[server].is_some() {
            let weight = *case.draw.one_of(&[0, 0, 1, 1, 2, 5, 6, 40]);
            self.put(case, farm, (which, server, weight)).await;
        }
    }

    async fn remove_or_add(&mut self, case: &mut Case, farm: &mut Farm) {
        let (which, server) = drawn(case);
        let (service, table) = (&case.services[which], &mut self.tables[which]);
        let destination = &service.destinations[server];
        if table.weights[server].take().is_none() {
            self.put(case, farm, (which, server, destination.weight)).await;
            return;
        }
        farm.lab.kernel.undo(&entry(service, destination, 0)).await.unwrap();
        table.oracle.remove(server);
        let _ = writeln!(self.log, "{} of {} removed", destination.real_server, service.vip);
    }

    async fn put(
        &mut self,
        case: &Case,
        farm: &mut Farm,
        (which, server, weight): (usize, usize, u32),
    ) {
        let (service, table) = (&case.services[which], &mut self.tables[which]);
        let destination = &service.destinations[server];
        farm.lab.apply(&[entry(service, destination, weight)]).await;
        table.weights[server] = Some(weight);
        table.oracle.put(server, weight);
        let _ = writeln!(self.log, "{} of {}: {weight}", destination.real_server, service.vip);
    }

    /// Ends every connection, and waits until their entries are gone, and the templates.
    async fn expire(&mut self, case: &Case, farm: &mut Farm) {
        for which in 0..case.services.len() {
            for server in 0..case.services[which].destinations.len() {
                let weight = case.services[which].destinations[server].weight;
                if self.tables[which].weights[server].is_none() {
                    self.put(case, farm, (which, server, weight)).await;
                }
            }
        }
        while let Some(last) = self.open.len().checked_sub(1) {
            self.close(last).await;
        }
        let (closed, port) = (Instant::now(), case.services[0].port);
        let is_sticky = case.services[0].persistence.is_some();
        let least = if is_sticky { BRIEF_TEMPLATE } else { BRIEF };
        let keys: Vec<_> = case.services.iter().map(ServiceKey::from).collect();
        // A template of a service by mark is of the mark, every other entry of an address.
        let is_its = |key: ServiceKey| {
            keys.contains(&key) || key.address().is_some_and(|address| address.port() == port)
        };
        let mut is_left = || {
            let connections = farm.lab.kernel.ipvs_connections(&director()).unwrap();
            connections.iter().any(|connection| is_its(connection.virtual_service))
        };
        while closed.elapsed() < least || (is_left() && closed.elapsed() < PATIENCE) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let _ = writeln!(self.log, "entries left after {:?}: {}", closed.elapsed(), is_left());
    }
}

fn drawn(case: &mut Case) -> (usize, usize) {
    let which = case.draw.below(case.services.len() as u64) as usize;
    let servers = case.services[which].destinations.len() as u64;
    (which, case.draw.below(servers) as usize)
}
