use crate::guest::machine::Mebibytes;
use nix::sys::statvfs::{FsFlags, Statvfs, statvfs};
use std::path::{Path, PathBuf};

/// Where the guest's memory file may be put. The first is memory itself; the others are what
/// User-Mode Linux knows too.
const PLACES: [&str; 3] = ["/dev/shm", "/tmp", "/var/tmp"];

/// A directory with room for the guest's memory, from which pages can be executed. The file has no
/// name there and grows with use, so that where none has enough room the roomiest may do.
pub fn place(memory: Mebibytes) -> Option<PathBuf> {
    let found = PLACES.iter().filter_map(|path| Some((path, room(&statvfs(*path).ok()?)?)));
    let found: Vec<_> = found.collect();
    let need = u64::from(memory.0) * (1 << 20) / 10 * 11;
    let enough = found.iter().find(|(_, room)| *room >= need);
    let chosen = enough.or_else(|| found.iter().max_by_key(|(_, room)| *room));
    chosen.map(|(path, _)| Path::new(path).to_owned())
}

/// Free bytes; none where pages cannot be executed.
fn room(stats: &Statvfs) -> Option<u64> {
    let executable = !stats.flags().contains(FsFlags::ST_NOEXEC);
    executable.then(|| stats.blocks_available() * stats.fragment_size())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_memory_than_any_place_has_still_finds_the_roomiest() {
        assert!(place(Mebibytes(u32::MAX)).is_some());
    }

    #[test]
    fn the_proc_file_system_has_no_room() {
        assert_eq!(room(&statvfs("/proc").unwrap()).unwrap_or(0), 0);
    }
}
