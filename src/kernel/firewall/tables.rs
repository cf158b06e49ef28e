use super::rule::Rules;
use super::{iptables, nft};
use crate::kernel::proc_net::ProcNet;
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;

/// The tables of a namespace. Most nodes have none, and need no program to say so.
pub(in crate::kernel) struct Tables {
    nft: nft::Tables,
    iptables: Vec<(Family, Vec<String>)>,
}

impl Tables {
    /// Those of the namespace of the calling thread, which has these files.
    pub(in crate::kernel) fn of(files: &ProcNet) -> Result<Self, Cause> {
        let mut tables = Self { nft: nft::Tables::here()?, iptables: Vec::new() };
        for family in [Family::Inet, Family::Inet6] {
            let names = iptables::tables_in_use(files, family).map_err(|e| Cause::io("read", e))?;
            tables.iptables.push((family, names));
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
            let ours: Vec<_> =
                tables.iter().filter(|table| iptables::is_ours(table)).cloned().collect();
            rules.extend(iptables::all(namespace, *family, &ours).await?);
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
        for (family, tables) in &self.iptables {
            found.extend(iptables::drops(namespace, *family, tables).await?);
        }
        Ok(found)
    }
}
