use super::course::Course;
use super::findings::Findings;
use super::show;
use super::task::{Ground, Task};
use super::worker::{self, Desk};
use crate::report::{Event, LabReport};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Tests the labs, so many at once, until there are no more or somebody wants an end; each lab's
/// lines stay together, in the order of their ends.
pub fn test(tasks: &[Task], jobs: usize, desk: &Desk<'_>, findings: &mut Findings) {
    let jobs = jobs.min(tasks.len());
    if jobs > 1 {
        return at_once(tasks, jobs, desk, findings);
    }
    for (number, task) in tasks.iter().enumerate().take_while(|_| desk.stop.signal().is_none()) {
        let mut show = show::Live::new(desk.context);
        let report = one(task, desk, &mut |event| show.event(&event));
        findings.add(number, report);
    }
}

fn at_once(tasks: &[Task], jobs: usize, desk: &Desk<'_>, findings: &mut Findings) {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..tasks.len()).collect());
    let findings = Mutex::new(findings);
    let next = || lock(&queue).pop_front().filter(|_| desk.stop.signal().is_none());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(number) = next() {
                    let mut events = Vec::new();
                    let report = one(&tasks[number], desk, &mut |event| events.push(event));
                    let mut findings = lock(&findings);
                    let mut show = show::Live::new(desk.context);
                    events.iter().for_each(|event| show.event(event));
                    findings.add(number, report);
                }
            });
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has one lab tested, passes its events on, and returns its report.
fn one(task: &Task, desk: &Desk<'_>, events: &mut dyn FnMut(Event)) -> LabReport {
    if let Ground::Own(choice) | Ground::Kept { choice, .. } = &task.ground {
        events(Event::Note { text: choice.line(&task.lab) });
    }
    let mut course = Course::begin(&task.named);
    let ended = worker::run(task, desk, &mut |event| {
        course.hear(&event);
        if !matches!(event, Event::LabFinished { .. }) {
            events(event);
        }
    });
    let interrupted = desk.stop.signal().map(|signal| format!("interrupted by {signal}"));
    let report = course.end(ended.err().map(|fault| interrupted.unwrap_or(fault)));
    let report = task.describe(report);
    events(Event::LabFinished { report: report.clone() });
    report
}
