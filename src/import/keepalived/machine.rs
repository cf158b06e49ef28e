use crate::lab::Source;

/// What keepalived asks the machine for while it reads its configuration.
pub trait Machine {
    /// The files that an `include` means, in the order of their names. A name that is not absolute
    /// is one beside the file that includes it. Directories and what can be run are no files to
    /// include (keepalived.conf(5)).
    fn included(&self, pattern: &str, by: &str) -> Vec<Source>;

    /// Whether a program can be run: a path, or a name that is looked up in `PATH`.
    fn can_run(&self, program: &str) -> bool;
}

/// How a configuration is read.
#[derive(Clone, Copy)]
pub struct Setting<'m> {
    /// Whose files and programs these are.
    pub machine: &'m dyn Machine,
    /// What lines with `@ID` are held against (keepalived -i).
    pub id: &'m str,
}

/// No machine in particular: there are no files to include, and every program.
#[derive(Clone, Copy, Debug)]
pub struct Anywhere;

impl Machine for Anywhere {
    fn included(&self, _: &str, _: &str) -> Vec<Source> {
        Vec::new()
    }

    fn can_run(&self, _: &str) -> bool {
        true
    }
}
