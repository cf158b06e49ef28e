use super::rule::Rules;
use super::{iptables, nft};
use crate::kernel::proc_net::ProcNet;
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
    /// Those of the namespace of the calling thread, which has these files.
    pub(in crate::kernel) fn of(files: &ProcNet) -> Result<Self, Cause> {
        let nft = nft::Tables::here()?;
        let mut tables = Self { nft, iptables: Vec::new(), in_use: Vec::new() };
        for family in [Family::Inet, Family::Inet6] {
            let failed = |error| Cause::io("read", error);
            tables.iptables.push((family, iptables::tables(files, family).map_err(failed)?));
            let in_use = iptables::tables_in_use(files, family).map_err(failed)?;
            tables.in_use.push((family, in_use));
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
