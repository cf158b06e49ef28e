use crate::lab::RouterName;
use crate::plan::Speaker;

/// Which virtual routers change state together. Who is in no group is one for itself.
#[derive(Clone, Debug)]
pub(super) struct Groups(Vec<Vec<usize>>);

impl Groups {
    pub(super) fn of(speaker: &Speaker) -> Self {
        let place = |name: &RouterName| speaker.seats.iter().position(|s| &s.router == name);
        let mut groups: Vec<Vec<usize>> = speaker
            .groups
            .iter()
            .map(|members| members.iter().filter_map(place).collect())
            .collect();
        for seat in 0..speaker.seats.len() {
            if !groups.iter().any(|members| members.contains(&seat)) {
                groups.push(vec![seat]);
            }
        }
        Self(groups)
    }

    /// All groups.
    pub(super) fn all(&self) -> &[Vec<usize>] {
        &self.0
    }

    /// The members of a seat's group, itself among them.
    pub(super) fn members(&self, seat: usize) -> Vec<usize> {
        self.0.iter().find(|members| members.contains(&seat)).cloned().unwrap_or_default()
    }
}
