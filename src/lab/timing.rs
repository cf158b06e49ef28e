//! How long things take by a file's own times: every limit on waiting for them is made of these.

use super::{HealthCheck, HighAvailability, Lab, Preemption, Tracked, VirtualRouter, VrrpVersion};
use std::time::Duration;

impl VirtualRouter {
    /// How long a backup can be silent until it is master: three intervals and the skew, which is at
    /// most a second in version 2 and an interval in version 3 (RFC 3768 and RFC 5798, section 6.1);
    /// once more an interval and the skew, where it was kept from running.
    fn silence(&self) -> Duration {
        let of = |version, advert_interval| {
            let skew = match version {
                VrrpVersion::V2 => Duration::from_secs(1),
                VrrpVersion::V3 => advert_interval,
            };
            4 * advert_interval + 2 * skew
        };
        let members = self.overrides.keys().map(|director| self.member(director));
        let others = members.map(|member| of(member.version, member.advert_interval));
        others.fold(of(self.version, self.advert_interval), Duration::max)
    }

    /// How long the slowest command that it tracks needs to be up.
    fn tracking(&self) -> Duration {
        let times = self.tracks.iter().map(|track| match &track.subject {
            Tracked::Network(_) => Duration::ZERO,
            Tracked::Command { interval, rise, .. } => *interval * *rise,
        });
        times.max().unwrap_or_default()
    }

    /// How long a director of higher priority follows a master first.
    fn delay(&self) -> Duration {
        match self.preemption {
            Preemption::Never => Duration::ZERO,
            Preemption::After(delay) => delay,
        }
    }
}

impl HighAvailability {
    /// How long it can take until a virtual router has a master, from the start of its directors on.
    /// The members of a sync group wait for the slowest one.
    pub fn election_time(&self, router: &VirtualRouter) -> Duration {
        let group = self.sync_groups.iter().find(|group| group.members.contains(&router.name));
        let members = group.into_iter().flat_map(|group| &group.members);
        let members = members.filter_map(|name| self.router(name));
        let times = members.chain([router]).map(|member| member.silence() + member.tracking());
        times.max().unwrap_or_default()
    }
}

impl HealthCheck {
    /// How long it can take until a server that serves again is found to: the time to the next
    /// check, its connect and its answer.
    pub fn recovery(&self) -> Duration {
        self.delay_loop.max(self.delay_before_retry) + 2 * self.connect_timeout
    }
}

impl Lab {
    /// How long it can take, by its own times, until nothing of a fault that has ended is left: the
    /// first director holds its VIPs again, and checks have found every server.
    pub fn settling(&self) -> Duration {
        let routers = self.high_availability.iter().flat_map(|wanted| {
            wanted.routers.iter().map(|router| wanted.election_time(router) + router.delay())
        });
        let checks = self.services.iter().filter_map(|service| service.health_check.as_ref());
        let checks = checks.map(HealthCheck::recovery).max().unwrap_or_default();
        routers.max().unwrap_or_default() + checks
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Engine, NodeName, OnFailure, Place, Probe, RouterName, Scheduler, SyncGroup, Track,
        Transport, sample_service,
    };
    use super::*;
    use indexmap::IndexMap;

    fn router(name: &str, interval: u64, version: VrrpVersion) -> VirtualRouter {
        VirtualRouter {
            name: name.parse().unwrap(),
            router_id: 51,
            network: "lan".parse().unwrap(),
            version,
            advert_interval: Duration::from_secs(interval),
            password: None,
            transport: Transport::Multicast,
            preemption: Preemption::After(Duration::from_secs(7)),
            priorities: IndexMap::new(),
            vips: Vec::new(),
            tracks: Vec::new(),
            overrides: IndexMap::new(),
            at: Place::root(),
        }
    }

    fn with(routers: Vec<VirtualRouter>) -> HighAvailability {
        let engines: IndexMap<NodeName, Engine> = IndexMap::new();
        HighAvailability {
            engines,
            routers,
            sync_groups: Vec::new(),
            connection_sync: None,
            at: Place::root(),
        }
    }

    #[test]
    fn an_election_takes_as_long_as_the_adverts_say() {
        let elected = |interval, version| {
            let wanted = with(vec![router("VI_1", interval, version)]);
            wanted.election_time(&wanted.routers[0]).as_secs()
        };
        assert_eq!(elected(1, VrrpVersion::V2), 6);
        assert_eq!(elected(255, VrrpVersion::V2), 1022);
        assert_eq!(elected(40, VrrpVersion::V3), 240);
    }

    #[test]
    fn who_is_in_a_sync_group_waits_for_the_slowest_member() {
        let slow = router("slow", 100, VrrpVersion::V2);
        let mut wanted = with(vec![router("VI_1", 1, VrrpVersion::V2), slow]);
        assert_eq!(wanted.election_time(&wanted.routers[0]).as_secs(), 6);
        let members: Vec<RouterName> = wanted.routers.iter().map(|r| r.name.clone()).collect();
        wanted.sync_groups = vec![SyncGroup { name: "G".parse().unwrap(), members }];
        assert_eq!(wanted.election_time(&wanted.routers[0]).as_secs(), 402);
    }

    #[test]
    fn a_command_that_is_tracked_must_be_up_first() {
        let mut router = router("VI_1", 1, VrrpVersion::V2);
        let (shell, interval) = ("true".to_owned(), Duration::from_secs(20));
        let subject = Tracked::Command { shell, interval, rise: 3, fall: 1 };
        router.tracks = vec![Track { subject, weight: 0 }];
        let wanted = with(vec![router]);
        assert_eq!(wanted.election_time(&wanted.routers[0]).as_secs(), 66);
    }

    fn check() -> HealthCheck {
        HealthCheck {
            probe: Probe::Tcp,
            delay_loop: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
            nb_get_retry: 1,
            delay_before_retry: Duration::from_secs(3),
            on_failure: OnFailure::Remove,
            at: Place::root(),
        }
    }

    #[test]
    fn a_lab_comes_to_rest_when_the_slowest_router_and_the_slowest_check_have() {
        let mut lab = Lab {
            name: "lab".parse().unwrap(),
            summary: None,
            networks: Vec::new(),
            nodes: Vec::new(),
            services: vec![sample_service(Scheduler::Rr, "rs", &[1])],
            high_availability: None,
            ipvs: None,
            scenarios: Vec::new(),
        };
        assert_eq!(lab.settling(), Duration::ZERO);
        // The time to the next check, its connect and its answer.
        lab.services[0].health_check = Some(check());
        assert_eq!(lab.settling().as_secs(), 70);
        let routers = [1, 9].map(|interval| router("VI_1", interval, VrrpVersion::V2));
        lab.high_availability = Some(with(routers.into()));
        assert_eq!(lab.settling().as_secs(), 70 + 38 + 7);
    }
}
