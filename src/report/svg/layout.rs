use super::labels::{Label, labels};
use super::latency::Latency;
use super::rate::Rate;
use crate::report::Timeline;
use crate::report::timeline::{scale, slices, step};

/// The width of the picture; lengths are in its units, a screen's pixels where there is room.
pub const WIDTH: f64 = 960.0;
/// Its height.
pub const HEIGHT: f64 = 306.0;
/// Where time begins.
pub const LEFT: f64 = 60.0;
/// Where time ends.
pub const RIGHT: f64 = WIDTH - 12.0;
/// Where the lines of incidents begin, below their labels.
pub const TOP: f64 = 26.0;
/// The rows of the picture.
pub const RATE: Band = Band { top: 52.0, bottom: 140.0 };
/// Below it, with room for a title.
pub const LATENCY: Band = Band { top: 174.0, bottom: 276.0 };

/// The most columns: at more they are thinner than a reader can tell apart.
const MOST_COLUMNS: u64 = 148;
/// A column stands for as many requests, if there are enough.
const PER_COLUMN: u64 = 4;
/// How many marks the scale of time has.
const TICKS: u64 = 10;
/// Lost spans that are nearer than this are one.
const NEAR: f64 = 4.0;

/// From where to where something goes, downwards.
#[derive(Clone, Copy, Debug)]
pub struct Band {
    /// Its upper edge.
    pub top: f64,
    /// Its lower edge.
    pub bottom: f64,
}

impl Band {
    /// Where a share of its height is, 0 at the bottom and 1 at the top.
    pub fn at(self, share: f64) -> f64 {
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

/// The axis of time.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Its end, in microseconds.
    pub end: u64,
    /// How many columns it has.
    pub columns: usize,
}

impl Axis {
    fn of(timeline: &Timeline) -> Self {
        let most = (timeline.requests.len() as u64 / PER_COLUMN).clamp(1, MOST_COLUMNS);
        let column = step(timeline.end() / most);
        let columns = timeline.end().div_ceil(column).max(1);
        Self { end: columns.saturating_mul(column), columns: usize::try_from(columns).unwrap_or(1) }
    }

    /// Where a moment is.
    pub fn x(self, micros: u64) -> f64 {
        LEFT + (RIGHT - LEFT) * (micros as f64 / self.end as f64).min(1.0)
    }
}

/// A mark on an axis.
#[derive(Debug)]
pub struct Tick {
    /// Where, along the axis.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// A stretch of time in which requests were lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// Where everything in the picture is.
#[derive(Debug)]
pub struct Chart {
    /// The marks on the axis of time.
    pub ticks: Vec<Tick>,
    /// What is shaded.
    pub lost: Vec<Span>,
    /// How many requests, over time.
    pub rate: Rate,
    /// How long they took, over time.
    pub latency: Latency,
    /// Where the incidents are.
    pub incidents: Vec<f64>,
    /// The labels above them.
    pub labels: Vec<Label>,
}

impl Chart {
    /// Of a timeline.
    pub fn of(timeline: &Timeline) -> Self {
        let axis = Axis::of(timeline);
        let slices = slices(&timeline.requests, axis.end, axis.columns);
        let incidents: Vec<_> = timeline.incidents.iter().map(|i| axis.x(i.at_micros)).collect();
        let ticks = scale(axis.end, TICKS).into_iter();
        Self {
            ticks: ticks.map(|tick| Tick { at: axis.x(tick.at), label: tick.label }).collect(),
            lost: lost(timeline, axis),
            rate: Rate::of(&slices, axis),
            latency: Latency::of(&timeline.requests, &slices, axis),
            labels: labels(&incidents),
            incidents,
        }
    }
}

/// From each lost request that follows a good one to the next good one.
fn lost(timeline: &Timeline, axis: Axis) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let requests = &timeline.requests;
    let runs = requests.chunk_by(|one, next| one.good == next.good);
    let mut begun = 0;
    for run in runs {
        begun += run.len();
        if run[0].good {
            continue;
        }
        let until = requests.get(begun).map(|next| next.at_micros);
        let end = until.unwrap_or_else(|| run.iter().map(|r| r.end()).max().unwrap_or(axis.end));
        let from = axis.x(run[0].at_micros);
        let to = axis.x(end).max((from + 1.0).min(RIGHT));
        match spans.last_mut().filter(|last| from - last.to < NEAR) {
            Some(last) => last.to = to,
            None => spans.push(Span { from, to }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::RequestMark;

    fn timeline(goods: &[bool]) -> Timeline {
        let request = |(number, good): (u64, &bool)| RequestMark {
            at_micros: number * 100_000,
            micros: 1_000,
            good: *good,
            by: "rs1".to_owned(),
        };
        Timeline {
            requests: (0..).zip(goods).map(request).collect(),
            end_micros: goods.len() as u64 * 100_000,
            ..Timeline::default()
        }
    }

    #[test]
    fn time_fills_the_width() {
        let chart = Chart::of(&timeline(&[true; 100]));
        assert_eq!(chart.ticks.first().map(|t| t.at), Some(LEFT));
        assert_eq!(chart.ticks.last().map(|t| (t.at, t.label.as_str())), Some((RIGHT, "10 s")));
    }

    #[test]
    fn what_was_lost_is_shaded_up_to_the_next_good_request() {
        let goods: Vec<_> = (0..100).map(|n| !(20..50).contains(&n)).collect();
        let timeline = timeline(&goods);
        let axis = Axis::of(&timeline);
        let expected = Span { from: axis.x(2_000_000), to: axis.x(5_000_000) };
        assert_eq!(Chart::of(&timeline).lost, [expected]);
    }

    #[test]
    fn a_load_that_was_lost_at_its_end_is_shaded_inside_the_picture() {
        let chart = Chart::of(&timeline(&[true, true, false]));
        assert!(chart.lost.iter().all(|span| span.from < span.to && span.to <= RIGHT));
        assert_eq!(chart.lost.len(), 1);
    }

    #[test]
    fn a_timeline_of_any_size_has_a_picture_of_bounded_size() {
        let goods: Vec<_> = (0..10_000).map(|n| n % 3 != 0).collect();
        let chart = Chart::of(&timeline(&goods));
        assert!(chart.rate.columns.len() <= 150);
        assert!(chart.latency.marks.len() <= 450);
        assert!(chart.lost.len() <= 250, "{}", chart.lost.len());
        assert!(Chart::of(&timeline(&[])).rate.columns.is_empty());
    }
}
