//! Looking at a lab is quiet: the kernel is not made to look for modules that it does not have.

mod support;

use support::lab::Lab;

/// Counts from now on what the guest's kernel has modprobe(8) do.
const COUNT: &str = "
printf '#!/bin/sh\\necho \"$@\" >> /run/modprobes\\n' > /run/modprobe
chmod +x /run/modprobe
echo /run/modprobe > /proc/sys/kernel/modprobe
";

impl Lab {
    fn modprobes(&self) -> String {
        self.sh("client", "cat /run/modprobes 2>/dev/null || true")
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_look_at_a_lab_makes_the_kernel_look_for_no_module() {
    // Without a firewall, with one, and with a port for envelopes.
    for topology in ["nat", "fwmark", "tun-gue"] {
        let lab = Lab::up(topology);
        lab.sh("client", COUNT);
        let status = lab.place.run(&["status", &lab.name]).code(0);
        status.says("as the file says");
        lab.to_be(topology).code(0).says("is up already");
        assert_eq!(lab.modprobes(), "", "{topology}");
        // What the kernel lacks it does look for, so that the count is one.
        lab.place.exec(&lab.name, "client", &["ip", "link", "add", "x", "type", "no-such-kind"]);
        assert_eq!(lab.modprobes(), "-q -- rtnl-link-no-such-kind\n");
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_module_that_only_a_users_command_needs_is_found_in_a_guest() {
    let lab = Lab::up("plain");
    lab.sh("client", "iptables-legacy -A INPUT -m recent --name seen --set");
}
