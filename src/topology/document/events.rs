use std::ffi::CStr;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use unsafe_libyaml_norway as unsafe_yaml;

/// What a YAML text is made of, piece by piece (YAML 1.2.2, section 3.1.1).
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// The text begins.
    Stream,
    /// A document begins.
    Document,
    /// `*anchor`.
    Alias(String),
    /// A text, a number or nothing.
    Scalar(Properties, ScalarText),
    /// A list begins.
    List(Properties),
    /// A mapping begins; its keys and values take turns.
    Mapping(Properties),
    /// A list, a mapping, a document or the whole text ends.
    End,
}

/// What may stand before a value.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// `&anchor`.
    pub anchor: Option<String>,
    /// `!tag`, resolved.
    pub tag: Option<String>,
}

/// A scalar as it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct ScalarText {
    /// Its text without quotes and escapes.
    pub text: String,
    /// Whether it stands without quotes, so that it may be a number.
    pub plain: bool,
}

/// Why a text is no YAML.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// In the parser's words.
    pub message: String,
    /// The byte at which the parser gave up.
    pub at: usize,
    /// The byte at which began what it read there, if it says so.
    pub within: Option<usize>,
}

/// The parser that serde_yaml reads with as well, so that both take the same texts.
pub struct Parser<'t> {
    inner: Box<unsafe_yaml::yaml_parser_t>,
    text: PhantomData<&'t str>,
}

impl<'t> Parser<'t> {
    /// A parser of a text; nothing if there is no memory for one.
    pub fn new(text: &'t str) -> Option<Self> {
        let mut inner = Box::new(MaybeUninit::<unsafe_yaml::yaml_parser_t>::uninit());
        // SAFETY: the call fills in the parser that it is given, unless it fails.
        let begun = unsafe { unsafe_yaml::yaml_parser_initialize(inner.as_mut_ptr()) };
        if begun.fail {
            return None;
        }
        // SAFETY: it was just filled in.
        let mut inner = unsafe { inner.assume_init() };
        // SAFETY: the text outlives the parser, which the lifetime holds, and the parser stays where
        // it is, in its box.
        unsafe {
            unsafe_yaml::yaml_parser_set_encoding(&raw mut *inner, unsafe_yaml::YAML_UTF8_ENCODING);
            let (begin, length) = (text.as_ptr(), text.len() as u64);
            unsafe_yaml::yaml_parser_set_input_string(&raw mut *inner, begin, length);
        }
        Some(Self { inner, text: PhantomData })
    }

    /// The next event, and the bytes that it takes.
    ///
    /// # Errors
    ///
    /// Where the text is no YAML; what comes after that has no meaning.
    pub fn next(&mut self) -> Result<(Event, Range<usize>), Problem> {
        let mut event = MaybeUninit::<unsafe_yaml::yaml_event_t>::uninit();
        // SAFETY: the parser is whole, and the call fills in the event unless it fails.
        let done =
            unsafe { unsafe_yaml::yaml_parser_parse(&raw mut *self.inner, event.as_mut_ptr()) };
        if done.fail {
            return Err(self.problem());
        }
        // SAFETY: it was just filled in, and is given back below.
        let mut event = unsafe { event.assume_init() };
        let bytes = byte(event.start_mark)..byte(event.end_mark);
        // SAFETY: the event is as the parser made it.
        let taken = unsafe { taken(&event) };
        // SAFETY: nothing of the event is used any more: `taken` has copied what it needs.
        unsafe { unsafe_yaml::yaml_event_delete(&raw mut event) };
        Ok((taken, bytes))
    }

    fn problem(&self) -> Problem {
        let parser = &*self.inner;
        let is_of_letters = parser.error == unsafe_yaml::YAML_READER_ERROR;
        let offset = usize::try_from(parser.problem_offset).unwrap_or_default();
        let at = if is_of_letters { offset } else { byte(parser.problem_mark) };
        // SAFETY: the parser's messages are texts that live as long as the program.
        let has_context = unsafe { word(parser.context.cast()) }.is_some();
        Problem {
            // SAFETY: as above.
            message: unsafe { word(parser.problem.cast()) }.unwrap_or_default(),
            at,
            within: has_context.then(|| byte(parser.context_mark)),
        }
    }
}

impl Drop for Parser<'_> {
    fn drop(&mut self) {
        // SAFETY: the parser is whole, and used no more.
        unsafe { unsafe_yaml::yaml_parser_delete(&raw mut *self.inner) };
    }
}

fn byte(mark: unsafe_yaml::yaml_mark_t) -> usize {
    usize::try_from(mark.index).unwrap_or(usize::MAX)
}

/// Copies an event.
///
/// # Safety
///
/// The event is as the parser made it.
unsafe fn taken(event: &unsafe_yaml::yaml_event_t) -> Event {
    // SAFETY: the type of an event says which of its data are filled in.
    unsafe {
        match event.type_ {
            unsafe_yaml::YAML_STREAM_START_EVENT => Event::Stream,
            unsafe_yaml::YAML_DOCUMENT_START_EVENT => Event::Document,
            unsafe_yaml::YAML_ALIAS_EVENT => {
                Event::Alias(word(event.data.alias.anchor).unwrap_or_default())
            }
            unsafe_yaml::YAML_SCALAR_EVENT => {
                let scalar = &event.data.scalar;
                let length = usize::try_from(scalar.length).unwrap_or_default();
                let bytes = std::slice::from_raw_parts(scalar.value, length);
                let text = String::from_utf8_lossy(bytes).into_owned();
                let plain = scalar.style == unsafe_yaml::YAML_PLAIN_SCALAR_STYLE;
                Event::Scalar(properties(scalar.anchor, scalar.tag), ScalarText { text, plain })
            }
            unsafe_yaml::YAML_SEQUENCE_START_EVENT => {
                let list = &event.data.sequence_start;
                Event::List(properties(list.anchor, list.tag))
            }
            unsafe_yaml::YAML_MAPPING_START_EVENT => {
                let mapping = &event.data.mapping_start;
                Event::Mapping(properties(mapping.anchor, mapping.tag))
            }
            _ => Event::End,
        }
    }
}

/// # Safety
///
/// Both are null or texts that end with a NUL.
unsafe fn properties(anchor: *const u8, tag: *const u8) -> Properties {
    // SAFETY: the caller's word.
    unsafe { Properties { anchor: word(anchor), tag: word(tag) } }
}

/// # Safety
///
/// It is null or a text that ends with a NUL.
unsafe fn word(text: *const u8) -> Option<String> {
    // SAFETY: the caller's word.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text.cast()) });
    text.map(|text| text.to_string_lossy().into_owned())
}
