//! Sockets of the state directory, whose path may be longer than the kernel takes.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The longest path of a socket, in bytes: the kernel's `sun_path` has 108, and the last is zero
/// (unix(7)).
const LONGEST: usize = 107;

/// Connects to the socket of this path, however long the path is.
pub fn connect(path: &Path) -> io::Result<UnixStream> {
    let (short, _held) = shortened(path)?;
    UnixStream::connect(short)
}

/// Makes a socket of this path, however long the path is, and listens on it.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    let (short, _held) = shortened(path)?;
    UnixListener::bind(short)
}

/// A path that the kernel takes, by way of the open directory where the path is too long
/// (/proc/pid/fd, proc(5)); it leads there for as long as the directory is held.
fn shortened(path: &Path) -> io::Result<(PathBuf, Option<File>)> {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok((path.to_owned(), None));
    };
    if path.as_os_str().len() <= LONGEST {
        return Ok((path.to_owned(), None));
    }
    let path_only = nix::libc::O_PATH | nix::libc::O_DIRECTORY;
    let held = OpenOptions::new().read(true).custom_flags(path_only).open(directory)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd())).join(name);
    Ok((short, Some(held)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_socket_is_where_its_path_says_however_long_that_is() {
        let root = tempfile::tempdir().unwrap();
        for depth in [0, 1, 5] {
            let directory = vec!["directory-of-forty-bytes-directory-of-40"; depth].join("/");
            let directory = root.path().join(directory);
            fs::create_dir_all(&directory).unwrap();
            let path = directory.join("control.sock");
            let listener = listen(&path).unwrap();
            connect(&path).unwrap();
            listener.accept().unwrap();
            assert!(path.symlink_metadata().is_ok());
            drop(listener);
            let refused = connect(&path).unwrap_err().kind();
            assert_eq!(refused, io::ErrorKind::ConnectionRefused);
        }
    }

    #[test]
    fn a_socket_that_is_not_there_is_not_found() {
        let path = Path::new("/proc").join("x".repeat(120)).join("control.sock");
        assert_eq!(connect(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
