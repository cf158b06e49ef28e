use super::args::ColorChoice;
use crate::text::Colour;
use std::io::{IsTerminal, Write};

/// What the user's choice of colours means for a stream.
pub fn colour(choice: ColorChoice, stream: &impl IsTerminal) -> Colour {
    match choice {
        ColorChoice::Always => Colour::Ansi,
        ColorChoice::Auto => Colour::of(stream),
        ColorChoice::Never => Colour::Plain,
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
