use super::{HighAvailability, NodeName, VirtualAddress, VirtualRouter};

/// Directors of a virtual router that heed each other's adverts, and so have one master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election<'r> {
    /// The directors, in the order of the file.
    pub directors: Vec<&'r NodeName>,
    /// What each of them would hold as its master.
    pub vips: Vec<&'r VirtualAddress>,
}

impl HighAvailability {
    /// The elections of a virtual router: one, unless its directors disagree. Members of a sync
    /// group change state together, so that directors who heed each other in one of them have one
    /// master in all.
    pub fn elections<'r>(&'r self, router: &'r VirtualRouter) -> Vec<Election<'r>> {
        let mut elections: Vec<Vec<&NodeName>> = Vec::new();
        for director in router.priorities.keys() {
            let heeded = |other: &&NodeName| self.heed_each_other(router, director, other);
            let (mine, others): (Vec<_>, Vec<_>) =
                elections.into_iter().partition(|election| election.iter().any(&heeded));
            elections = others;
            elections.push(mine.into_iter().flatten().chain([director]).collect());
        }
        elections.into_iter().map(|directors| Election::of(router, directors)).collect()
    }

    fn heed_each_other(&self, router: &VirtualRouter, one: &NodeName, other: &NodeName) -> bool {
        let group = self.sync_groups.iter().find(|group| group.members.contains(&router.name));
        let together = group.into_iter().flat_map(|group| &group.members);
        let members = together.filter_map(|name| self.router(name)).chain([router]);
        let both = |r: &&VirtualRouter| [one, other].iter().all(|d| r.priorities.contains_key(*d));
        let agree = |r: &VirtualRouter| r.member(one).disagreements(&r.member(other)).is_empty();
        members.filter(both).any(agree)
    }
}

impl<'r> Election<'r> {
    fn of(router: &'r VirtualRouter, directors: Vec<&'r NodeName>) -> Self {
        let shared = |vip: &&VirtualAddress| {
            directors.iter().all(|director| router.member(director).has(vip.address.addr()))
        };
        let vips = router.every_vip().into_iter().filter(shared).collect();
        Self { directors, vips }
    }
}

#[cfg(test)]
mod tests {
    use crate::lab::{Lab, Source};

    fn lab(routers: &str) -> Lab {
        let text = format!(
            "name: ha
networks: {{ lan: 10.0.0.0/24 }}
directors:
  a: {{ addresses: {{ lan: 10.0.0.1 }} }}
  b: {{ addresses: {{ lan: 10.0.0.2 }} }}
  c: {{ addresses: {{ lan: 10.0.0.3 }} }}
high_availability:
{routers}"
        );
        crate::topology::load(&Source { name: "ha.yaml".to_owned(), text }).unwrap().lab
    }

    /// The elections of the first virtual router, each as its directors and its VIPs.
    fn elections(routers: &str) -> Vec<String> {
        let lab = lab(routers);
        let wanted = lab.high_availability.as_ref().unwrap();
        let words = |election: super::Election<'_>| {
            let names: Vec<_> = election.directors.iter().map(ToString::to_string).collect();
            let vips: Vec<_> = election.vips.iter().map(|v| v.address.addr().to_string()).collect();
            format!("{}: {}", names.join(" "), vips.join(" "))
        };
        wanted.elections(&wanted.routers[0]).into_iter().map(words).collect()
    }

    fn of_one(more: &str) -> Vec<String> {
        elections(&format!(
            "  virtual_routers:
    VI_1: {{ router_id: 51, vips: [10.0.0.100], priorities: {{ a: 100, b: 90, c: 80 }}{more} }}
"
        ))
    }

    #[test]
    fn directors_who_agree_have_one_master() {
        let all = ["a b c: 10.0.0.100"];
        assert_eq!(of_one(""), all);
        assert_eq!(of_one(", overrides: { a: { router_id: 51, state: backup } }"), all);
        assert_eq!(of_one(", version: 3, overrides: { a: { advert_interval: 2s } }"), all);
    }

    #[test]
    fn directors_who_differ_have_a_master_each() {
        for differing in ["router_id: 52", "password: x", "advert_interval: 2s", "version: 3"] {
            let found = of_one(&format!(", overrides: {{ b: {{ {differing} }} }}"));
            assert_eq!(found, ["b: 10.0.0.100", "a c: 10.0.0.100"], "{differing}");
        }
        let vips = ", overrides: { b: { vips: [10.0.0.101] }, c: { vips: [10.0.0.101] } }";
        assert_eq!(of_one(vips), ["a: 10.0.0.100", "b c: 10.0.0.101"]);
    }

    #[test]
    fn an_owner_is_heeded_whatever_its_vips() {
        let owner = "  virtual_routers:
    VI_1:
      router_id: 51
      vips: [10.0.0.1]
      priorities: { a: 255, b: 90 }
      overrides: { b: { vips: [10.0.0.1, 10.0.0.101] } }
";
        assert_eq!(elections(owner), ["a b: 10.0.0.1"]);
    }

    #[test]
    fn a_sync_group_has_one_master_while_one_member_has() {
        let grouped = "  virtual_routers:
    VI_1:
      router_id: 51
      vips: [10.0.0.100]
      priorities: { a: 100, b: 90 }
      overrides: { b: { router_id: 53 } }
    VI_2: { router_id: 52, vips: [10.0.0.101], priorities: { a: 100, b: 90 } }
";
        assert_eq!(elections(grouped), ["a: 10.0.0.100", "b: 10.0.0.100"]);
        let group = format!("{grouped}  sync_groups: {{ G1: [VI_1, VI_2] }}\n");
        assert_eq!(elections(&group), ["a b: 10.0.0.100"]);
    }
}
