use super::{Frame, JobId, Message, Stream};
use crate::guest::TerminalSize;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Kind, job, length of the payload: `u8`, `u32`, `u32`, little-endian.
const HEADER: usize = 9;

/// No honest payload is longer, in bytes; the longest is a job with its files.
const LONGEST: usize = 64 << 20;

/// Bytes that are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the channel carries bytes that are no frame: {0}")]
pub struct BadFrame(String);

/// Appends a frame's bytes.
pub fn encode(frame: &Frame, out: &mut Vec<u8>) {
    let start = out.len();
    out.push(kind(&frame.message));
    out.extend(frame.job.0.to_le_bytes());
    out.extend([0; 4]);
    payload(&frame.message, out);
    let length = u32::try_from(out.len() - start - HEADER).unwrap_or(u32::MAX);
    out[start + HEADER - 4..start + HEADER].copy_from_slice(&length.to_le_bytes());
}

fn kind(message: &Message) -> u8 {
    match message {
        Message::Hello(_) => 0,
        Message::Read(_) => 1,
        Message::Open(_) => 2,
        Message::Data(..) => 3,
        Message::End(_) => 4,
        Message::Grant(..) => 5,
        Message::Signal(_) => 6,
        Message::Resize(_) => 7,
        Message::HangUp => 8,
        Message::Exit(_) => 9,
        Message::Stop => 10,
        Message::Died(_) => 11,
    }
}

fn payload(message: &Message, out: &mut Vec<u8>) {
    match message {
        Message::Hello(hello) => json(hello, out),
        Message::Open(job) => json(job, out),
        Message::Read(count) => out.extend(count.to_le_bytes()),
        Message::Data(stream, bytes) => {
            out.push(*stream as u8);
            out.extend(bytes);
        }
        Message::End(stream) => out.push(*stream as u8),
        Message::Grant(stream, count) => {
            out.push(*stream as u8);
            out.extend(count.to_le_bytes());
        }
        Message::Signal(byte) | Message::Exit(byte) => out.push(*byte),
        Message::Resize(size) => json(size, out),
        Message::HangUp | Message::Stop => {}
        Message::Died(why) => out.extend(why.as_bytes()),
    }
}

/// The types that go through here have string keys only, which JSON cannot refuse.
fn json(value: &impl Serialize, out: &mut Vec<u8>) {
    out.extend(serde_json::to_vec(value).unwrap_or_default());
}

/// Puts frames together from bytes that arrive in any pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    taken: usize,
}

impl Decoder {
    /// Adds bytes as they came.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend(bytes);
    }

    /// The next whole frame, if there is one. After an error nothing more can be made of the rest.
    pub fn frame(&mut self) -> Result<Option<Frame>, BadFrame> {
        let rest = &self.bytes[self.taken..];
        let Some((header, rest)) = rest.split_at_checked(HEADER) else { return Ok(None) };
        let job = JobId(number(&header[1..5])?);
        let length = number(&header[5..])? as usize;
        if length > LONGEST {
            return Err(BadFrame(format!("a payload of {length} bytes")));
        }
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        let message = message(header[0], payload)?;
        self.taken += HEADER + length;
        Ok(Some(Frame { job, message }))
    }
}

fn message(kind: u8, payload: &[u8]) -> Result<Message, BadFrame> {
    Ok(match kind {
        0 => Message::Hello(parsed(payload)?),
        1 => Message::Read(number(payload)?),
        2 => Message::Open(parsed(payload)?),
        3 => Message::Data(stream(payload)?, payload[1..].to_vec()),
        4 => Message::End(stream(payload)?),
        5 => Message::Grant(stream(payload)?, number(&payload[1..])?),
        6 => Message::Signal(byte(payload)?),
        7 => Message::Resize(parsed::<TerminalSize>(payload)?),
        8 => Message::HangUp,
        9 => Message::Exit(byte(payload)?),
        10 => Message::Stop,
        11 => Message::Died(String::from_utf8_lossy(payload).into_owned()),
        other => return Err(BadFrame(format!("kind {other}"))),
    })
}

