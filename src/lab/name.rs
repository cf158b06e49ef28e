use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// Why a text cannot be a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a name must not be empty")]
    Empty,
    /// The first character is no lower-case letter or digit.
    #[error("`{0}` must begin with a lower-case letter or a digit")]
    Start(String),
    /// A character other than `a-z`, `0-9`, `-`.
    #[error("`{name}` has the character `{character}`; names are made of a-z, 0-9 and `-`")]
    Character {
        /// The whole text.
        name: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// Too long for the names that are made from it.
    #[error("`{name}` has {length} bytes; at most {limit} are allowed")]
    Length {
        /// The whole text.
        name: String,
        /// Its length in bytes.
        length: usize,
        /// The longest that is allowed, in bytes.
        limit: usize,
    },
}

fn checked(text: &str, limit: usize) -> Result<(), NameError> {
    let first = text.chars().next().ok_or(NameError::Empty)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Some(character) = text.chars().find(|c| !allowed(*c)) {
        return Err(NameError::Character { name: text.to_owned(), character });
    }
    if first == '-' {
        return Err(NameError::Start(text.to_owned()));
    }
    if text.len() > limit {
        let (name, length) = (text.to_owned(), text.len());
        return Err(NameError::Length { name, length, limit });
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $limit:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The longest name allowed, in bytes.
            pub const LIMIT: usize = $limit;

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                checked(text, Self::LIMIT)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name!(
    /// The name of a laboratory: the first half of each of its namespaces' names.
    LabName,
    32
);
name!(
    /// The name of a node. With `.0` behind it, it is the name of a bridge port, so that it must
    /// stay two bytes under the kernel's 15 (`IFNAMSIZ` - 1, linux/if.h).
    NodeName,
    13
);
name!(
    /// The name of a network, and of its bridge (at most 15 bytes, `IFNAMSIZ` - 1, linux/if.h).
    NetworkName,
    15
);
name!(
    /// The name of a virtual service.
    ServiceName,
    64
);
name!(
    /// The name of a process of a node.
    ProcessName,
    64
);
name!(
    /// The name of a scenario.
    ScenarioName,
    64
);

/// The name of a virtual router or a sync group, as in keepalived.conf: letters, digits, `_` and
/// `-`, beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RouterName(String);

impl RouterName {
    /// The longest name allowed, in bytes.
    pub const LIMIT: usize = 20;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text cannot be the name of a virtual router.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no name of a virtual router: 1 to {limit} letters, digits, `_` and `-`, the first a \
     letter",
    limit = RouterName::LIMIT
)]
pub struct RouterNameError(pub String);

impl FromStr for RouterName {
    type Err = RouterNameError;

    fn from_str(text: &str) -> Result<Self, RouterNameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let fits = (1..=Self::LIMIT).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(RouterNameError(text.to_owned())) }
    }
}

impl TryFrom<String> for RouterName {
    type Error = RouterNameError;

    fn try_from(text: String) -> Result<Self, RouterNameError> {
        text.parse()
    }
}

impl From<RouterName> for String {
    fn from(name: RouterName) -> String {
        name.0
    }
}

impl fmt::Display for RouterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl NodeName {
    /// The namespace that holds the lab's bridges; no node of a file may have this name.
    pub const SWITCH: &str = "switch";

    /// The pseudo-node that holds the bridges.
    pub fn switch() -> Self {
        Self(Self::SWITCH.to_owned())
    }

    /// The bridge port that one of the node's interfaces ends in: `rs1.0` for `eth0`.
    pub fn port(&self, interface: &str) -> String {
        format!("{self}.{}", interface.trim_start_matches("eth"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_name() {
        assert!(matches!(
            "../x".parse::<LabName>(),
            Err(NameError::Character { character: '.', .. })
        ));
    }

    #[test]
    fn a_node_name_leaves_room_for_its_ports() {
        assert!("thirteen-byte".parse::<NodeName>().is_ok());
        assert!(matches!("fourteen-bytes".parse::<NodeName>(), Err(NameError::Length { .. })));
    }
}
