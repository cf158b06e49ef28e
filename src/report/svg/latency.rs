use super::layout::{Axis, LATENCY, LEFT, RIGHT, Tick};
use crate::report::RequestMark;
use crate::report::timeline::Slice;
use crate::text::elapsed;
use std::time::Duration;

/// Up to so many requests each has a mark of its own.
const MOST_SINGLE: usize = 600;

/// How long requests took, over time, on a logarithmic axis.
#[derive(Debug)]
pub struct Latency {
    /// What is drawn.
    pub marks: Vec<Mark>,
    /// The marks on its axis.
    pub ticks: Vec<Tick>,
}

/// A request, or those of one slice of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// A good request, or the median of many.
    Good(f64, f64),
    /// A lost request, or the median of many.
    Lost(f64, f64),
    /// From the slowest to the fastest of many good ones.
    Range {
        /// Where they are.
        x: f64,
        /// The slowest.
        top: f64,
        /// The fastest.
        bottom: f64,
    },
}

/// A logarithmic axis over whole decades.
#[derive(Clone, Copy, Debug)]
struct Decades {
    first: u32,
    last: u32,
}

impl Latency {
    /// Of all requests, which are in slices that fill the axis.
    pub fn of(requests: &[RequestMark], slices: &[Slice<'_>], axis: Axis) -> Self {
        let decades = Decades::of(requests);
        let marks = if requests.len() <= MOST_SINGLE {
            requests.iter().map(|r| single(r, axis, decades)).collect()
        } else {
            let places = slices.iter().enumerate();
            places.flat_map(|(place, slice)| many(slice, center(place, axis), decades)).collect()
        };
        Self { marks, ticks: decades.ticks() }
    }
}

fn center(place: usize, axis: Axis) -> f64 {
    LEFT + (RIGHT - LEFT) * (place as f64 + 0.5) / axis.columns as f64
}

fn single(request: &RequestMark, axis: Axis, decades: Decades) -> Mark {
    let (x, y) = (axis.x(request.at_micros), decades.y(request.micros));
    if request.good { Mark::Good(x, y) } else { Mark::Lost(x, y) }
}

fn many(slice: &Slice<'_>, x: f64, decades: Decades) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some((fastest, median, slowest)) = spread(&slice.good) {
        marks.push(Mark::Range { x, top: decades.y(slowest), bottom: decades.y(fastest) });
        marks.push(Mark::Good(x, decades.y(median)));
    }
    marks.extend(spread(&slice.lost).map(|(_, median, _)| Mark::Lost(x, decades.y(median))));
    marks
}

/// The least, the median and the greatest latency.
fn spread(requests: &[&RequestMark]) -> Option<(u64, u64, u64)> {
    let mut all: Vec<_> = requests.iter().map(|request| request.micros).collect();
    all.sort_unstable();
    Some((*all.first()?, *all.get(all.len() / 2)?, *all.last()?))
}

impl Decades {
    fn of(requests: &[RequestMark]) -> Self {
        let all = || requests.iter().map(|request| request.micros.max(1));
        let first = all().min().unwrap_or(100).ilog10();
        let last = all().max().unwrap_or(1_000).ilog10() + 1;
        Self { first, last }
    }

    fn y(self, micros: u64) -> f64 {
        let share = (micros.max(1) as f64).log10() - f64::from(self.first);
        LATENCY.at(share / f64::from(self.last - self.first))
    }

    fn ticks(self) -> Vec<Tick> {
        let tick = |decade: u32| {
            let micros = 10_u64.saturating_pow(decade);
            Tick { at: self.y(micros), label: elapsed(Duration::from_micros(micros)) }
        };
        (self.first..=self.last).map(tick).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(micros: u64) -> RequestMark {
        RequestMark { at_micros: 0, micros, good: true, by: String::new() }
    }

    #[test]
    fn the_axis_has_whole_decades() {
        let decades = Decades::of(&[request(300), request(45_000)]);
        let labels: Vec<_> = decades.ticks().into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["100 µs", "1 ms", "10 ms", "100 ms"]);
        assert_eq!(decades.y(100), LATENCY.bottom);
        assert_eq!(decades.y(100_000), LATENCY.top);
    }

    #[test]
    fn no_latency_falls_out_of_the_picture() {
        let decades = Decades::of(&[request(0), request(u64::MAX)]);
        for micros in [0, 1, u64::MAX] {
            assert!((LATENCY.top..=LATENCY.bottom).contains(&decades.y(micros)));
        }
    }

    #[test]
    fn many_requests_are_a_range_and_its_median() {
        let requests = [request(10), request(20), request(90)];
        assert_eq!(spread(&requests.each_ref()), Some((10, 20, 90)));
        assert_eq!(spread(&[]), None);
    }
}
