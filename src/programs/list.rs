use super::{Need, Program};

/// Every program that lvs-lab, its labs, its tests and its benchmarks call. `.ci/programs` reads
/// these lines, so that `.ci/setup` installs from them, and `.ci/test` lets the tests find nothing
/// else.
pub const LIST: &[Program] = &[
    base("bash", "bash"),
    base("hostname", "hostname"),
    // coreutils
    base("basename", "coreutils"),
    base("cat", "coreutils"),
    base("chmod", "coreutils"),
    base("chown", "coreutils"),
    base("cp", "coreutils"),
    base("cut", "coreutils"),
    base("date", "coreutils"),
    base("dd", "coreutils"),
    base("dirname", "coreutils"),
    base("echo", "coreutils"),
    base("env", "coreutils"),
    base("false", "coreutils"),
    base("head", "coreutils"),
    base("id", "coreutils"),
    base("ln", "coreutils"),
    base("ls", "coreutils"),
    base("mkdir", "coreutils"),
    base("mkfifo", "coreutils"),
    base("mktemp", "coreutils"),
    base("mv", "coreutils"),
    base("nproc", "coreutils"),
    base("printf", "coreutils"),
    base("pwd", "coreutils"),
    base("readlink", "coreutils"),
    base("realpath", "coreutils"),
    base("rm", "coreutils"),
    base("rmdir", "coreutils"),
    base("seq", "coreutils"),
    base("sleep", "coreutils"),
    base("sort", "coreutils"),
    base("stat", "coreutils"),
    base("stty", "coreutils"),
    base("sync", "coreutils"),
    base("tail", "coreutils"),
    base("tee", "coreutils"),
    base("test", "coreutils"),
    base("timeout", "coreutils"),
    base("touch", "coreutils"),
    base("tr", "coreutils"),
    base("true", "coreutils"),
    base("uname", "coreutils"),
    base("uniq", "coreutils"),
    base("wc", "coreutils"),
    base("yes", "coreutils"),
    // the other essential packages
    base("sh", "dash"),
    base("dpkg", "dpkg"),
    base("dpkg-deb", "dpkg"),
    base("which", "debianutils"),
    base("cmp", "diffutils"),
    base("find", "findutils"),
    base("xargs", "findutils"),
    base("grep", "grep"),
    base("gzip", "gzip"),
    base("awk", "mawk"),
    base("mount", "mount"),
    base("umount", "mount"),
    base("perl", "perl-base"),
    base("sed", "sed"),
    base("tar", "tar"),
    base("nsenter", "util-linux"),
    base("runuser", "util-linux"),
    base("setpriv", "util-linux"),
    base("setsid", "util-linux"),
    base("unshare", "util-linux"),
    // to build, and for `make demo`
    demo("cc", "gcc"),
    demo("ld", "binutils"),
    demo("iptables-legacy", "iptables"),
    demo("linux.uml", "user-mode-linux"),
    // for other labs and their scenarios
    labs("curl", "curl"),
    labs("ip", "iproute2"),
    labs("ss", "iproute2"),
    labs("tc", "iproute2"),
    labs("ip6tables-legacy", "iptables"),
    labs("iptables-legacy-save", "iptables"),
    labs("ip6tables-legacy-save", "iptables"),
    labs("iptables-nft", "iptables"),
    labs("ip6tables-nft", "iptables"),
    labs("iptables-nft-save", "iptables"),
    labs("ip6tables-nft-save", "iptables"),
    labs("iptables", "iptables"),
    labs("ipvsadm", "ipvsadm"),
    labs("keepalived", "keepalived"),
    labs("modprobe", "kmod"),
    labs("ping", "iputils-ping"),
    labs("ldirectord", "ldirectord"),
    labs("mariadb", "mariadb-client"),
    labs("mariadbd", "mariadb-server"),
    labs("nft", "nftables"),
    labs("nginx", "nginx-light"),
    labs("php-fpm*", "php-fpm"),
    labs("/usr/lib/php/*/mysqli.so", "php-mysql"),
    labs("kill", "procps"),
    labs("sysctl", "procps"),
    labs("tcpdump", "tcpdump"),
    // for the tests and the benchmarks
    tests("apt-cache", "apt"),
    tests("apt-get", "apt"),
    tests("as", "binutils"),
    tests("busybox", "busybox-static"),
    tests("cpio", "cpio"),
    tests("gcc", "gcc"),
    tests("depmod", "kmod"),
    tests("pgrep", "procps"),
    tests("ps", "procps"),
    tests("python3", "python3"),
    tests("qemu-system-x86_64", "qemu-system-x86"),
    tests("tshark", "tshark"),
    tests("xz", "xz-utils"),
];

const fn base(name: &'static str, package: &'static str) -> Program {
    Program { name, package, need: Need::Base }
}

const fn demo(name: &'static str, package: &'static str) -> Program {
    Program { name, package, need: Need::Demo }
}

const fn labs(name: &'static str, package: &'static str) -> Program {
    Program { name, package, need: Need::Labs }
}

const fn tests(name: &'static str, package: &'static str) -> Program {
    Program { name, package, need: Need::Tests }
}
