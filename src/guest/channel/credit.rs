use super::Stream;

/// What a sender may still send.
#[derive(Debug)]
pub struct Budget(usize);

impl Budget {
    /// A budget of this many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// A stream's budget before anything is sent.
    pub fn of(stream: Stream) -> Self {
        Self(stream.window())
    }

    /// How many bytes may be sent now.
    pub fn left(&self) -> usize {
        self.0
    }

    /// Some were sent.
    pub fn spend(&mut self, bytes: usize) {
        self.0 = self.0.saturating_sub(bytes);
    }

    /// Some were granted.
    pub fn add(&mut self, bytes: u32) {
        self.0 = self.0.saturating_add(bytes as usize);
    }
}

/// What a receiver has consumed of a stream, and owes the sender a grant for.
#[derive(Debug)]
pub struct Owed {
    bytes: usize,
    enough: usize,
}

impl Owed {
    /// Nothing yet.
    pub fn of(stream: Stream) -> Self {
        Self { bytes: 0, enough: stream.window() / 4 }
    }

    /// Counts consumed bytes, and answers with the grant to send once it is worth a frame.
    pub fn consumed(&mut self, bytes: usize) -> Option<u32> {
        self.bytes += bytes;
        if self.bytes < self.enough {
            return None;
        }
        u32::try_from(std::mem::take(&mut self.bytes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_receiver_that_consumes_all_never_stalls_its_sender(writes in proptest::collection::vec(1usize..50_000, 1..200)) {
            let (mut budget, mut owed) = (Budget::of(Stream::Input), Owed::of(Stream::Input));
            for write in writes {
                prop_assert!(budget.left() > 0);
                let sent = write.min(budget.left());
                budget.spend(sent);
                owed.consumed(sent).into_iter().for_each(|grant| budget.add(grant));
                prop_assert!(budget.left() <= Stream::Input.window());
            }
        }
    }

    #[test]
    fn small_reads_are_granted_together() {
        let mut owed = Owed::of(Stream::Input);
        assert_eq!(owed.consumed(100), None);
        assert_eq!(owed.consumed(4000), Some(4100));
        assert_eq!(owed.consumed(1), None);
    }
}
