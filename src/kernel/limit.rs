use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Enough for a thousand nodes: each takes a namespace, a connection or two, and a listener.
const OPEN_FILES: u64 = 65_536;

/// Raises the limit of open files as far as the process may: a large lab says clearly enough
/// (EMFILE) if that was not far enough.
pub(super) fn raise_open_files() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    if soft >= OPEN_FILES {
        return;
    }
    if setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES, hard.max(OPEN_FILES)).is_err() {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(OPEN_FILES), hard);
    }
}
