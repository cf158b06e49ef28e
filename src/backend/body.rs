use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

static FILLER: [u8; 16 * 1024] = [b'.'; 16 * 1024];

/// What an answer carries.
pub(super) enum Payload {
    /// A text, sent at once.
    Text(Bytes),
    /// So many bytes still to be made up; none of them is ever held in memory.
    Filler(u64),
}

impl Payload {
    /// How many bytes are still to come.
    pub(super) fn left(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Filler(left) => *left,
        }
    }

    fn take(&mut self) -> Bytes {
        match self {
            Self::Text(text) => std::mem::take(text),
            Self::Filler(left) => {
                let chunk = (*left).min(FILLER.len() as u64);
                *left -= chunk;
                Bytes::from_static(&FILLER[..chunk as usize])
            }
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let more = !self.is_end_stream();
        Poll::Ready(more.then(|| Ok(Frame::data(self.take()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn a_filler_has_exactly_the_bytes_asked_for() {
        for size in [0, 1, 16 * 1024, 16 * 1024 + 1, 1_000_000] {
            let payload = Payload::Filler(size);
            assert_eq!(payload.size_hint().exact(), Some(size));
            let got = payload.collect().await.unwrap().to_bytes();
            assert_eq!(got.len() as u64, size);
        }
    }
}
