use super::program::{End, Program};
use super::task::Task;
use super::worker::{Desk, in_lab};
use crate::cli::provider::Choice;
use crate::lab::LabName;
use crate::report::{Event, Verdict};

/// Builds a lab as `up` does, plays in it as `test --live` does, and takes it down as `down` does
/// if everything passed or somebody wants an end.
pub fn run(
    task: &Task,
    (choice, lab): (&Choice, &LabName),
    desk: &Desk<'_>,
    events: &mut dyn FnMut(Event),
) -> Result<(), String> {
    let kernel = choice.provider.to_string();
    let up = ["up", "--format", "json", "--kernel", &kernel, "--name", lab.as_str(), "--"];
    let (mut built, mut failed) = (None, None);
    let mut hear = |event: Event| match &event {
        Event::Up { .. } => built = Some(event),
        Event::Failed { message, .. } => {
            failed = Some(message.clone());
            events(event);
        }
        _ => events(event),
    };
    let ended =
        program(task, &[&up[..], &[&task.named]].concat(), End::PassOn).run(desk, &mut hear);
    let Some(built) = built else {
        return Err(failed.or(ended.err()).unwrap_or_else(|| "it was not built".to_owned()));
    };
    play(task, (lab, built), desk, events)
}

fn play(
    task: &Task,
    (lab, built): (&LabName, Event),
    desk: &Desk<'_>,
    events: &mut dyn FnMut(Event),
) -> Result<(), String> {
    let (mut built, mut last) = (Some(built), None);
    let mut hear = |event: Event| match event {
        // That it is up is told with the kernel that it is on.
        Event::Unchanged { .. } => built.take().into_iter().for_each(&mut *events),
        Event::LabFinished { report } => last = Some(report),
        event => events(event),
    };
    let ended = in_lab(task, lab, &["--fresh", "--as-built"]).run(desk, &mut hear);
    let passed = ended.is_ok() && last.as_ref().is_some_and(|r| r.verdict() == Verdict::Passed);
    let mut down = Ok(());
    if passed || desk.stop.signal().is_some() {
        down = program(task, &["down", "--quiet", lab.as_str()], End::Wait).run(desk, &mut |_| {});
    } else {
        events(Event::Kept { lab: lab.clone() });
    }
    last.into_iter().for_each(|report| events(Event::LabFinished { report }));
    ended.and(down.map_err(|error| format!("`lvs-lab down {lab}`: {error}")))
}

fn program<'a>(task: &'a Task, words: &[&str], end: End) -> Program<'a> {
    Program { task, args: words.iter().map(|&word| word.to_owned()).collect(), end }
}
