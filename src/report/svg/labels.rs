use super::layout::{LEFT, RIGHT};

/// The room that a digit takes.
const DIGIT: f64 = 7.0;
/// The room around the digits.
const PADDING: f64 = 11.0;
/// The least room between two labels.
const GAP: f64 = 3.0;

/// The number above an incident's line, or the numbers of several that are close together.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its middle.
    pub x: f64,
    /// Its width.
    pub width: f64,
    /// `4`, or `4–7`.
    pub text: String,
}

/// Incidents that share a label, by their places in the list.
#[derive(Clone, Copy, Debug)]
struct Group {
    first: usize,
    last: usize,
}

/// The labels of incidents, counted from 1: no two overlap.
pub fn labels(incidents: &[f64]) -> Vec<Label> {
    let mut groups: Vec<Group> = Vec::new();
    for place in 0..incidents.len() {
        let mut group = Group { first: place, last: place };
        while let Some(before) = groups.last().filter(|before| before.meets(group, incidents)) {
            group.first = before.first;
            groups.pop();
        }
        groups.push(group);
    }
    groups.iter().map(|group| group.label(incidents)).collect()
}

impl Group {
    fn meets(self, next: Self, incidents: &[f64]) -> bool {
        let (one, other) = (self.label(incidents), next.label(incidents));
        one.x + one.width / 2.0 + GAP > other.x - other.width / 2.0
    }

    fn label(self, incidents: &[f64]) -> Label {
        let text = match (self.first + 1, self.last + 1) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}–{last}"),
        };
        let width = PADDING + DIGIT * text.chars().count() as f64;
        let middle = f64::midpoint(incidents[self.first], incidents[self.last]);
        Label { x: middle.clamp(LEFT + width / 2.0, RIGHT - width / 2.0), width, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(incidents: &[f64]) -> Vec<String> {
        labels(incidents).into_iter().map(|label| label.text).collect()
    }

    #[test]
    fn those_that_are_close_share_a_label() {
        assert_eq!(texts(&[100.0, 200.0, 204.0, 208.0, 300.0]), ["1", "2–4", "5"]);
        assert_eq!(texts(&[]), Vec::<String>::new());
    }

    #[test]
    fn labels_stay_apart_and_inside() {
        let incidents: Vec<_> =
            (0..200).map(|n| LEFT + 4.0 * f64::from(n)).chain([RIGHT]).collect();
        let labels = labels(&incidents);
        assert!(
            labels
                .windows(2)
                .all(|two| { two[0].x + two[0].width / 2.0 < two[1].x - two[1].width / 2.0 })
        );
        assert!(labels.iter().all(|l| l.x - l.width / 2.0 >= LEFT && l.x + l.width / 2.0 <= RIGHT));
    }
}
