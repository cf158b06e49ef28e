use super::rule::Rules;
use super::{iptables, nft};
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;

/// The tables of a namespace. Most nodes have none, and need no program to say so.
pub(in crate::kernel) struct Tables {
    nft: nft::Tables,
    /// Those in which rules of ours may stand.
    iptables: Vec<(Family, Vec<String>)>,
    in_use: Vec<(Family, Vec<String>)>,
}

impl Tables {
    /// Those of the namespace of the calling thread.
    pub(in crate::kernel) fn here() -> Result<Self, Cause> {
        let nft = nft::Tables::here()?;
        let mut tables = Self { nft, iptables: Vec::new(), in_use: Vec::new() };
        for family in [Family::Inet, Family::Inet6] {
            tables.iptables.push((family, iptables::tables(family)?));
            tables.in_use.push((family, iptables::tables_in_use(family)?));
        }
        Ok(tables)
    }

    /// Reads the rules in them.
    pub(in crate::kernel) async fn rules(&self, namespace: &Namespace) -> Result<Rules, Cause> {
        let mut rules = Rules::default();
        for family in &self.nft.ours {
            rules.extend(nft::all(namespace, *family).await?);
        }
        for (family, tables) in &self.iptables {
            rules.extend(iptables::all(namespace, *family, tables).await?);
        }
        Ok(rules)
    }

    /// The rules of others that drop packets, in the words of the program that lists them.
    pub(in crate::kernel) async fn drops(
        &self,
        namespace: &Namespace,
    ) -> Result<Vec<String>, Cause> {
        let mut found = Vec::new();
        if self.nft.others {
            found.extend(nft::drops(namespace).await?);
        }
        for (family, tables) in &self.in_use {
            found.extend(iptables::drops(namespace, *family, tables).await?);
        }
        Ok(found)
    }
}
