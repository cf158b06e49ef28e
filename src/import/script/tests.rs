use super::{Item, read};
use crate::import::Fault;

/// The commands of a text, each with the line and the word of its last word.
fn commands(text: &str) -> Vec<String> {
    let items = read(text).unwrap_or_else(|fault| panic!("{fault:?} of {text}"));
    let told = items.into_iter().filter_map(|item| match item {
        Item::Command(words) => {
            let spot = words.last()?.spot;
            let words: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
            Some(format!("{} @{}:{}", words.join(" "), spot.line + 1, spot.word + 1))
        }
        Item::Other(word) => Some(format!("other {} @{}", word.text, word.spot.line + 1)),
        Item::Aside(aside, spot) => Some(format!("{aside:?} @{}", spot.line + 1)),
        Item::Comment => None,
    });
    told.collect()
}

/// The one thing that keeps a text from being read, as `line:word message`.
fn refused(text: &str) -> String {
    let Fault { spot, message, .. } = read(text).unwrap_err();
    format!("{}:{} {message}", spot.line + 1, spot.word + 1)
}

#[test]
fn what_stands_before_the_program_s_name_is_no_part_of_its_command() {
    for (before, words) in [
        ("ipvsadm", 1),
        ("sudo ipvsadm", 2),
        ("sudo -n /sbin/ipvsadm", 3),
        ("$ ipvsadm", 2),
        ("# ipvsadm", 2),
        ("# sudo /usr/sbin/ipvsadm", 3),
        ("sudo -u root ipvsadm", 4),
        ("env LC_ALL=C ipvsadm", 3),
        ("LC_ALL=C ipvsadm", 2),
        ("ip netns exec lb1 ipvsadm", 5),
        ("sudo ip netns exec lb1 /sbin/ipvsadm", 6),
        ("nice -n 5 ipvsadm", 4),
        ("timeout 5 ipvsadm", 3),
        ("root@lb1:~# ipvsadm", 2),
        ("[root@lb1 ~]# ipvsadm", 3),
        ("root@lb1:~ # ipvsadm", 3),
        ("lb@lb1:~$ sudo ipvsadm", 3),
    ] {
        let text = format!("{before} -A -t 10.0.0.1:80 -s rr\n");
        let told = format!("-A -t 10.0.0.1:80 -s rr @1:{}", words + 5);
        assert_eq!(commands(&text), [told], "{before}");
    }
}

#[test]
fn a_command_behind_a_hash_is_a_comment_beside_one_without() {
    let text =
        "ipvsadm -A -t 10.0.0.1:80\n# ipvsadm -A -t 10.0.0.1:81\n#ipvsadm -A -t 10.0.0.1:82\n";
    assert_eq!(commands(text), ["-A -t 10.0.0.1:80 @1:4"]);
}

#[test]
fn a_script_is_read_as_a_shell_would() {
    let text = "#!/bin/sh
VIP=10.0.0.1 ; RS='10.0.0.2'
IPVSADM=$(which ipvsadm)
export PORT=\"80\"   # as everywhere
echo 1 > /proc/sys/net/ipv4/ip_forward
if [ -x /sbin/sysctl ]; then sysctl -p; fi
ipvsadm -C
ipvsadm --set 900 120 300
$IPVSADM -A -t \"${VIP}:$PORT\" -s rr 2>/dev/null || exit 1
ipvsadm -a -t $VIP:80 -r $RS:80 \\
   -g -w 3 && ipvsadm -a -t $VIP:80 -r 10.0.0.3 -g
ipvsadm -R <<END
-A -u 10.0.0.1:53 -s rr
END
";
    let told = [
        "other echo @5",
        "other [ @6",
        "other sysctl @6",
        "Timeouts @8",
        "-A -t 10.0.0.1:80 -s rr @9:6",
        "other exit @9",
        "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 3 @11:3",
        "-a -t 10.0.0.1:80 -r 10.0.0.3 -g @11:11",
        "-R @12:2",
        "-A -u 10.0.0.1:53 -s rr @13:5",
        "other END @14",
    ];
    assert_eq!(commands(text), told);
}

#[test]
fn a_command_in_a_function_is_refused_however_the_function_is_written() {
    for head in ["old() {", "old () {", "function old {", "function old() {", "function old () {"] {
        let text = format!("#!/bin/bash\n{head}\n  ipvsadm -A -t 10.0.0.1:80\n}}\n");
        assert!(refused(&text).starts_with("3:2 this command"), "{text}");
        let beside = format!("{head} date; }}\nipvsadm -A -t 10.0.0.1:80\n");
        assert_eq!(commands(&beside).last().unwrap(), "-A -t 10.0.0.1:80 @2:4", "{beside}");
    }
    let names_none = "function old {\n  date\n}\nnew() { date; }\nipvsadm -A -t 10.0.0.1:80\n";
    assert_eq!(commands(names_none), ["other date @2", "other date @4", "-A -t 10.0.0.1:80 @5:4"]);
}

