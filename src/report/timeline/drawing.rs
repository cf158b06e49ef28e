use super::slices::place;
use super::{Fill, Slice, Timeline, Totals, precise, scale, slices};
use crate::report::lines::Lines;
use crate::text::{Ink, Style, elapsed};
use std::time::Duration;

/// The columns in front of everything.
const INDENT: usize = 6;
/// The widest bar; beyond it the eye finds nothing any more.
const WIDEST: usize = 100;
/// What a terminal is taken to have when nobody knows.
const USUAL_WIDTH: usize = 80;
/// How many incidents are told.
const MOST_INCIDENTS: usize = 20;
/// The columns of a mark on the scale and the space behind it.
const TICK: usize = 10;

/// Draws a timeline: a bar of time, its scale, the incidents and the totals.
pub fn draw(lines: &mut Lines, timeline: &Timeline, style: Style) {
    let width = style.width.unwrap_or(USUAL_WIDTH).saturating_sub(INDENT).clamp(TICK, WIDEST);
    if !timeline.requests.is_empty() {
        bar(lines, timeline, (style, width));
    }
    incidents(lines, timeline);
    if !timeline.requests.is_empty() {
        totals(lines, &Totals::of(timeline));
    }
}

fn bar(lines: &mut Lines, timeline: &Timeline, (style, width): (Style, usize)) {
    let slices = slices(&timeline.requests, timeline.end(), width);
    let fills: Vec<_> = slices.iter().map(Slice::fill).collect();
    let runs = fills.chunk_by(|one, next| one == next);
    let painted: String = runs.map(|run| cells(style, run[0], run.len())).collect();
    lines.drawn(INDENT, &painted);
    if !timeline.incidents.is_empty() {
        lines.drawn(INDENT, &arrows(timeline, (style, width)));
    }
    lines.drawn(INDENT, &style.colour.paint(Ink::Faint, &ruler(timeline, (style, width))));
    lines.drawn(INDENT, &legend(style, &fills));
}

fn cells(style: Style, fill: Fill, count: usize) -> String {
    let (unicode, ascii, ink) = match fill {
        Fill::Good => ("█", "#", Ink::Green),
        Fill::Mixed => ("▄", "+", Ink::Yellow),
        Fill::Lost => ("×", "x", Ink::Red),
        Fill::Empty => ("·", ".", Ink::Faint),
    };
    style.colour.paint(ink, &style.letters.choose(unicode, ascii).repeat(count))
}

fn arrows(timeline: &Timeline, (style, width): (Style, usize)) -> String {
    let mut row = vec![" "; width];
    for incident in &timeline.incidents {
        row[place(incident.at_micros, timeline.end(), width)] = style.letters.choose("▲", "^");
    }
    row.concat().trim_end().to_owned()
}

fn ruler(timeline: &Timeline, (style, width): (Style, usize)) -> String {
    let mark = style.letters.choose("╵", "'");
    let mut row = String::new();
    for tick in scale(timeline.end(), (width / TICK) as u64) {
        let label = format!("{mark}{}", tick.label);
        let (column, used) = (place(tick.at, timeline.end(), width), row.chars().count());
        let fits = column + label.chars().count() <= width;
        if fits && (column > used || used == 0) {
            row.push_str(&" ".repeat(column - used));
            row.push_str(&label);
        }
    }
    row
}

/// What the cells mean, those that there are.
fn legend(style: Style, fills: &[Fill]) -> String {
    let meanings = [
        (Fill::Good, "good"),
        (Fill::Mixed, "some lost"),
        (Fill::Lost, "all lost"),
        (Fill::Empty, "none sent"),
    ];
    let there = meanings.into_iter().filter(|(fill, _)| fills.contains(fill));
    let words: Vec<_> = there
        .map(|(fill, word)| {
            format!("{} {}", cells(style, fill, 1), style.colour.paint(Ink::Faint, word))
        })
        .collect();
    words.join("  ")
}

fn incidents(lines: &mut Lines, timeline: &Timeline) {
    let width = precise(timeline.end()).len();
    for incident in timeline.incidents.iter().take(MOST_INCIDENTS) {
        let at = precise(incident.at_micros);
        let label = format!("{at:>width$}  {:<5}  ", incident.kind);
        lines.labelled(INDENT, &label, &incident.text);
    }
    if let Some(more @ 1..) = timeline.incidents.len().checked_sub(MOST_INCIDENTS) {
        lines.add(INDENT, Ink::Faint, &format!("… and {more} more"));
    }
}

fn totals(lines: &mut Lines, totals: &Totals) {
    let gap = elapsed(Duration::from_micros(totals.longest_gap));
    let Totals { requests, good, lost, .. } = totals;
    let sum = format!("{requests} requests: {good} good, {lost} lost, longest gap {gap}");
    lines.add(INDENT, Ink::Plain, &sum);
    for (label, counts) in [("good: ", &totals.answered), ("lost: ", &totals.reasons)] {
        let words: Vec<_> = counts.iter().map(|(who, count)| format!("{who} {count}")).collect();
        if !words.is_empty() {
            lines.labelled(INDENT, label, &words.join("  "));
        }
    }
}
