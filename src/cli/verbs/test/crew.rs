use super::Task;
use super::{show, worker};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::furnish::of_test;
use crate::cli::provider::{self, Choice};
use crate::report::{Event, LabReport, Report};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Tests the labs, so many at once; each lab's lines stay together, in the order of their ends.
pub fn test(tasks: &[Task], jobs: usize, context: &Context) -> Result<Report, Failure> {
    let choose = |task: &Task| provider::choose(context, &task.lab, &of_test(&task.lab));
    let choices = tasks.iter().map(choose).collect::<Result<Vec<_>, _>>()?;
    let labs = match jobs.min(tasks.len()) {
        0 | 1 => {
            let work = tasks.iter().zip(&choices);
            work.map(|(task, choice)| {
                let mut show = show::Live::new(context);
                one(task, choice, context, &mut |event| show.event(&event))
            })
            .collect()
        }
        jobs => at_once(tasks, &choices, jobs, context),
    };
    Ok(Report { labs })
}

fn at_once(tasks: &[Task], choices: &[Choice], jobs: usize, context: &Context) -> Vec<LabReport> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..tasks.len()).collect());
    let done: Mutex<Vec<(usize, LabReport)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(index) = lock(&queue).pop_front() {
                    let mut events = Vec::new();
                    let task = &tasks[index];
                    let report = one(task, &choices[index], context, &mut |e| events.push(e));
                    let mut done = lock(&done);
                    let mut show = show::Live::new(context);
                    events.iter().for_each(|event| show.event(event));
                    done.push((index, report));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, report)| report).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has one lab tested, passes its events on, and returns its report; a worker that ends without
/// one makes a report that says so.
fn one(
    task: &Task,
    choice: &Choice,
    context: &Context,
    events: &mut dyn FnMut(Event),
) -> LabReport {
    events(Event::Note { text: choice.line(&task.lab) });
    let mut report = None;
    let ended = worker::run(task, choice.provider, context, &mut |event| {
        if let Event::LabFinished { report: finished } = &event {
            report = Some(finished.clone());
        }
        events(event);
    });
    match (report, ended) {
        (Some(report), Ok(())) => report,
        (report, ended) => {
            let error = ended.err().unwrap_or_else(|| "the worker ended without a report".into());
            let mut broken = report.unwrap_or_else(|| LabReport {
                topology: task.named.clone(),
                ..LabReport::default()
            });
            broken.error =
                Some(broken.error.map_or(error.clone(), |first| format!("{first}; {error}")));
            events(Event::LabFinished { report: broken.clone() });
            broken
        }
    }
}
