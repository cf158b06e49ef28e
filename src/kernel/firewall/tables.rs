use super::rule::Rules;
use super::saved::Backend;
use super::{iptables, nft};
use crate::kernel::proc_net::ProcNet;
use crate::kernel::{Cause, Namespace, Removable};
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

    /// Reads what stands in them.
    pub(in crate::kernel) async fn read(&self, namespace: &Namespace) -> Result<Seen, Cause> {
        let mut seen = Seen::default();
        for family in &self.nft.ours {
            seen.rules.extend(nft::all(namespace, *family).await?);
        }
        let mut read = Vec::new();
        for family in &self.nft.of_iptables {
            let (more, chains) = Backend::Nft.seen(namespace, *family).await?;
            seen.extend(more);
            read.extend(chains);
        }
        if self.nft.others {
            seen.drops.extend(nft::drops(namespace, &read).await?);
        }
        for (family, _) in self.iptables.iter().filter(|(_, tables)| !tables.is_empty()) {
            seen.extend(Backend::Legacy.seen(namespace, *family).await?.0);
        }
        Ok(seen)
    }
}

/// What stands in the tables of a namespace.
#[derive(Debug, Default)]
pub(in crate::kernel) struct Seen {
    /// The rules that mark packets and replace clients' addresses.
    pub(in crate::kernel) rules: Rules,
    /// The rules of others that drop packets, in the words of the program that lists them.
    pub(in crate::kernel) drops: Vec<Removable<String>>,
}

impl Seen {
    fn extend(&mut self, more: Self) {
        self.rules.extend(more.rules);
        self.drops.extend(more.drops);
    }
}