#[test]
fn a_program_that_is_looked_for_is_known_by_its_name() {
    for look in ["$(which iptables)", "`which iptables`", "$(command -v iptables 2>/dev/null)"] {
        let text = format!("IPT={look}\n$IPT -A INPUT -j ACCEPT\nipvsadm -A -t 10.0.0.1:80\n");
        assert_eq!(commands(&text), ["other iptables @2", "-A -t 10.0.0.1:80 @3:4"], "{look}");
    }
    let text = "$IPT -t nat -A PREROUTING -j ACCEPT\nipvsadm -A -t 10.0.0.1:80\n";
    assert_eq!(commands(text), ["other $IPT @1", "-A -t 10.0.0.1:80 @2:4"]);
}

#[test]
fn a_variable_outside_of_quotes_is_split_as_a_shell_splits_it() {
    let told = "-A -t 10.0.0.1:80 -s rr -p 60";
    for text in [
        "OPT='-s rr -p 60'\nipvsadm -A -t 10.0.0.1:80 $OPT\n",
        "OPT=' -s  rr'\nP=\nipvsadm $P -A -t 10.0.0.1:80 ${OPT} -p 6${P}0 $P\n",
        "ADD='ipvsadm -A -t'\n$ADD 10.0.0.1:80 -s rr -p 60\n",
        "SUDO=\nIP=10.0.0\n$SUDO ipvsadm -A -t $IP.1:80 -s \"rr\" -p 60\n",
        "A='-s rr'\nB=$A\nC=\"$B -p\"\nipvsadm -A -t 10.0.0.1:80 $C 60\n",
        "N='sudo -n'\n$N ipvsadm -A -t 10.0.0.1:80 -s rr -p 60\n",
    ] {
        let commands = commands(text);
        assert!(commands.len() == 1 && commands[0].starts_with(told), "{commands:?} of {text}");
    }
    let kept = "P=\nOPT='rr -p 60'\nipvsadm -A -t 10.0.0.1:80 -s \"$OPT\" \"$P\" -o\n";
    assert_eq!(commands(kept), ["-A -t 10.0.0.1:80 -s rr -p 60  -o @3:8"]);
}

#[test]
fn what_another_program_does_with_a_command_is_not_known() {
    let service = "ipvsadm -A -t 10.0.0.1:80";
    for (line, program, word) in [
        (format!("run {service}"), "run", 2),
        (format!("ssh lb1 {service}"), "ssh", 3),
        (format!("ssh lb1 '{service}'"), "ssh", 3),
        (format!("/bin/sh -c \"{service}\""), "sh", 3),
    ] {
        let told = format!(
            "1:{word} what `{program}` does with this command of ipvsadm, only a run of this \
             script can tell"
        );
        assert_eq!(refused(&line), told, "{line}");
    }
    assert!(refused(&format!("if ! out=$({service} 2>&1); then exit; fi\n")).starts_with("1:3 "));
    for shown in
        ["echo WORDS", "printf '%s\\n' WORDS", "die 'WORDS failed'", "[ -x /sbin/ipvsadm -a -t 1 ]"]
    {
        let text = format!("{}\n{service}\n", shown.replace("WORDS", service));
        assert_eq!(commands(&text).last().unwrap(), "-A -t 10.0.0.1:80 @2:4", "{text}");
    }
}

#[test]
fn what_a_shell_puts_in_ends_at_its_own_parenthesis() {
    let service = "ipvsadm -A -t 10.0.0.1:80 -s rr";
    for inner in ["$(date)", "$(echo $(date) \")\")", "$((1 + (2)))", "${A:-${B}}", "`date`"] {
        let text = format!("D={inner}; {service}; E={inner} ; ipvsadm -A -u 10.0.0.1:53\n");
        assert_eq!(commands(&text).len(), 2, "{text}");
    }
}

#[test]
fn what_only_a_run_can_tell_is_said_once() {
    let text = "ipvsadm -A -t $VIP:80\nipvsadm -a -t $VIP:80 -r $RS:80\n";
    assert_eq!(refused(text), "1:4 `$VIP` is set nowhere above");
    let text = "VIP=$1\nipvsadm -A -t $VIP:80\n";
    assert_eq!(refused(text), "2:4 what `$VIP` is, only a run of this script can tell");
    let text = "ipvsadm -A -t $(hostname -i):80\n";
    let told = "1:4 what `$(hostname -i)` is, only a run of this script can tell";
    assert_eq!(refused(text), told);
    let text = "ipvsadm -A -t 10.0.0.1:80\nfor i in 2 3; do\n  ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.$i\ndone\n";
    let told =
        "3:2 this command of ipvsadm stands in a loop, a condition or a function of a script";
    assert_eq!(refused(text), told);
    let text = "#!/bin/sh\nstart() {\n  ipvsadm -A -t 10.0.0.1:80\n}\nstart\n";
    assert!(refused(text).starts_with("3:2 this command"));
}
