//! keepalived itself is asked which words it knows in each of its blocks, and the import says the
//! same.

use crate::support::Place;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// Words of every block, and some of none; none that opens a block of its own, that is about mail
/// and notification, or that only one kind of connecting checker knows.
const WORDS: &str = "
    accept advert_int alpha auth_pass auth_type bind_if bind_port bindto check_unicast_src
    connect_ip connect_port connect_timeout debug default_interface delay_before_retry delay_loop
    digest dont_track_primary down_timer_adverts dynamic_interfaces enable_script_security
    enable_sni fall fast_recovery fwmark garp_extra_if garp_lower_prio_delay garp_lower_prio_repeat
    garp_master_delay garp_master_refresh garp_master_refresh_repeat garp_master_repeat ha_suspend
    hashed higher_prio_send_advert http_protocol hysteresis inhibit_on_failure init_fail interface
    interval ip_family kernel_rx_buf_size lb_algo lb_kind lower_prio_no_advert lthreshold lvs_flush
    lvs_method lvs_sched lvs_sync_daemon_interface mcast_dst_ip mcast_src_ip mh-port misc_dynamic
    misc_timeout nat_mask native_ipv6 nb_get_retry no_accept nopreempt old_unicast_checksum omega
    ops path persistence_engine persistence_granularity persistence_timeout preempt preempt_delay
    priority promote_secondaries protocol quorum regex regex_min_offset regex_no_match
    regex_options retry rise router_id script script_user sh-port skip_check_adv_addr
    sorry_server_inhibit state status_code strict_mode timeout track_src_ip unicast_fault_no_peer
    unicast_ttl use_vmac user uthreshold version virtual_router_id virtualhost vrrp_strict
    vrrp_version warmup no_such_word
";

/// What is around the words: `@` stands for them.
const BLOCKS: [(&str, &str); 14] = [
    ("global_defs", "global_defs {\n@}\n"),
    ("vrrp_instance", "vrrp_instance A {\nvirtual_router_id 1\ninterface eth0\n@}\n"),
    ("vrrp_script", "vrrp_script a {\nscript /bin/true\n@}\n"),
    ("virtual_server", "virtual_server 192.0.2.1 80 {\n@real_server 192.0.2.2 80 {\n}\n}\n"),
    ("real_server", "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\n@}\n}\n"),
    ("url", "HTTP_GET {\nurl {\n@}\n}\n"),
    ("HTTP_GET", "HTTP_GET {\n@url {\npath /\n}\n}\n"),
    ("SSL_GET", "SSL_GET {\n@url {\npath /\n}\n}\n"),
    ("TCP_CHECK", "TCP_CHECK {\n@}\n"),
    ("SMTP_CHECK", "SMTP_CHECK {\n@}\n"),
    ("MISC_CHECK", "MISC_CHECK {\nmisc_path /bin/true\n@}\n"),
    ("UDP_CHECK", "UDP_CHECK {\n@}\n"),
    ("DNS_CHECK", "DNS_CHECK {\n@}\n"),
    ("PING_CHECK", "PING_CHECK {\n@}\n"),
];

/// A configuration with the words in a block; a checker is one of a real server.
fn configuration(name: &str, around: &str) -> String {
    let words = WORDS.split_whitespace().map(|word| format!("{word} 1\n"));
    let block = around.replace('@', &words.collect::<String>());
    let whole = "vrrp_instance B {\nvirtual_router_id 2\ninterface eth0\nvirtual_ipaddress {\n192.0.2.9\n}\n}\n";
    if name == "url" || name.ends_with("_GET") || name.ends_with("_CHECK") {
        let server = "protocol TCP\nreal_server 192.0.2.2 80 {\n";
        return format!("virtual_server 192.0.2.1 80 {{\n{server}{block}}}\n}}\n{whole}");
    }
    format!("{block}{whole}")
}

/// The words that keepalived does not know.
fn unknown_to_keepalived(file: &str) -> BTreeSet<String> {
    let shell = "ip link set lo up; ip link add eth0 type veth peer name v0; ip link set eth0 up
        exec keepalived -t -f \"$1\"";
    let output = Command::new("unshare").args(["--net", "sh", "-c", shell, "sh", file]).output();
    let said = String::from_utf8_lossy(&output.unwrap().stderr).into_owned();
    let words = said.lines().filter_map(|line| line.split_once("Unknown keyword '"));
    words.map(|(_, word)| word.trim_end_matches('\'').to_owned()).collect()
}

/// The words of which the head of a lab says that keepalived does not know them.
fn unknown_to_the_import(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.contains("keepalived does not know it here"));
    let words = lines.filter_map(|line| line.strip_prefix("# - `")?.split([' ', '`']).next());
    words.map(str::to_owned).collect()
}

#[test]
#[ignore = "needs root and keepalived"]
fn the_import_knows_the_words_that_keepalived_knows_in_each_block() {
    let place = Place::new();
    for (name, around) in BLOCKS {
        let file = place.write("keepalived.conf", &configuration(name, around));
        let lab = place.file("lab.yaml").to_str().unwrap().to_owned();
        place.run(&["init", &lab, "--force", "--from-keepalived", &file]).code(0);
        let ours = unknown_to_the_import(&fs::read_to_string(&lab).unwrap());
        let theirs = unknown_to_keepalived(&file);
        assert!(theirs.contains("no_such_word"), "{name}: {theirs:?}");
        assert_eq!(ours, theirs, "{name}");
    }
}
