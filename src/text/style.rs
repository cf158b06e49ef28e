use super::Colour;

/// How a text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The columns of the terminal; none means that lines may be of any length.
    pub width: Option<usize>,
    /// Colours or none.
    pub colour: Colour,
}
