//! The words that keepalived 2.2.7 knows and labs have nothing for, by the block that they stand
//! in (keepalived.conf(5)).

/// A block, or the file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// No block.
    Outermost,
    /// `global_defs`
    Global,
    /// `vrrp_sync_group`
    Group,
    /// `vrrp_instance`
    Instance,
    /// `authentication`
    Authentication,
    /// `vrrp_script`
    Script,
    /// `virtual_server`
    VirtualServer,
    /// `real_server`
    RealServer,
    /// `HTTP_GET`, `SSL_GET`
    Http,
    /// `url`
    Url,
    /// `TCP_CHECK`, and what else connects
    Connect,
    /// `MISC_CHECK`
    Misc,
}

impl Block {
    /// Whether keepalived knows a word here.
    pub fn knows(self, word: &str) -> bool {
        let words: &[&[&str]] = match self {
            Self::Outermost => &[OUTERMOST],
            Self::Global => {
                return GLOBAL.contains(&word)
                    || GLOBAL_KINDS.iter().any(|kind| word.starts_with(kind));
            }
            Self::Group => &[GROUP],
            Self::Instance => &[INSTANCE],
            Self::Authentication => &[],
            Self::Script => &[SCRIPT],
            Self::VirtualServer => &[VIRTUAL_SERVER],
            Self::RealServer => &[REAL_SERVER],
            Self::Http => &[CONNECTION, CHECKER, HTTP],
            Self::Url => &[URL],
            Self::Connect => &[CONNECTION, CHECKER, CONNECT],
            Self::Misc => &[CHECKER, MISC],
        };
        words.iter().any(|words| words.contains(&word))
    }
}

/// Whether a word is about mail, scripts that are told of changes, or logs.
pub fn is_aside(word: &str) -> bool {
    let kinds = ["notify", "smtp_", "notification_email", "enable_snmp", "log_", "snmp_"];
    ASIDE.contains(&word) || kinds.iter().any(|kind| word.starts_with(kind))
}

const ASIDE: &[&str] = &[
    "checker_log_all_failures",
    "dbus_service_name",
    "enable_dbus",
    "enable_traps",
    "lvs_notify_fifo",
    "lvs_notify_fifo_script",
    "no_checker_emails",
    "no_email_faults",
    "quorum_down",
    "quorum_up",
    "rs_init_notifies",
    "vrrp_notify_fifo",
    "vrrp_notify_fifo_script",
    "vrrp_notify_priority_changes",
];

const OUTERMOST: &[&str] = &[
    "SSL",
    "bfd_instance",
    "child_wait_time",
    "garp_group",
    "instance",
    "interface_up_down_delays",
    "linkbeat_interfaces",
    "linkbeat_use_polling",
    "namespace_with_ipsets",
    "net_namespace",
    "net_namespace_ipvs",
    "static_ipaddress",
    "static_routes",
    "static_rules",
    "track_file",
    "track_group",
    "use_pid_dir",
    "vrrp_track_file",
    "vrrp_track_process",
];

/// What words of global_defs begin with.
const GLOBAL_KINDS: &[&str] = &[
    "bfd_",
    "checker_",
    "lvs_flush",
    "lvs_netlink_",
    "nftables",
    "process_",
    "reload_",
    "shutdown_script",
    "startup_script",
    "vmac_",
    "vrrp_",
];

const GLOBAL: &[&str] = &[
    "config_save_dir",
    "data_use_instance",
    "default_interface",
    "disable_local_igmp",
    "dynamic_interfaces",
    "fifo_write_vrrp_states_on_reload",
    "include_check",
    "linkbeat_use_polling",
    "lvs_process_name",
    "max_auto_priority",
    "min_auto_priority_delay",
    "random_seed",
    "tmp_config_directory",
    "umask",
    "use_pid_dir",
];

const GROUP: &[&str] = &[
    "global_tracking",
    "track_bfd",
    "track_file",
    "track_interface",
    "track_process",
    "track_script",
];

const INSTANCE: &[&str] = &[
    "accept",
    "check_unicast_src",
    "debug",
    "dont_track_primary",
    "down_timer_adverts",
    "garp_extra_if",
    "garp_lower_prio_delay",
    "garp_lower_prio_repeat",
    "garp_master_delay",
    "garp_master_refresh",
    "garp_master_refresh_repeat",
    "garp_master_repeat",
    "higher_prio_send_advert",
    "kernel_rx_buf_size",
    "linkbeat_use_polling",
    "lower_prio_no_advert",
    "lvs_sync_daemon_interface",
    "mcast_dst_ip",
    "native_ipv6",
    "no_accept",
    "old_unicast_checksum",
    "promote_secondaries",
    "skip_check_adv_addr",
    "strict_mode",
    "track_bfd",
    "track_file",
    "track_process",
    "track_src_ip",
    "unicast_fault_no_peer",
    "unicast_ttl",
    "use_ipvlan",
    "use_vmac",
    "use_vmac_addr",
    "virtual_routes",
    "virtual_rules",
    "vmac_garp_intvl",
    "vmac_xmit_base",
    "vrf",
];

const SCRIPT: &[&str] = &["init_fail", "timeout", "user"];

const VIRTUAL_SERVER: &[&str] = &[
    "alpha",
    "flag-1",
    "flag-2",
    "flag-3",
    "ha_suspend",
    "hashed",
    "ip_family",
    "omega",
    "persistence_engine",
    "sorry_server_inhibit",
    "sorry_server_lvs_method",
    "virtualhost",
    "warmup",
];

const REAL_SERVER: &[&str] = &["alpha", "virtualhost", "warmup"];

const CONNECTION: &[&str] = &["bind_if", "bind_port", "bindto", "connect_ip", "fwmark"];

const CHECKER: &[&str] = &["alpha", "log_all_failures", "warmup"];

const CONNECT: &[&str] = &[
    "helo_name",
    "host",
    "max_reply_length",
    "min_reply_length",
    "name",
    "payload",
    "require_reply",
    "track_file",
    "type",
    "weight",
];

const HTTP: &[&str] = &["enable_sni", "fast_recovery", "http_protocol", "url", "virtualhost"];

const URL: &[&str] = &[
    "digest",
    "regex",
    "regex_max_offset",
    "regex_min_offset",
    "regex_no_match",
    "regex_options",
    "regex_stack",
    "virtualhost",
];

const MISC: &[&str] = &["misc_dynamic", "user"];
