use super::channel::Ipvs;
use super::fields::{Fields, Record};
use super::wire::{Attribute, Command, InfoAttribute};
use super::{decode, encode};
use crate::kernel::{Cause, ObservedService};
use crate::lab::Timeouts;
use crate::plan::{DestinationEntry, ServiceEntry, ServiceKey};
use nix::errno::Errno;
use std::net::SocketAddr;
use std::time::Duration;

/// A director's IPVS as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpvsTable {
    /// The version of ip_vs, as in 1.2.1.
    pub version: (u8, u8, u8),
    /// The number of hash buckets for connections (IPVS_INFO_ATTR_CONN_TAB_SIZE).
    pub size: u32,
    /// The virtual services, in the order that the kernel dumps them.
    pub services: Vec<ObservedService>,
}

impl Ipvs {
    /// Adds a virtual service, or brings the one that is there to the entry's values.
    pub(in crate::kernel) async fn put_service(&self, entry: &ServiceEntry) -> Result<(), Cause> {
        let mut put = self.tell(Command::NewService, vec![encode::service(entry)?]).await;
        if is(&put, Errno::EEXIST) {
            put = self.tell(Command::SetService, vec![encode::service(entry)?]).await;
        }
        // `ip_vs_add_service` and `ip_vs_edit_service` in ip_vs_ctl.c
        if is(&put, Errno::ENOENT) { Err(Cause::NoScheduler(entry.scheduler)) } else { put }
    }

    /// Deletes a virtual service; one that is not there counts as deleted.
    pub(in crate::kernel) async fn delete_service(&self, key: &ServiceKey) -> Result<(), Cause> {
        let deleted = self.tell(Command::DeleteService, vec![encode::service_key(key)?]).await;
        if is(&deleted, Errno::ESRCH) { Ok(()) } else { deleted }
    }

    /// Adds a real server, or brings the one that is there to the entry's values.
    pub(in crate::kernel) async fn put_destination(
        &self,
        key: &ServiceKey,
        entry: &DestinationEntry,
    ) -> Result<(), Cause> {
        let attributes = || Ok(vec![encode::service_key(key)?, encode::destination(entry)?]);
        let added = self.tell(Command::NewDestination, attributes()?).await;
        if is(&added, Errno::EEXIST) {
            return self.tell(Command::SetDestination, attributes()?).await;
        }
        added
    }

    /// Deletes a real server; one that is not there counts as deleted.
    pub(in crate::kernel) async fn delete_destination(
        &self,
        key: &ServiceKey,
        address: SocketAddr,
    ) -> Result<(), Cause> {
        let attributes = vec![encode::service_key(key)?, encode::destination_key(address)?];
        let deleted = self.tell(Command::DeleteDestination, attributes).await;
        let absent = is(&deleted, Errno::ESRCH) || is(&deleted, Errno::ENOENT);
        if absent { Ok(()) } else { deleted }
    }

    /// Empties the table.
    pub(in crate::kernel) async fn flush(&self) -> Result<(), Cause> {
        self.tell(Command::Flush, Vec::new()).await
    }

    /// Reads the virtual services with their real servers.
    pub(in crate::kernel) async fn services(&self) -> Result<Vec<ObservedService>, Cause> {
        let answers = self.dump(Command::GetService, Vec::new()).await?;
        let mut services: Vec<_> =
            answers.iter().filter_map(|a| decode::service(&Record::of(a.attrs()))).collect();
        for service in &mut services {
            let key = encode::service_key(&service.key)?;
            let family = service.key.family();
            let answers = self.dump(Command::GetDestination, vec![key]).await?;
            let destinations =
                answers.iter().map(|a| decode::destination(&Record::of(a.attrs()), family));
            service.destinations = destinations.flatten().collect();
        }
        Ok(services)
    }

    /// Reads the whole table.
    pub(in crate::kernel) async fn table(&self) -> Result<IpvsTable, Cause> {
        let incomplete = || Cause::Other("IPVS_CMD_GET_INFO: the answer is incomplete".to_owned());
        let answer = self.ask::<InfoAttribute>(Command::GetInfo).await?.ok_or_else(incomplete)?;
        let info = Record::of(answer.attrs());
        let version = info.u32(InfoAttribute::Version).ok_or_else(incomplete)?;
        // NVERSION in linux/ip_vs.h: a byte each.
        let [_, major, minor, patch] = version.to_be_bytes();
        Ok(IpvsTable {
            version: (major, minor, patch),
            size: info.u32(InfoAttribute::TableSize).ok_or_else(incomplete)?,
            services: self.services().await?,
        })
    }

    /// Reads the timeouts.
    pub(in crate::kernel) async fn timeouts(&self) -> Result<Timeouts, Cause> {
        let answer = self.ask::<Attribute>(Command::GetConfig).await?;
        let answer = answer
            .ok_or_else(|| Cause::Other("IPVS_CMD_GET_CONFIG: there is no answer".to_owned()))?;
        let config = Record::of(answer.attrs());
        let seconds = |kind| Duration::from_secs(config.u32(kind).unwrap_or(0).into());
        Ok(Timeouts {
            tcp: seconds(Attribute::TimeoutTcp),
            tcp_fin: seconds(Attribute::TimeoutTcpFin),
            udp: seconds(Attribute::TimeoutUdp),
        })
    }

    /// Sets the timeouts; zero leaves one as it is.
    pub(in crate::kernel) async fn set_timeouts(&self, to: Timeouts) -> Result<(), Cause> {
        let seconds = |d: Duration| u32::try_from(d.as_secs()).unwrap_or(u32::MAX);
        let attributes = Fields::new()
            .u32(Attribute::TimeoutTcp, seconds(to.tcp))
            .u32(Attribute::TimeoutTcpFin, seconds(to.tcp_fin))
            .u32(Attribute::TimeoutUdp, seconds(to.udp));
        self.tell(Command::SetConfig, attributes.list()?).await
    }
}

fn is(outcome: &Result<(), Cause>, errno: Errno) -> bool {
    matches!(outcome, Err(cause) if cause.number() == Some(errno))
}
