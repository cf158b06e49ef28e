//! What is set of a node's IPVS and of its tunnels, as ipvsadm and ip see it.

use crate::sandbox::*;
use crate::trials;
use lvs_lab::kernel::{Kernel, Observed};
use lvs_lab::lab::{ForwardingMethod, Scheduler, Timeouts, Tunnel, TunnelChecksum};
use lvs_lab::plan::Op;
use std::time::Duration;

trials![
    timeouts_are_set_observed_and_set_back,
    ports_for_gue_are_opened_observed_and_closed,
    every_kind_of_tunnel_is_what_ipvsadm_says_it_is,
];

async fn observed(lab: &mut Sandbox) -> Observed {
    lab.kernel.observe(&director(), &[]).await.unwrap().unwrap()
}

async fn timeouts_are_set_observed_and_set_back() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let timeouts = Timeouts { tcp_fin: Duration::from_secs(5), ..Timeouts::default() };
    let op = Op::SetTimeouts { node: director(), timeouts };
    lab.apply(&[op.clone(), add_service(service(web(), Scheduler::Rr))]).await;
    assert!(said(&["ipvsadm", "-L", "--timeout"]).contains("900 5 300"));
    assert_eq!(observed(&mut lab).await.timeouts, Some(timeouts));
    lab.kernel.undo(&op).await.unwrap();
    assert!(said(&["ipvsadm", "-L", "--timeout"]).contains("900 120 300"));
    assert_eq!(observed(&mut lab).await.timeouts, Some(Timeouts::default()));
}

async fn ports_for_gue_are_opened_observed_and_closed() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    assert_eq!(observed(&mut lab).await.gue, Vec::<u16>::new());
    let gue = |port| Op::OpenGue { node: director(), port };
    lab.apply(&[gue(6082), gue(6080)]).await;
    let shown = said(&["ip", "fou", "show"]);
    let shown: Vec<_> = shown.lines().map(str::trim).collect();
    assert!(shown.contains(&"port 6080 gue") && shown.contains(&"port 6082 gue"), "{shown:?}");
    assert_eq!(observed(&mut lab).await.gue, [6080, 6082]);
    assert!(lab.kernel.apply(&gue(6080)).await.is_err(), "a port can be opened twice");
    for _ in 0..2 {
        lab.kernel.undo(&gue(6080)).await.unwrap();
        assert_eq!(said(&["ip", "fou", "show"]).trim(), "port 6082 gue");
    }
    // What is not for GUE is somebody else's.
    said(&["ip", "fou", "add", "port", "6083", "ipproto", "4"]);
    assert_eq!(observed(&mut lab).await.gue, [6082]);
}

async fn every_kind_of_tunnel_is_what_ipvsadm_says_it_is() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[add_service(service(web(), Scheduler::Rr))]).await;
    let gue = |checksum| Tunnel::Gue { port: 6080, checksum };
    let tunnels = [
        (Tunnel::Ipip, "ipip"),
        (Tunnel::Gre(TunnelChecksum::None), "gre --tun-nocsum"),
        (Tunnel::Gre(TunnelChecksum::Full), "gre --tun-csum"),
        (gue(TunnelChecksum::None), "gue --tun-port 6080 --tun-nocsum"),
        (gue(TunnelChecksum::Full), "gue --tun-port 6080 --tun-csum"),
        (gue(TunnelChecksum::Remote), "gue --tun-port 6080 --tun-remcsum"),
    ];
    for (tunnel, words) in tunnels {
        let mut entry = destination("10.2.0.11:80", ForwardingMethod::Tun, 1);
        entry.tunnel = tunnel;
        lab.apply(&[add_destination(web(), entry)]).await;
        let line = format!("-a -t 10.1.0.100:80 -r 10.2.0.11:80 -i -w 1 --tun-type {words}");
        assert!(rules().contains(&line), "{line}: {:?}", rules());
        let seen = observed(&mut lab).await;
        assert_eq!(seen.services[0].destinations[0].entry.tunnel, tunnel);
    }
}
