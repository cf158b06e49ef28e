use super::{Place, Ran, unique};

/// A lab that is up in a guest.
pub struct Lab {
    pub place: Place,
    pub name: String,
}

impl Lab {
    /// A built-in lab.
    pub fn up(topology: &str) -> Self {
        let lab = Self::down(topology);
        lab.to_be(topology).code(0);
        lab
    }

    /// The lab of a topology's text.
    pub fn of(name: &str, text: &str) -> Self {
        let lab = Self::down(name);
        lab.to_be_of(text);
        lab
    }

    fn down(name: &str) -> Self {
        Self { place: Place::new(), name: unique(name) }
    }

    /// Brings it to a topology: a built-in one, or that of a file.
    pub fn to_be(&self, topology: &str) -> Ran {
        self.place.run(&["--kernel", "uml", "up", topology, "--name", &self.name])
    }

    /// Brings it to a topology's text, which must work.
    pub fn to_be_of(&self, text: &str) -> Ran {
        self.to_be(&self.place.write("lab.yaml", text)).code(0)
    }

    /// What a shell's commands, which must work, print in a node.
    pub fn sh(&self, node: &str, script: &str) -> String {
        self.place.exec(&self.name, node, &["sh", "-ec", script]).code(0).stdout
    }
}
