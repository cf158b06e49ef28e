use crate::diag::{Code, Diagnostic, Severity};
use crate::lab::Place;

/// A rule that a topology file can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable code.
    pub code: Code,
    /// How bad a breach is.
    pub severity: Severity,
    /// The breach in a few words; the rule's heading in docs/diagnostics.md.
    pub title: &'static str,
}

impl Rule {
    /// A breach of this rule.
    pub fn at(self, at: &Place, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message: message.into(),
            at: at.clone(),
            position: None,
            help: help.into(),
        }
    }
}

macro_rules! rules {
    ($($name:ident $code:literal $severity:ident $title:literal;)*) => {
        $(
            #[doc = concat!($code, ": ", $title, ".")]
            pub const $name: Rule = Rule {
                code: Code($code),
                severity: Severity::$severity,
                title: $title,
            };
        )*

        /// Every rule, in the order of their codes.
        pub const ALL: &[Rule] = &[$($name,)*];
    };
}

rules! {
    SYNTAX "L001" Error "not YAML";
    TAB "L002" Error "tab as indentation";
    EMPTY_FILE "L003" Error "empty file";
    DUPLICATE_KEY "L004" Error "key given twice";
    UNKNOWN_KEY "L005" Error "unknown key";
    MISSING_KEY "L006" Error "missing key";
    WRONG_TYPE "L007" Error "wrong type";
    UNKNOWN_WORD "L008" Error "unknown word";
    CHOICE "L009" Error "not exactly one of several keys";

    BAD_NAME "L010" Error "bad name";
    LONG_NAME "L011" Error "name too long";
    LONG_LAB_NAME "L012" Error "lab name too long";
    RESERVED_NAME "L013" Error "reserved name";
    DUPLICATE_NODE "L014" Error "two nodes of one name";

    BAD_ADDRESS "L015" Error "bad address";
    BAD_SUBNET "L016" Error "bad subnet";
    OVERLAP "L017" Error "overlapping subnets";
    OUTSIDE "L018" Error "address outside its network";
    NOT_A_HOST "L019" Error "network or broadcast address";
    DUPLICATE_ADDRESS "L020" Error "address given twice";
    UNKNOWN_NETWORK "L021" Error "unknown network";
    NO_ADDRESS "L022" Error "node without an address";
    NEXT_HOP "L023" Error "gateway not on a link";
    NOBODYS_HOP "L024" Warning "gateway that no node has";
    MTU "L025" Error "MTU out of range";
    BRIDGE_PORTS "L026" Error "too many ports on one bridge";
    TWO_FAMILIES "L027" Error "addresses of two families";
    REPLICAS "L028" Error "replicas do not fit";
    SYSCTL "L029" Error "not a network sysctl";

    UNKNOWN_NODE "L030" Error "unknown node";
    UNKNOWN_SERVICE "L031" Error "unknown virtual service";
    UNKNOWN_SCHEDULER "L032" Error "unknown scheduler";
    SCHEDULER_FLAG "L033" Error "flag that the scheduler does not take";
    WEIGHT "L034" Error "weight out of range";
    PORT "L035" Error "bad port";
    THRESHOLDS "L036" Error "bad thresholds";
    PERSISTENCE "L037" Error "bad persistence";
    DUPLICATE_SERVICE "L038" Error "virtual service given twice";
    DUPLICATE_SERVER "L039" Error "real server given twice";
    VIP_COLLIDES "L040" Error "VIP is a node's address";
    VIP_NOWHERE "L041" Warning "VIP that nobody can reach";
    NO_DIRECTOR "L042" Error "virtual service without a director";
    SHARED_VIP "L043" Warning "one VIP on several directors";
    NO_SERVERS "L044" Warning "virtual service without real servers";

    NAT_ONE_NETWORK "L045" Warning "NAT with VIP and DIP in one network";
    NAT_GATEWAY "L046" Error "NAT real server whose gateway is not the DIP";
    DR_GATEWAY "L047" Error "DR or TUN real server whose gateway is the DIP";
    PORT_MAPPING "L048" Error "port mapping that the kernel does not do";
    DR_LINK "L049" Error "DR without a common network";
    SERVER_UNREACHABLE "L050" Error "real server that its director cannot reach";

    DURATION "L051" Error "bad duration";
    RANGE "L052" Error "bad range";
    NOT_APPLICABLE "L053" Error "expectation that does not fit the step";
    STRANGER "L054" Error "distribution over a stranger";
    IMPOSSIBLE "L055" Error "distribution that cannot be";
    UNPREDICTABLE "L056" Error "prediction that cannot be made";
    CONCURRENCY "L057" Error "more at once than at all";
    ONE_PORT "L058" Error "one source port for several connections at once";
    CLIENT_UNREACHABLE "L059" Warning "client that cannot reach the VIP";
    EMPTY_SCENARIO "L060" Error "scenario without steps";
    OUT_OF_RANGE "L061" Error "number out of range";
    URL "L062" Error "bad URL";
    CONFIGURATION "L063" Error "not a keepalived.conf";
    NO_WAY_BACK "L064" Warning "replies that cannot get back";
    ALWAYS_HOLDS "L065" Error "expectation that always holds";
    PROVES_NOTHING "L066" Warning "scenario that expects nothing";

    UNKNOWN_ROUTER "L067" Error "unknown virtual router";
    ROUTER_ID "L068" Error "bad router id";
    PRIORITY "L069" Error "priority out of range";
    SAME_PRIORITY "L070" Warning "two directors of one priority";
    LONE_DIRECTOR "L071" Warning "virtual router of a single director";
    NOT_OWNER "L072" Warning "priority 255 without owning the VIP";
    ADVERT_INTERVAL "L073" Error "advert interval that does not fit the version";
    PASSWORD "L074" Error "bad password";
    VIP_LINK "L075" Error "VIP in no network of the lab";
    DUPLICATE_VIP "L076" Error "VIP of two virtual routers";
    UNGUARDED_VIP "L077" Error "virtual service whose VIP no virtual router has";
    NOT_PLUGGED "L078" Error "director without an interface in the network";
    NOT_A_MEMBER "L079" Error "director that is not in the virtual router";
    TRACK "L080" Error "tracking weight out of range";
    SYNC_GROUP "L081" Error "bad sync group";
    NO_EFFECT "L082" Warning "setting without effect";
    ENGINE "L083" Error "setting that the engine does not know";

    DIGEST "L084" Error "bad digest";
    QUORUM "L085" Error "quorum that cannot be";

    FAULT_NODE "L086" Error "fault that does not fit the node";
    FAULT_SETTING "L087" Error "setting that does not fit the fault";
    ORDER "L088" Error "step out of order";
    NO_CAUSE "L089" Error "expectation without its cause";
    NOT_FLOATING "L090" Error "VIP that does not move";
    NAT_STAYS "L091" Warning "NAT gateway that does not move";

    FIREWALL_MARK "L092" Error "firewall mark out of range";
    ONE_PACKET "L093" Error "one-packet scheduling of what is no UDP";
    LOCAL_NODE "L094" Error "director that cannot serve itself";
    CONFIGURATION_PART "L095" Error "keepalived.conf that labs cannot have yet";

    TABLE "L096" Error "not a table of ipvsadm";
    TABLE_OPTION "L097" Error "table that labs cannot have yet";

    UNMARKED "L098" Error "several ports without a firewall mark";
    SAME_MARK "L099" Error "firewall mark of two virtual services";
    OTHER_PORT "L100" Error "port that the virtual service does not have";
    PROBE_PROTOCOL "L101" Error "health check that does not fit the protocol";
    ONE_PACKET_NAT "L102" Warning "one-packet scheduling whose replies are lost";
    MIXED_FAMILIES "L104" Error "VIP and RIP of two families without a tunnel";
    MIXED_SYNC "L105" Error "connection synchronisation with VIP and RIP of two families";
    OLD_VRRP "L106" Error "VRRP version 2 with IPv6";
    TUNNEL_WITHOUT_TUN "L107" Error "tunnel without TUN";
    TUNNEL_SETTING "L108" Error "setting that does not fit the tunnel";
    GRE_CHECKSUM "L109" Warning "GRE checksum that the real server does not take";
    CIRCLE "L110" Error "tiers in a circle";
    UNKNOWN_UPSTREAM "L111" Error "unknown upstream";
    UPSTREAM_UNREACHABLE "L112" Warning "upstream that cannot be reached";
    FILE "L113" Error "bad file of a node";
    PROCESS "L114" Error "bad process";
    PING_PONG "L115" Warning "directors that forward to each other";
    UNASKED_TIER "L116" Error "tier that nobody asks";

    LIMIT "L130" Error "file beyond a limit";
    ENCODING "L131" Error "file that is not UTF-8";
    LOOK_ALIKE "L132" Error "letter that looks like another one";
    CHARACTER "L133" Error "character that no text may have";
    MERGE_KEY "L134" Error "merge key";
    ROUTE_TWICE "L140" Error "route that is there already";
    ROUTING_LOOP "L141" Warning "gateways in a circle";
    SLIP_SYSCTL "L142" Error "misspelt sysctl";
    UNKNOWN_SYSCTL "L143" Warning "unknown sysctl";
    SYSCTL_VALUE "L144" Error "bad value of a sysctl";
    SYSCTL_INTERFACE "L145" Error "sysctl of an interface that the node does not have";
    TAKEN_BACK "L146" Warning "sysctl that takes back what the forwarding method needs";
    NO_WEIGHT "L147" Warning "virtual service without weight";
    SORRY_TWICE "L148" Warning "sorry server that is a real server too";
    NO_FALLBACK "L149" Warning "hashing without fallback";
    ROUND_DIRECTOR "L150" Warning "replies of NAT that can go round the director";
    HAIRPIN "L151" Warning "real server of NAT that asks its own VIP";
    FAILING_CHECK "L152" Warning "health check that the built-in backend cannot pass";
    NO_RIP "L153" Error "real server without an address in the network";
    TOO_SOON "L154" Warning "takeover sooner than adverts allow";
    NO_IPV6 "L155" Error "IPv6 that the node's settings switch off";
    NO_LAB "L170" Error "keepalived.conf of which no lab can be made";
    DISAGREEMENT "L180" Warning "directors that discard each other's adverts";
    INITIAL_STATE "L181" Warning "initial state that takes preemption back";
    LDIRECTORD "L182" Error "not an ldirectord.cf";
    LDIRECTORD_PART "L183" Error "ldirectord.cf that labs cannot have yet";
    UNFIT "L188" Warning "directors that do not fit together";
}
