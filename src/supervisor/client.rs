use super::protocol::{Reply, Request};
use super::{Blueprint, Reconciled, Status, SupervisorError};
use crate::lab::LabName;
use crate::report::Event;
use crate::state::LabDir;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How long an answer that takes no work may take. The supervisor may be at other work first.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to the supervisor of a lab, good for one request.
#[derive(Debug)]
pub struct Client {
    lab: LabName,
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Calls a lab's supervisor.
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotUp`] if there is no such lab, [`SupervisorError::Dead`] if nobody
    /// holds it any more.
    pub fn connect(directory: &LabDir) -> Result<Self, SupervisorError> {
        let lab = directory.name().clone();
        match UnixStream::connect(directory.socket()) {
            Ok(stream) => Ok(Self { lab, stream: BufReader::new(stream) }),
            Err(_) if !directory.exists() => Err(SupervisorError::NotUp(lab)),
            Err(error) => match error.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::NotFound => {
                    Err(SupervisorError::Dead(lab))
                }
                _ => Err(SupervisorError::Silent { lab, cause: error }),
            },
        }
    }

    /// Asks how the lab is.
    pub fn status(mut self) -> Result<Status, SupervisorError> {
        self.ask(&Request::Status, Some(PATIENCE))?;
        match self.answer(&mut |_| {})? {
            Reply::Status(status) => Ok(*status),
            _ => Err(self.garbled("it did not answer the question")),
        }
    }

    /// Asks the supervisor to end. The lab stays as it is, but for its backends.
    pub fn stop(mut self) -> Result<(), SupervisorError> {
        self.ask(&Request::Stop, Some(PATIENCE))?;
        match self.answer(&mut |_| {})? {
            Reply::Stopping => Ok(()),
            _ => Err(self.garbled("it did not answer the question")),
        }
    }

    /// Asks to bring the lab to what a file says now, and passes on what happens.
    pub fn reconcile(
        mut self,
        blueprint: Blueprint,
        events: &mut dyn FnMut(Event),
    ) -> Result<Reconciled, SupervisorError> {
        self.ask(&Request::Reconcile(Box::new(blueprint)), None)?;
        match self.answer(events)? {
            Reply::Reconciled { how } => Ok(how),
            _ => Err(self.garbled("it did not answer the question")),
        }
    }

    fn ask(
        &mut self,
        request: &Request,
        patience: Option<Duration>,
    ) -> Result<(), SupervisorError> {
        let mut line = serde_json::to_vec(request).map_err(|e| self.garbled(&e.to_string()))?;
        line.push(b'\n');
        let stream = self.stream.get_mut();
        let sent = stream.set_read_timeout(patience).and_then(|()| stream.write_all(&line));
        sent.map_err(|cause| self.silent(cause))
    }

    /// Reads up to the first reply that is no event.
    fn answer(&mut self, events: &mut dyn FnMut(Event)) -> Result<Reply, SupervisorError> {
        loop {
            let mut line = String::new();
            match self.stream.read_line(&mut line) {
                Ok(0) => return Err(SupervisorError::Dead(self.lab.clone())),
                Ok(_) => {}
                Err(cause) => return Err(self.silent(cause)),
            }
            match serde_json::from_str(&line).map_err(|e| self.garbled(&e.to_string()))? {
                Reply::Event { event } => events(event),
                Reply::Unknown { fault } => return Err(self.garbled(&fault)),
                last => return Ok(last),
            }
        }
    }

    fn silent(&self, cause: io::Error) -> SupervisorError {
        match cause.kind() {
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
                SupervisorError::Dead(self.lab.clone())
            }
            _ => SupervisorError::Silent { lab: self.lab.clone(), cause },
        }
    }

    fn garbled(&self, fault: &str) -> SupervisorError {
        SupervisorError::Garbled { lab: self.lab.clone(), fault: fault.to_owned() }
    }
}
