use super::args::ColorChoice;
use super::exit::Exit;
use super::failure::{Failure, reason};
use crate::text::Colour;
use nix::sys::signal::Signal;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// What the user's choice of colours means for a stream.
pub fn colour(choice: ColorChoice, stream: &impl IsTerminal) -> Colour {
    match choice {
        ColorChoice::Always => Colour::Ansi,
        ColorChoice::Auto => Colour::of(stream),
        ColorChoice::Never => Colour::Plain,
    }
}

/// Writes to standard output, or ends the program; nothing that must be undone prints while it
/// works.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        let failure = unwritten(&error);
        failure.print(Colour::Plain);
        std::process::exit(failure.exit.code().into());
    }
}

/// What it means that standard output could not be written. A reader that went away (`| head`) ends
/// the program quietly, as it ends every other one.
pub fn unwritten(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::said(Exit::by(Signal::SIGPIPE)),
        _ => Failure::failed(format!("cannot write to standard output: {}", reason(error))),
    }
}

/// Writes to standard error. Where that cannot be written, there is no way to say so.
pub fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a value as indented JSON to standard output.
pub fn print_json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&(text + "\n")),
        Err(error) => complain(&format!("error: cannot write JSON: {error}\n")),
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