fn number(bytes: &[u8]) -> Result<u32, BadFrame> {
    let four =
        bytes.try_into().map_err(|_| BadFrame(format!("{} bytes of number", bytes.len())))?;
    Ok(u32::from_le_bytes(four))
}

fn byte(payload: &[u8]) -> Result<u8, BadFrame> {
    payload.first().copied().ok_or_else(|| BadFrame("an empty payload".to_owned()))
}

fn stream(payload: &[u8]) -> Result<Stream, BadFrame> {
    let index = byte(payload)?;
    let stream = Stream::ALL.get(usize::from(index)).copied();
    stream.ok_or_else(|| BadFrame(format!("stream {index}")))
}

fn parsed<T: DeserializeOwned>(payload: &[u8]) -> Result<T, BadFrame> {
    serde_json::from_slice(payload).map_err(|e| BadFrame(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::{File, Hello, Input, Job};
    use proptest::prelude::*;

    fn a_stream() -> impl Strategy<Value = Stream> {
        prop_oneof![Just(Stream::Input), Just(Stream::Output), Just(Stream::Error)]
    }

    fn a_job() -> impl Strategy<Value = Job> {
        let terminal = proptest::option::of(
            any::<(u16, u16)>().prop_map(|(rows, columns)| TerminalSize { rows, columns }),
        );
        let file = any::<(String, String)>().prop_map(|(name, text)| File { name, text });
        let files = proptest::collection::vec(file, 0..3);
        (any::<Vec<String>>(), any::<String>(), any::<Vec<(String, String)>>(), files, terminal)
            .prop_map(|(args, cwd, env, files, terminal)| Job {
                args,
                cwd,
                env,
                files,
                input: Input::Caller,
                terminal,
            })
    }

    fn a_message() -> impl Strategy<Value = Message> {
        let size = any::<(u16, u16)>().prop_map(|(rows, columns)| TerminalSize { rows, columns });
        prop_oneof![
            (any::<u32>(), any::<String>(), any::<Vec<String>>()).prop_map(
                |(version, release, failures)| Message::Hello(Hello { version, release, failures })
            ),
            any::<u32>().prop_map(Message::Read),
            a_job().prop_map(Message::Open),
            (a_stream(), any::<Vec<u8>>()).prop_map(|(s, b)| Message::Data(s, b)),
            a_stream().prop_map(Message::End),
            (a_stream(), any::<u32>()).prop_map(|(s, n)| Message::Grant(s, n)),
            any::<u8>().prop_map(Message::Signal),
            size.prop_map(Message::Resize),
            Just(Message::HangUp),
            any::<u8>().prop_map(Message::Exit),
            Just(Message::Stop),
            any::<String>().prop_map(Message::Died),
        ]
    }

    fn frames() -> impl Strategy<Value = Vec<Frame>> {
        let frame = (any::<u32>(), a_message())
            .prop_map(|(job, message)| Frame { job: JobId(job), message });
        proptest::collection::vec(frame, 0..12)
    }

    proptest! {
        #[test]
        fn frames_survive_any_splitting(sent in frames(), cuts in any::<Vec<u8>>()) {
            let mut bytes = Vec::new();
            sent.iter().for_each(|f| encode(f, &mut bytes));
            let (mut decoder, mut got, mut rest) = (Decoder::default(), Vec::new(), &bytes[..]);
            for cut in cuts.into_iter().map(usize::from).chain([usize::MAX]) {
                let (piece, later) = rest.split_at(cut.min(rest.len()));
                decoder.feed(piece);
                while let Some(frame) = decoder.frame().unwrap() {
                    got.push(frame);
                }
                rest = later;
            }
            prop_assert_eq!(got, sent);
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in any::<Vec<u8>>()) {
            let mut decoder = Decoder::default();
            decoder.feed(&bytes);
            while let Ok(Some(_)) = decoder.frame() {}
        }
    }

    #[test]
    fn an_absurd_length_is_refused_before_it_is_waited_for() {
        let mut decoder = Decoder::default();
        decoder.feed(&[3, 0, 0, 0, 0, 255, 255, 255, 255]);
        assert!(decoder.frame().unwrap_err().to_string().contains("4294967295"));
    }
}
