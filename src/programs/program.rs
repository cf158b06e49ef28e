use super::{LIST, find};
use std::path::PathBuf;

/// A program that is no part of lvs-lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name. One that ends in `*` may have any ending; one with a `/` is a file that a program
    /// needs, whose directories may have a `*`.
    pub name: &'static str,
    /// The Debian package that brings it.
    pub package: &'static str,
    /// What it is needed for.
    pub need: Need,
}

/// What a program is needed for. `.ci/setup demo` installs the first two, `.ci/setup test` all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Anything: Debian has it everywhere.
    Base,
    /// Building lvs-lab, and the labs of `make demo`.
    Demo,
    /// Other labs, and the commands that their scenarios run.
    Labs,
    /// The tests and the benchmarks.
    Tests,
}

impl Program {
    /// This program itself, even if its file was replaced since it began.
    pub const OWN: Self = Self { name: "/proc/self/exe", package: "lvs-lab", need: Need::Base };

    /// Where it is, by PATH and what completes it; its bare name where it is not found.
    pub fn path(self) -> PathBuf {
        find(self.name).unwrap_or_else(|| self.name.into())
    }

    /// The program of this name.
    ///
    /// # Panics
    ///
    /// If the list lacks it. As the value of a constant, that is an error of compilation.
    pub const fn listed(name: &str) -> Self {
        let mut at = 0;
        while at < LIST.len() {
            if equal(LIST[at].name.as_bytes(), name.as_bytes()) {
                return LIST[at];
            }
            at += 1;
        }
        panic!("src/programs/list.rs has no program of this name")
    }
}

/// `==` of byte strings, which a constant cannot call.
const fn equal(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    one.len() == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_whole_name() {
        assert_eq!(Program::listed("ip").package, "iproute2");
        assert_eq!(Program::listed("ipvsadm").package, "ipvsadm");
    }

    #[test]
    #[should_panic(expected = "no program of this name")]
    fn a_program_that_is_not_listed_is_refused() {
        Program::listed("ipvsad");
    }

    #[test]
    fn each_program_is_listed_once() {
        let mut names: Vec<_> = LIST.iter().map(|program| program.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
