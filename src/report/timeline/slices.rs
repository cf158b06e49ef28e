use super::RequestMark;

/// The requests that began in one slice of time.
#[derive(Clone, Debug, Default)]
pub struct Slice<'t> {
    /// Those with a good answer.
    pub good: Vec<&'t RequestMark>,
    /// Those without.
    pub lost: Vec<&'t RequestMark>,
}

/// How the requests of a slice fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fill {
    /// Every one had a good answer.
    Good,
    /// Some had.
    Mixed,
    /// None had.
    Lost,
    /// None was sent.
    Empty,
}

impl Slice<'_> {
    /// How its requests fared.
    pub fn fill(&self) -> Fill {
        match (self.good.is_empty(), self.lost.is_empty()) {
            (true, true) => Fill::Empty,
            (false, true) => Fill::Good,
            (false, false) => Fill::Mixed,
            (true, false) => Fill::Lost,
        }
    }
}

/// The requests in `count` slices of equal length of the time up to `end`.
pub fn slices(requests: &[RequestMark], end: u64, count: usize) -> Vec<Slice<'_>> {
    let mut slices = vec![Slice::default(); count];
    for request in requests {
        let at = place(request.at_micros, end, count);
        let Some(slice) = slices.get_mut(at) else { continue };
        if request.good { slice.good.push(request) } else { slice.lost.push(request) }
    }
    slices
}

/// In which of `count` slices of the time up to `end` a moment lies.
pub fn place(at: u64, end: u64, count: usize) -> usize {
    let place = u128::from(at) * count as u128 / u128::from(end.max(1));
    usize::try_from(place).unwrap_or(usize::MAX).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(at_micros: u64, good: bool) -> RequestMark {
        RequestMark { at_micros, micros: 0, good, by: String::new() }
    }

    #[test]
    fn every_request_is_in_the_slice_in_which_it_began() {
        let requests =
            [request(0, true), request(30, true), request(39, false), request(80, false)];
        let fills: Vec<_> = slices(&requests, 80, 4).iter().map(Slice::fill).collect();
        assert_eq!(fills, [Fill::Good, Fill::Mixed, Fill::Empty, Fill::Lost]);
    }

    #[test]
    fn a_scenario_without_length_has_one_place() {
        assert_eq!(place(0, 0, 10), 0);
        assert_eq!(place(u64::MAX, u64::MAX, 10), 9);
    }
}
