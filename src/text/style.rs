use super::Colour;

/// How a text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The columns of the terminal; none means that lines may be of any length.
    pub width: Option<usize>,
    /// Colours or none.
    pub colour: Colour,
    /// What drawings are made of.
    pub letters: Letters,
}

/// Which letters a drawing is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// Blocks and arrows.
    #[default]
    Unicode,
    /// What every terminal has.
    Ascii,
}

impl Letters {
    /// What the locale can show: Unicode, unless it names another set of letters. See locale(7).
    pub fn here() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        locale.map_or_else(Self::default, |locale| Self::of(&locale))
    }

    /// One of two ways to draw the same thing.
    pub fn choose<T>(self, unicode: T, ascii: T) -> T {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    fn of(locale: &str) -> Self {
        let locale = locale.to_ascii_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_locale_of_unicode_has_its_letters() {
        assert_eq!(Letters::of("de_DE.UTF-8"), Letters::Unicode);
        assert_eq!(Letters::of("C.utf8"), Letters::Unicode);
        assert_eq!(Letters::of("C"), Letters::Ascii);
        assert_eq!(Letters::of("de_DE.ISO-8859-1"), Letters::Ascii);
    }
}
