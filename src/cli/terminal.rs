use super::args::ColorChoice;
use std::io::{IsTerminal, Write};

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    #[default]
    Plain,
    /// ANSI colours.
    Ansi,
}

impl Paint {
    /// What the user's choice means for a stream. See https://no-color.org.
    pub fn of(choice: ColorChoice, stream: &impl IsTerminal) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match choice {
            ColorChoice::Always => Self::Ansi,
            ColorChoice::Auto if stream.is_terminal() && !unwanted => Self::Ansi,
            ColorChoice::Auto | ColorChoice::Never => Self::Plain,
        }
    }

    /// Bold red, for errors.
    pub fn red(self, text: &str) -> String {
        self.sgr("1;31", text)
    }

    /// Bold green, for what is well.
    pub fn green(self, text: &str) -> String {
        self.sgr("1;32", text)
    }

    /// Bold cyan, for help.
    pub fn cyan(self, text: &str) -> String {
        self.sgr("1;36", text)
    }

    /// Bold.
    pub fn bold(self, text: &str) -> String {
        self.sgr("1", text)
    }

    /// Faint, for what may be overlooked.
    pub fn dim(self, text: &str) -> String {
        self.sgr("2", text)
    }

    fn sgr(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

/// Writes to standard output. A reader that went away (`| head`) ends the program quietly, as it
/// ends every other one; nothing that must be undone prints while it works.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(128 + nix::sys::signal::Signal::SIGPIPE as i32);
    }
}

/// Writes a value as indented JSON to standard output.
pub fn print_json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&(text + "\n")),
        Err(error) => eprintln!("error: cannot write JSON: {error}"),
    }
}

/// The width of the terminal in columns, 80 where there is none.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    columns.or_else(window_width).unwrap_or(80).max(40)
}

fn window_width() -> Option<usize> {
    nix::ioctl_read_bad!(window_size, nix::libc::TIOCGWINSZ, nix::libc::winsize);
    let mut size = nix::libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    for stream in [nix::libc::STDOUT_FILENO, nix::libc::STDERR_FILENO] {
        // SAFETY: the call writes one `winsize` into the one that is given.
        if unsafe { window_size(stream, &raw mut size) }.is_ok() && size.ws_col > 0 {
            return Some(size.ws_col.into());
        }
    }
    None
}
