use super::control::{Done, Request, Status};
use super::{Assignment, SupervisorError};
use crate::lab::{Fault, Healing};
use crate::report::Event;
use crate::state::{LabDir, socket};
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, ErrorKind, Write};

/// Asks a lab's supervisor to bring it to what is wanted, and says what came of it.
pub fn reconcile(wanted: &Assignment) -> Result<Event, SupervisorError> {
    let (lab, source) = (Box::new(wanted.lab.clone()), wanted.source.clone());
    ask(&wanted.dir, &Request::Reconcile { lab, source })
}

/// Asks a lab's supervisor to break something, and says what was done, one line each.
pub fn disturb(dir: &LabDir, fault: &Fault) -> Result<Vec<String>, SupervisorError> {
    let done: Done = ask(dir, &Request::Disturb { fault: fault.clone() })?;
    done.map_err(SupervisorError::Refused)
}

/// Asks a lab's supervisor to mend what was broken, and says which faults that were, one line each.
pub fn heal(dir: &LabDir, healing: &Healing) -> Result<Vec<String>, SupervisorError> {
    let done: Done = ask(dir, &Request::Heal { healing: healing.clone() })?;
    done.map_err(SupervisorError::Refused)
}

/// Asks a lab's supervisor how the lab is doing.
pub fn status(dir: &LabDir) -> Result<Status, SupervisorError> {
    ask(dir, &Request::Status)
}

fn ask<T: DeserializeOwned>(dir: &LabDir, request: &Request) -> Result<T, SupervisorError> {
    let strange = |error: serde_json::Error| SupervisorError::Strange(error.to_string());
    let mut stream = socket::connect(&dir.socket()).map_err(SupervisorError::Silent)?;
    let mut line = serde_json::to_vec(request).map_err(strange)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(SupervisorError::Silent)?;
    let mut answer = String::new();
    let read = BufReader::new(stream).read_line(&mut answer).map_err(SupervisorError::Silent)?;
    if read == 0 {
        return Err(SupervisorError::Silent(ErrorKind::UnexpectedEof.into()));
    }
    serde_json::from_str(&answer).map_err(strange)
}
