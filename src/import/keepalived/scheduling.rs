use super::block::Statement;
use super::reading::Reading;
use crate::import::{Said, Service};
use crate::lab::{Scheduler, SchedulerFlag};

/// How long a client stays if nothing else is said, in seconds: six minutes (keepalived.conf(5)).
pub const PERSISTENT: i64 = 360;

/// The longest persistence: 31 days, in seconds (ip_vs.h).
const LONGEST_PERSISTENCE: i64 = 86_400 * 31;

/// A flag of `sh` or `mh`, which keepalived takes behind that scheduler only.
pub fn flag(service: &mut Service, statement: &Statement, reading: &mut Reading) {
    let word = statement.keyword();
    let scheduler = service.scheduler.as_ref().map(|said| said.value.as_str());
    if scheduler != word.split('-').next() {
        let how = "keepalived ignores it: it stands behind no such scheduler";
        return reading.taken_as(statement, how);
    }
    let ends = word.ends_with("port");
    let flag = if ends { SchedulerFlag::Port } else { SchedulerFlag::Fallback };
    if !service.flags.contains(&flag) {
        service.flags.push(flag);
    }
}

/// The scheduler; none where keepalived takes its default.
pub fn scheduler(statement: &Statement, reading: &mut Reading) -> Option<Said<String>> {
    let word = reading.argument(statement)?;
    let known = Scheduler::ALL.iter().any(|scheduler| scheduler.keyword() == word.text());
    if !known {
        reading
            .taken_as(statement, "keepalived ignores it: it is no scheduler of IPVS; wlc is used");
    }
    known.then(|| word.said.clone())
}

/// keepalived takes the word alone as well.
pub fn persistence(statement: &Statement, reading: &mut Reading) -> Option<Said<i64>> {
    if statement.arguments().is_empty() {
        return Some(Said { value: PERSISTENT, spot: statement.spot });
    }
    reading.number(statement, 1..=LONGEST_PERSISTENCE)
}
