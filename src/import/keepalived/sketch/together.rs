use super::floating::{Floating, Kind, is_name};
use super::grounds::Grounds;
use super::lines;
use super::page::Page;
use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::reading::brief;

/// Groups of the files, and one for each instance that holds addresses of both families.
pub fn groups(
    cluster: &Cluster<'_>,
    routers: &[Floating<'_>],
    grounds: &mut Grounds,
    page: &mut Page,
) {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    let of = |name: &String| {
        let mine = |router: &&Floating<'_>| router.router.common().name.value == *name;
        routers.iter().filter(mine).map(|router| router.name.as_str()).collect::<Vec<_>>()
    };
    for group in &cluster.groups {
        let name = &group.name.value;
        let members: Vec<_> = group.members.iter().flat_map(of).collect();
        if members.len() < 2 || !is_name(name) {
            let place = lines(cluster, 0, &[group.name.spot.line]);
            let name = brief(name);
            grounds.notes.push(format!(
                "keepalived's `vrrp_sync_group {name}` at {place} has no counterpart: a group has \
                 two instances or more, and a name of letters and digits"
            ));
            continue;
        }
        found.push((name.clone(), members));
    }
    let second = routers.iter().filter(|router| router.kind == Kind::OtherFamily);
    for (number, router) in (1..).zip(second) {
        let name = router.name.as_str();
        if !found.iter().any(|(_, members)| members.contains(&name)) {
            found.push((format!("both_{number}"), of(&router.router.common().name.value)));
        }
    }
    if !found.is_empty() {
        page.line("  sync_groups:");
    }
    for (name, members) in found {
        page.line(format!("    {name}: [{}]", members.join(", ")));
    }
}

/// The connection synchronisation.
pub fn sync(
    cluster: &Cluster<'_>,
    routers: &[Floating<'_>],
    grounds: &mut Grounds,
    page: &mut Page,
) {
    let Some(sync) = cluster.sync else { return };
    let named = |router: &&Floating<'_>| match &sync.instance {
        Some(name) => router.router.common().name.value == *name,
        None => true,
    };
    let Some(router) = routers.iter().find(named) else {
        let name = brief(sync.instance.as_deref().unwrap_or_default());
        let place = lines(cluster, 0, &[sync.spot.line]);
        grounds.notes.push(format!(
            "keepalived's `lvs_sync_daemon` at {place} has no counterpart: there is no instance \
             `{name}`"
        ));
        return;
    };
    let id = sync.id.unwrap_or(router.router.common().id.value);
    let mut words = vec![format!("id: {id}"), format!("router: {}", router.name)];
    let network = grounds.behind(0, &sync.interface, None);
    let network = network.map(|network| format!("network: {network}"));
    if network.is_none() {
        let interface = brief(&sync.interface);
        grounds.notes.push(format!(
            "no address tells the network of `{interface}`: connections are told where the adverts \
             go"
        ));
    }
    words.extend(network);
    page.said(0, sync.spot);
    page.line(format!("  connection_sync: {{ {} }}", words.join(", ")));
    page.unsaid();
}
