use super::super::prediction::{Comparison, Pair, Prediction, Reply};
use super::tally::listed;
use crate::report::Outcome;
use crate::traffic::tally;

/// How many replies are shown before and behind the one that matters.
const AROUND: usize = 3;

/// The scheduler did what it should.
pub(super) fn evaluate(prediction: &Result<Prediction, String>) -> Outcome {
    match prediction {
        Err(reason) => Outcome::unmeasured("what the scheduler does", reason),
        Ok(prediction) => match prediction.comparison {
            Comparison::Sequence => sequence(prediction),
            Comparison::Counts => counts(prediction),
        },
    }
}

fn sequence(prediction: &Prediction) -> Outcome {
    let pairs = &prediction.pairs;
    let difference = pairs.iter().position(|pair| pair.expected != pair.observed);
    let shown = |reply: fn(&Pair) -> &Reply| window(pairs, difference, reply);
    let expected = format!("{}: {}", prediction.scheduler, shown(|pair| &pair.expected));
    let observed = match difference {
        None => "as predicted".to_owned(),
        Some(index) => {
            let seen = shown(|pair| &pair.observed);
            format!("request {}: {} ({seen}){}", index + 1, pairs[index], doubt(prediction))
        }
    };
    Outcome::measured(difference.is_none(), expected, observed)
}

fn counts(prediction: &Prediction) -> Outcome {
    let of = |reply: fn(&Pair) -> &Reply| {
        let mut counts = tally(prediction.pairs.iter().map(|p| reply(p).to_string()));
        counts.sort();
        counts
    };
    let (expected, observed) = (of(|pair| &pair.expected), of(|pair| &pair.observed));
    let holds = expected == observed;
    let doubt = if holds { "" } else { doubt(prediction) };
    let expected = format!("{}, connections: {}", prediction.scheduler, listed(&expected));
    Outcome::measured(holds, expected, format!("{}{doubt}", listed(&observed)))
}

fn doubt(prediction: &Prediction) -> &'static str {
    if prediction.commands_ran {
        "; a command of the scenarios may have changed what the director remembers"
    } else {
        ""
    }
}

// The beginning, or what is around the difference.
fn window(pairs: &[Pair], difference: Option<usize>, reply: fn(&Pair) -> &Reply) -> String {
    let middle = difference.unwrap_or(0);
    let from = middle.saturating_sub(AROUND);
    let to = (middle.max(AROUND) + AROUND + 1).min(pairs.len());
    let mut words: Vec<_> = pairs[from..to].iter().map(|pair| reply(pair).to_string()).collect();
    if from > 0 {
        words.insert(0, "…".to_owned());
    }
    if to < pairs.len() {
        words.push("…".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Scheduler;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::traffic::Failure;

    fn reply(word: &str) -> Reply {
        match word {
            "refused" => Reply::Refused,
            "timeout" => Reply::Missing(Failure::AnswerTimedOut),
            name => Reply::From(name.to_owned()),
        }
    }

    fn predicted(comparison: Comparison, expected: &str, observed: &str) -> Outcome {
        let words = expected.split(' ').zip(observed.split(' '));
        let pairs = words.map(|(e, o)| Pair { expected: reply(e), observed: reply(o) }).collect();
        let scheduler = Scheduler::Rr;
        evaluate(&Ok(Prediction { scheduler, comparison, pairs, commands_ran: false }))
    }

    #[test]
    fn the_same_sequence_passes() {
        let outcome = predicted(Comparison::Sequence, "b a b a b a b a", "b a b a b a b a");
        assert_eq!(outcome.verdict, Passed);
        assert_eq!(outcome.expected, "rr: b a b a b a b …");
    }

    #[test]
    fn the_first_difference_is_shown_with_what_is_around_it() {
        let outcome = predicted(Comparison::Sequence, "b a b a b a b a b a", "b a b a b a a b a b");
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.expected, "rr: … a b a b a b a");
        assert_eq!(outcome.observed, "request 7: expected b, a answered (… a b a a b a b)");
    }

    #[test]
    fn a_missing_answer_is_a_difference() {
        let outcome = predicted(Comparison::Sequence, "b a", "b timeout");
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.observed, "request 2: expected a, no answer: answer timed out (b none)");
    }

    #[test]
    fn a_refusal_may_be_what_is_predicted() {
        assert_eq!(predicted(Comparison::Sequence, "a refused", "a refused").verdict, Passed);
        let outcome = predicted(Comparison::Sequence, "a refused", "a b");
        assert_eq!(outcome.observed, "request 2: expected refused, b answered (a b)");
    }

    #[test]
    fn counts_ignore_the_order() {
        assert_eq!(predicted(Comparison::Counts, "b a b a", "a a b b").verdict, Passed);
        let outcome = predicted(Comparison::Counts, "b a b a", "a a b refused");
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.expected, "rr, connections: a 2, b 2");
        assert_eq!(outcome.observed, "a 2, b 1, refused 1");
    }

    #[test]
    fn what_nobody_knows_is_an_error() {
        assert_eq!(evaluate(&Err("lots are drawn".to_owned())).verdict, Errored);
    }
}
