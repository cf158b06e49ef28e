use super::grounds::Grounds;
use super::services::table;
use crate::import::keepalived::cluster::Cluster;
use crate::import::sketch::scenarios;

/// Who holds the VIPs, and a proof for each service that has somebody to answer.
pub fn text(cluster: &Cluster<'_>, grounds: &Grounds) -> String {
    let proofs = scenarios(&table(cluster));
    let election = election(cluster, grounds).unwrap_or_default();
    match proofs.strip_prefix("\nscenarios:\n") {
        Some(proofs) => format!("\nscenarios:\n{election}{proofs}"),
        None if election.is_empty() => String::new(),
        None => format!("\nscenarios:\n{election}"),
    }
}

/// Of several directors, that of the highest priority becomes master.
fn election(cluster: &Cluster<'_>, grounds: &Grounds) -> Option<String> {
    let mut owners = Vec::new();
    for router in cluster.routers.iter().filter(|router| router.members.len() > 1) {
        let owner = &grounds.directors[router.first().0].name;
        let vips = router.common().vips.iter().map(|vip| vip.address.addr());
        owners.extend(vips.map(|vip| format!("{vip}: {owner}")));
    }
    let owners = owners.join(", ");
    (!owners.is_empty()).then(|| {
        format!(
            "  election:\n    steps:\n      - wait: 1s\n        expect: {{ vip_owner: {{ {owners} }} \
             }}\n        within: 30s\n"
        )
    })
}
