use super::{RequestMark, Timeline};

/// What a timeline's requests add up to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many requests began.
    pub requests: usize,
    /// How many had a good answer.
    pub good: usize,
    /// How many had none.
    pub lost: usize,
    /// The longest time between two good answers, in microseconds; the begin of the first request
    /// and the end of the last count as good answers.
    pub longest_gap: u64,
    /// Good answers by who gave them, by name.
    pub answered: Vec<(String, usize)>,
    /// Lost requests by reason, the commonest first.
    pub reasons: Vec<(String, usize)>,
}

impl Totals {
    /// Of all requests.
    pub fn of(timeline: &Timeline) -> Self {
        let (good, lost): (Vec<_>, Vec<_>) = timeline.requests.iter().partition(|r| r.good);
        let mut answered = counted(&good);
        answered.sort();
        let mut reasons = counted(&lost);
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self {
            requests: timeline.requests.len(),
            good: good.len(),
            lost: lost.len(),
            longest_gap: longest_gap(&timeline.requests),
            answered,
            reasons,
        }
    }
}

/// In the order of their first mention.
fn counted(requests: &[&RequestMark]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for request in requests {
        match counts.iter_mut().find(|(name, _)| *name == request.by) {
            Some((_, count)) => *count += 1,
            None => counts.push((request.by.clone(), 1)),
        }
    }
    counts
}

fn longest_gap(requests: &[RequestMark]) -> u64 {
    let begin = requests.iter().map(|r| r.at_micros).min();
    let end = requests.iter().map(RequestMark::end).max();
    let good = requests.iter().filter(|r| r.good).map(RequestMark::end);
    let mut moments: Vec<_> = begin.into_iter().chain(good).chain(end).collect();
    moments.sort_unstable();
    moments.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(at_micros: u64, good: bool, by: &str) -> RequestMark {
        RequestMark { at_micros, micros: 10, good, by: by.to_owned() }
    }

    #[test]
    fn the_longest_gap_is_from_answer_to_answer() {
        let requests = vec![
            request(0, true, "rs1"),
            request(100, false, "timeout"),
            request(200, false, "refused"),
            request(250, false, "refused"),
            request(300, true, "rs2"),
        ];
        let totals = Totals::of(&Timeline { requests, ..Timeline::default() });
        assert_eq!((totals.requests, totals.good, totals.lost), (5, 2, 3));
        assert_eq!(totals.longest_gap, 300);
        assert_eq!(totals.answered, [("rs1".to_owned(), 1), ("rs2".to_owned(), 1)]);
        assert_eq!(totals.reasons, [("refused".to_owned(), 2), ("timeout".to_owned(), 1)]);
    }

    #[test]
    fn a_load_that_never_recovered_has_a_gap_to_its_end() {
        let requests = vec![request(0, true, "rs1"), request(500, false, "timeout")];
        assert_eq!(Totals::of(&Timeline { requests, ..Timeline::default() }).longest_gap, 500);
    }

    #[test]
    fn without_a_request_there_is_nothing() {
        assert_eq!(Totals::of(&Timeline::default()), Totals::default());
    }
}
