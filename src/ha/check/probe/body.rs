use crate::ha::check::failure::Failure;
use crate::lab::HttpProbe;
use md5::{Digest, Md5};

/// A body that is read piece by piece, and never held as a whole.
pub(super) struct Reading<'a> {
    digest: Option<(Md5, &'a str)>,
    search: Option<Search<'a>>,
}

impl<'a> Reading<'a> {
    /// Nothing has been read.
    pub(super) fn new(probe: &'a HttpProbe) -> Self {
        Self {
            digest: probe.digest.as_deref().map(|expected| (Md5::new(), expected)),
            search: probe.body.as_deref().map(Search::new),
        }
    }

    /// Reads on.
    pub(super) fn take(&mut self, data: &[u8]) {
        if let Some((digest, _)) = &mut self.digest {
            digest.update(data);
        }
        if let Some(search) = &mut self.search {
            search.take(data);
        }
    }

    /// Whether the body was what it should be.
    pub(super) fn verdict(self) -> Result<(), Failure> {
        if let Some((digest, expected)) = self.digest {
            let got: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            if !got.eq_ignore_ascii_case(expected) {
                return Err(Failure::Digest { got, expected: expected.to_owned() });
            }
        }
        match self.search {
            Some(search) if !search.found => Err(Failure::Body(search.text.to_owned())),
            _ => Ok(()),
        }
    }
}

/// A search for a text in pieces.
struct Search<'a> {
    text: &'a str,
    /// The end of what was read, in which the text may have begun.
    tail: Vec<u8>,
    found: bool,
}

impl<'a> Search<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, tail: Vec::new(), found: text.is_empty() }
    }

    fn take(&mut self, data: &[u8]) {
        if self.found {
            return;
        }
        self.tail.extend_from_slice(data);
        let text = self.text.as_bytes();
        self.found = self.tail.windows(text.len()).any(|window| window == text);
        self.tail.drain(..(self.tail.len() + 1).saturating_sub(text.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn probe(digest: Option<&str>, body: Option<&str>) -> HttpProbe {
        let (digest, body) = (digest.map(str::to_owned), body.map(str::to_owned));
        HttpProbe { path: "/".to_owned(), status: (200, 299), digest, body }
    }

    fn read(probe: &HttpProbe, pieces: &[&str]) -> Result<(), String> {
        let mut reading = Reading::new(probe);
        pieces.iter().for_each(|piece| reading.take(piece.as_bytes()));
        reading.verdict().map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_digest_is_of_the_whole_body() {
        // RFC 1321, appendix A.5.
        let alphabet = probe(Some("c3fcd3d76192e4007dfb496cca67e13b"), None);
        assert_eq!(read(&alphabet, &["abcdefghijkl", "", "mnopqrstuvwxyz"]), Ok(()));
        assert_eq!(
            read(&alphabet, &[]).unwrap_err(),
            "MD5 digest d41d8cd98f00b204e9800998ecf8427e, expected c3fcd3d76192e4007dfb496cca67e13b"
        );
    }

    #[test]
    fn a_text_must_be_there() {
        let welcome = probe(None, Some("welcome"));
        assert_eq!(read(&welcome, &["you are wel", "", "come", "!"]), Ok(()));
        assert_eq!(read(&welcome, &["wel come"]).unwrap_err(), "no `welcome` in the body");
        assert_eq!(read(&welcome, &[]).unwrap_err(), "no `welcome` in the body");
        assert_eq!(read(&probe(None, Some("")), &[]), Ok(()));
        assert_eq!(read(&probe(None, None), &["anything"]), Ok(()));
    }

    proptest! {
        #[test]
        fn a_search_in_pieces_finds_what_a_search_in_the_whole_does(
            pieces in proptest::collection::vec("[ab]{0,4}", 0..8),
            text in "[ab]{0,4}",
        ) {
            let mut search = Search::new(&text);
            pieces.iter().for_each(|piece| search.take(piece.as_bytes()));
            prop_assert_eq!(search.found, pieces.concat().contains(&text));
            prop_assert!(search.tail.len() <= text.len());
        }
    }
}
