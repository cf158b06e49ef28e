use super::layout::{Axis, LEFT, RATE, RIGHT, Tick};
use crate::report::timeline::Slice;

/// Requests per second over time, as columns.
#[derive(Debug)]
pub struct Rate {
    /// The columns, those that are not empty.
    pub columns: Vec<Column>,
    /// The marks on its axis.
    pub ticks: Vec<Tick>,
}

/// The requests of one slice of time, the lost ones above the good ones.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its left edge.
    pub x: f64,
    /// Its width.
    pub width: f64,
    /// Where the good ones end and the lost ones begin.
    pub good_top: f64,
    /// Where it ends.
    pub top: f64,
}

impl Rate {
    /// Of slices that fill the axis.
    pub fn of(slices: &[Slice<'_>], axis: Axis) -> Self {
        let pitch = (RIGHT - LEFT) / axis.columns as f64;
        let seconds = axis.end as f64 / 1e6 / axis.columns as f64;
        let most = slices.iter().map(|s| s.good.len() + s.lost.len()).max().unwrap_or(0);
        let (step, top) = rounded(most as f64 / seconds);
        let y = |count: usize| RATE.at(count as f64 / seconds / top);
        let column = |(number, slice): (usize, &Slice<'_>)| {
            let (good, lost) = (slice.good.len(), slice.lost.len());
            let gap = if pitch > 3.0 { 1.0 } else { 0.0 };
            let x = LEFT + pitch * number as f64;
            let (good_top, top) = (y(good), y(good + lost));
            (good + lost > 0).then_some(Column { x, width: pitch - gap, good_top, top })
        };
        let marks = std::iter::successors(Some(0.0), |value| Some(value + step));
        let marks = marks.take_while(|value| *value <= top * 1.001);
        Self {
            columns: slices.iter().enumerate().filter_map(column).collect(),
            ticks: marks.map(|v| Tick { at: RATE.at(v / top), label: number(v) }).collect(),
        }
    }
}

/// The step of an axis up to `most`, and the axis' end: two to five steps.
fn rounded(most: f64) -> (f64, f64) {
    let decade = 10_f64.powf(most.max(1e-3).log10().floor() - 1.0);
    let steps = [2.0, 5.0, 10.0, 20.0, 50.0].map(|n| n * decade);
    let step = steps.into_iter().find(|step| most / step <= 4.0).unwrap_or(most);
    (step, step * (most / step).ceil().max(1.0))
}

fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number() {
        assert_eq!(rounded(100.0), (50.0, 100.0));
        assert_eq!(rounded(103.0), (50.0, 150.0));
        assert_eq!(rounded(7.0), (2.0, 8.0));
        let (step, top) = rounded(0.0);
        assert!(step > 0.0 && top >= step);
    }

    #[test]
    fn numbers_have_no_empty_digits() {
        assert_eq!(number(50.0), "50");
        assert_eq!(number(0.5), "0.5");
        assert_eq!(number(0.0), "0");
    }
}
