use neli::consts::genl::{Cmd, NlAttrType};
use neli::neli_enum;

/// The generic netlink family (linux/ip_vs.h, IPVS_GENL_NAME).
pub(super) const FAMILY: &str = "IPVS";

/// The family's version (IPVS_GENL_VERSION).
pub(super) const VERSION: u8 = 1;

/// IP_VS_STATE_MASTER and IP_VS_STATE_BACKUP: which part a sync daemon plays.
pub(super) const SYNC_MASTER: u32 = 1;
pub(super) const SYNC_BACKUP: u32 = 2;

/// IP_VS_SVC_F_PERSISTENT.
pub(super) const PERSISTENT: u32 = 0x1;

/// IP_VS_SVC_F_ONEPACKET.
pub(super) const ONE_PACKET: u32 = 0x4;

/// IP_VS_SVC_F_SCHED1: `fallback` of sh and mh.
pub(super) const SCHEDULER_FLAG_1: u32 = 0x8;

/// IP_VS_SVC_F_SCHED2: `port` of sh and mh.
pub(super) const SCHEDULER_FLAG_2: u32 = 0x10;

/// IP_VS_CONN_F_MASQ, IP_VS_CONN_F_TUNNEL and IP_VS_CONN_F_DROUTE.
pub(super) const MASQUERADE: u32 = 0;
pub(super) const TUNNEL: u32 = 2;
pub(super) const DIRECT_ROUTE: u32 = 3;

/// IP_VS_CONN_F_TUNNEL_TYPE_*: IPIP, GUE and GRE.
pub(super) const TUNNEL_IPIP: u8 = 0;
pub(super) const TUNNEL_GUE: u8 = 1;
pub(super) const TUNNEL_GRE: u8 = 2;

/// IP_VS_TUNNEL_ENCAP_FLAG_*: NOCSUM, CSUM and REMCSUM.
pub(super) const TUNNEL_NO_CHECKSUM: u16 = 0;
pub(super) const TUNNEL_CHECKSUM: u16 = 1;
pub(super) const TUNNEL_REMOTE_CHECKSUM: u16 = 2;

/// IP_VS_CONN_F_FWD_MASK: the bits that hold the forwarding method.
pub(super) const FORWARDING_MASK: u32 = 0x7;

/// IPVS_CMD_*.
#[neli_enum(serialized_type = "u8")]
pub(super) enum Command {
    NewService = 1,
    SetService = 2,
    DeleteService = 3,
    GetService = 4,
    NewDestination = 5,
    SetDestination = 6,
    DeleteDestination = 7,
    GetDestination = 8,
    NewDaemon = 9,
    DeleteDaemon = 10,
    GetDaemon = 11,
    SetConfig = 12,
    GetConfig = 13,
    SetInfo = 14,
    GetInfo = 15,
    Flush = 17,
}

impl Cmd for Command {}

impl Command {
    /// The name in linux/ip_vs.h.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NewService => "IPVS_CMD_NEW_SERVICE",
            Self::SetService => "IPVS_CMD_SET_SERVICE",
            Self::DeleteService => "IPVS_CMD_DEL_SERVICE",
            Self::GetService => "IPVS_CMD_GET_SERVICE",
            Self::NewDestination => "IPVS_CMD_NEW_DEST",
            Self::SetDestination => "IPVS_CMD_SET_DEST",
            Self::DeleteDestination => "IPVS_CMD_DEL_DEST",
            Self::GetDestination => "IPVS_CMD_GET_DEST",
            Self::NewDaemon => "IPVS_CMD_NEW_DAEMON",
            Self::DeleteDaemon => "IPVS_CMD_DEL_DAEMON",
            Self::GetDaemon => "IPVS_CMD_GET_DAEMON",
            Self::SetConfig => "IPVS_CMD_SET_CONFIG",
            Self::GetConfig => "IPVS_CMD_GET_CONFIG",
            Self::GetInfo => "IPVS_CMD_GET_INFO",
            Self::Flush => "IPVS_CMD_FLUSH",
            _ => "IPVS",
        }
    }
}

/// IPVS_CMD_ATTR_*: what a message carries.
#[neli_enum(serialized_type = "u16")]
pub(super) enum Attribute {
    Service = 1,
    Destination = 2,
    Daemon = 3,
    TimeoutTcp = 4,
    TimeoutTcpFin = 5,
    TimeoutUdp = 6,
}

impl NlAttrType for Attribute {}

/// IPVS_INFO_ATTR_*: what the answer to GET_INFO carries instead.
#[neli_enum(serialized_type = "u16")]
pub(super) enum InfoAttribute {
    Version = 1,
    TableSize = 2,
}

impl NlAttrType for InfoAttribute {}

/// IPVS_SVC_ATTR_*: what a virtual service is made of.
#[neli_enum(serialized_type = "u16")]
pub(super) enum ServiceAttribute {
    AddressFamily = 1,
    Protocol = 2,
    Address = 3,
    Port = 4,
    FirewallMark = 5,
    Scheduler = 6,
    Flags = 7,
    Timeout = 8,
    Netmask = 9,
    Statistics = 12,
}

impl NlAttrType for ServiceAttribute {}

/// IPVS_DEST_ATTR_*: what a real server is made of.
#[neli_enum(serialized_type = "u16")]
pub(super) enum DestinationAttribute {
    Address = 1,
    Port = 2,
    Forwarding = 3,
    Weight = 4,
    UpperThreshold = 5,
    LowerThreshold = 6,
    Active = 7,
    Inactive = 8,
    AddressFamily = 11,
    Statistics = 12,
    TunnelKind = 13,
    TunnelPort = 14,
    TunnelFlags = 15,
}

impl NlAttrType for DestinationAttribute {}

/// IPVS_DAEMON_ATTR_*: what a sync daemon is made of.
#[neli_enum(serialized_type = "u16")]
pub(super) enum DaemonAttribute {
    State = 1,
    Interface = 2,
    SyncId = 3,
}

impl NlAttrType for DaemonAttribute {}

/// IPVS_STATS_ATTR_*, all of 64 bits in a STATS64 attribute.
#[neli_enum(serialized_type = "u16")]
pub(super) enum StatisticsAttribute {
    Connections = 1,
    PacketsIn = 2,
    PacketsOut = 3,
    BytesIn = 4,
    BytesOut = 5,
}

impl NlAttrType for StatisticsAttribute {}
