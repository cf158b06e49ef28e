use super::super::{
    faults::Named,
    rule, suggest,
    wire::{self, Engines, Entries, List},
};
use super::{Draft, network, number::Bounds, service::one_of_role, trust::Trust, virtual_router};
use crate::lab::{
    ConnectionSync, Engine, HighAvailability, NodeName, Place, Role, RouterName, SyncGroup,
    VirtualRouter,
};
use indexmap::IndexMap;

/// Where the file speaks of it.
pub fn place() -> Place {
    Place::root().key("high_availability")
}

/// Where the file speaks of virtual routers.
pub fn routers_place() -> Place {
    place().key("virtual_routers")
}

/// Builds what makes directors stand in for each other. The virtual services are not built yet.
pub fn build(
    wire: Option<wire::HighAvailability>,
    services: &Entries<wire::VirtualService>,
    draft: &mut Draft<'_>,
) {
    let Some(wire) = wire else { return };
    let at = place();
    let routers = virtual_router::build(wire.virtual_routers, services, draft);
    let engines = engines(wire.engine, &routers, draft);
    let mut built = HighAvailability {
        engines,
        routers,
        sync_groups: Vec::new(),
        connection_sync: None,
        at: at.clone(),
    };
    built.sync_groups = sync_groups(wire.sync_groups, &built, draft);
    let sync = wire.connection_sync;
    built.connection_sync = sync.and_then(|sync| connection_sync(sync, &built, draft));
    draft.lab.high_availability = Some(built);
}

/// The directors that take part, each with its engine. Without virtual routers all do.
fn engines(
    wire: Option<Engines>,
    routers: &[VirtualRouter],
    draft: &mut Draft<'_>,
) -> IndexMap<NodeName, Engine> {
    let at = place().key("engine");
    let lone = draft.declared.routers.is_empty();
    let member = |name: &NodeName| lone || routers.iter().any(|r| r.priorities.contains_key(name));
    let directors = draft.lab.with_role(Role::Director).map(|n| n.name.clone());
    let members: Vec<_> = directors.filter(member).collect();
    let chosen = match wire {
        None => Engine::default(),
        Some(Engines::All(word)) => word.0,
        Some(Engines::Each(words)) => {
            let mut engines = each(words, &members, &at, draft);
            return members.into_iter().map(|m| engine_of(m, &mut engines)).collect();
        }
    };
    members.into_iter().map(|member| (member, chosen)).collect()
}

fn engine_of(member: NodeName, engines: &mut IndexMap<NodeName, Engine>) -> (NodeName, Engine) {
    let engine = engines.get(&member).copied().unwrap_or_default();
    (member, engine)
}

fn each(
    words: Entries<wire::EngineWord>,
    members: &[NodeName],
    at: &Place,
    draft: &mut Draft<'_>,
) -> IndexMap<NodeName, Engine> {
    let mut engines = IndexMap::new();
    for (word, engine) in words.0 {
        let at = at.key(&word).as_key();
        let Some(node) = one_of_role(&word, Role::Director, &at, draft) else { continue };
        if !members.contains(&node) && Trust::in_routers(draft.faults) {
            draft.faults.push(rule::NOT_A_MEMBER.at(
                &at,
                format!("the director `{node}` is in no virtual router"),
                "give it a priority in one, or leave its engine out",
            ));
        }
        engines.extend(engine.map(|engine| (node, engine.0)));
    }
    engines
}

/// The virtual router of that name.
pub fn router<'h>(
    word: &str,
    all: &'h [VirtualRouter],
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<&'h VirtualRouter> {
    let found = all.iter().find(|router| router.name.as_str() == word);
    if found.is_none() {
        draft.faults.doubt(at);
    }
    let faulty =
        draft.declared.routers.contains(word) || draft.declared.is_misnamed(Named::Router, word);
    let blurred = [place(), routers_place()].iter().any(|at| draft.faults.blurred(at));
    if found.is_none() && !faulty && !blurred {
        let names = all.iter().map(|router| router.name.as_str());
        let help = suggest::help(word, names, "virtual routers");
        let message = format!("the virtual router `{word}` is not defined");
        let fault = rule::UNKNOWN_ROUTER.at(at, message, help);
        draft.faults.unknown(Named::Router, word, fault);
    }
    found
}

fn sync_groups(
    groups: Entries<List<String>>,
    built: &HighAvailability,
    draft: &mut Draft<'_>,
) -> Vec<SyncGroup> {
    let mut all: Vec<SyncGroup> = Vec::new();
    for (text, words) in groups.0 {
        let at = built.at.key("sync_groups").key(&text);
        let name = virtual_router::name(&text, &at.as_key(), draft);
        let Some(words) = words else { continue };
        let mut members = Vec::new();
        for (index, word) in words.0.into_iter().enumerate() {
            let at = at.index(index);
            let found = word.and_then(|word| router(&word, &built.routers, &at, draft));
            let Some(member) = found.map(|router| router.name.clone()) else { continue };
            if members.contains(&member) || all.iter().any(|g| g.members.contains(&member)) {
                bad_group(format!("`{member}` is in a sync group already"), &at, draft);
            }
            members.push(member);
        }
        if members.len() < 2 && draft.faults.sure(&at) {
            bad_group(format!("the sync group `{text}` has fewer than two members"), &at, draft);
        }
        all.extend(name.map(|name| SyncGroup { name, members }));
    }
    all
}

fn bad_group(message: String, at: &Place, draft: &mut Draft<'_>) {
    let help = "name two or more virtual routers, each in one group only: they change together";
    draft.faults.push(rule::SYNC_GROUP.at(at, message, help));
}

fn connection_sync(
    wire: wire::ConnectionSync,
    built: &HighAvailability,
    draft: &mut Draft<'_>,
) -> Option<ConnectionSync> {
    let at = built.at.key("connection_sync");
    let bounds = Bounds::plain("sync id", 0..=255);
    let id = bounds.check(wire.id.unwrap_or(0), &at.key("id"), draft.faults);
    let network = wire.network.map(|word| network::find(&word, &at.key("network"), draft));
    let router = match wire.router {
        Some(word) => router(&word, &built.routers, &at.key("router"), draft),
        None => only(&built.routers, &at, draft),
    }?;
    let network = match network {
        Some(found) => found?.0,
        None => router.network.clone(),
    };
    Some(ConnectionSync { id: id?, network, router: router.name.clone(), at })
}

fn only<'r>(
    routers: &'r [VirtualRouter],
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<&'r VirtualRouter> {
    if let ([only], 1) = (routers, draft.declared.routers.len()) {
        return Some(only);
    }
    if Trust::in_routers(draft.faults) && draft.faults.sure(&at.key("router")) {
        let names: Vec<_> = routers.iter().map(|r: &VirtualRouter| name_of(&r.name)).collect();
        let help = match names.as_slice() {
            [] => "there are no virtual routers: add one, as its master is who sends".to_owned(),
            names => format!("name the one whose master sends: {}", names.join(", ")),
        };
        let message = "`connection_sync` has no `router`";
        draft.faults.push(rule::MISSING_KEY.at(&at.as_key(), message, help));
    }
    None
}

fn name_of(name: &RouterName) -> String {
    format!("`{name}`")
}
