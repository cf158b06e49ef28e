use super::rule::Rules;
use super::{iptables, nft};
use crate::kernel::proc_net::ProcNet;
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;

/// The tables of a namespace in which rules of ours may stand. Most nodes have none, and need no
/// program to say so.
pub(in crate::kernel) struct Tables {
    nft: Vec<Family>,
    iptables: Vec<(Family, Vec<String>)>,
}

impl Tables {
    /// Those of the namespace of the calling thread, which has these files.
    pub(in crate::kernel) fn of(files: &ProcNet) -> Result<Self, Cause> {
        let mut tables = Self { nft: nft::families()?, iptables: Vec::new() };
        for family in [Family::Inet, Family::Inet6] {
            let names = iptables::tables(files, family).map_err(|e| Cause::io("read", e))?;
            tables.iptables.push((family, names));
        }
        Ok(tables)
    }

    /// Reads the rules in them.
    pub(in crate::kernel) async fn rules(&self, namespace: &Namespace) -> Result<Rules, Cause> {
        let mut rules = Rules::default();
        for family in &self.nft {
            rules.extend(nft::all(namespace, *family).await?);
        }
        for (family, tables) in &self.iptables {
            rules.extend(iptables::all(namespace, *family, tables).await?);
        }
        Ok(rules)
    }
}
