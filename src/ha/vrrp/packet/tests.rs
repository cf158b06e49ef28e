use super::*;
use crate::lab::{InitialState, Preemption, VrrpVersion};
use crate::plan::{HeldAddress, Seat};
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

fn journey() -> Journey {
    Journey { source: "10.0.0.1".parse().unwrap(), destination: "224.0.0.18".parse().unwrap() }
}

fn journey_v6() -> Journey {
    Journey { source: "fd00::1".parse().unwrap(), destination: "ff02::12".parse().unwrap() }
}

fn seat(version: VrrpVersion) -> Seat {
    Seat {
        router: "VI_1".parse().unwrap(),
        router_id: 51,
        interface: "eth0".to_owned(),
        source: "10.0.0.9".parse().unwrap(),
        peers: Vec::new(),
        version,
        advert_interval: Duration::from_secs(1),
        password: (version == VrrpVersion::V2).then(|| "1111".to_owned()),
        priority: 100,
        state: InitialState::default(),
        preemption: Preemption::After(Duration::ZERO),
        vips: vec![HeldAddress {
            interface: "eth0".to_owned(),
            address: "192.168.150.100/32".parse().unwrap(),
        }],
        tracks: Vec::new(),
    }
}

fn encoded(version: VrrpVersion, change: impl Fn(&mut Advert)) -> Vec<u8> {
    let mut advert = Expected::of(&seat(version)).advert(100);
    change(&mut advert);
    advert.encode(journey())
}

fn accepted(version: VrrpVersion, octets: &[u8]) -> Result<Advert, PacketError> {
    let packet = Received { octets, journey: journey(), ttl: 255 };
    Expected::of(&seat(version)).accept(&packet)
}

/// As keepalived 2.2.7 sends it (seen with tcpdump).
#[test]
fn version_2_is_as_keepalived_sends_it() {
    let packet = encoded(VrrpVersion::V2, |_| ());
    assert_eq!(packet.len(), 20);
    assert_eq!(packet[..6], [0x21, 51, 100, 1, 1, 1]);
    assert_eq!(packet[8..], [192, 168, 150, 100, b'1', b'1', b'1', b'1', 0, 0, 0, 0]);
}

#[test]
fn version_3_counts_centiseconds_and_has_no_password() {
    let packet = encoded(VrrpVersion::V3, |advert| advert.interval = Duration::from_millis(100));
    assert_eq!(packet.len(), 12);
    assert_eq!(packet[..6], [0x31, 51, 100, 1, 0, 10]);
}

#[test]
fn our_own_adverts_would_be_accepted() {
    for version in [VrrpVersion::V2, VrrpVersion::V3] {
        let advert = accepted(version, &encoded(version, |_| ())).unwrap();
        assert_eq!(advert, Expected::of(&seat(version)).advert(100));
    }
}

#[test]
fn what_was_not_meant_for_us_is_discarded_with_a_reason() {
    let v2 = |change: fn(&mut Advert)| {
        accepted(VrrpVersion::V2, &encoded(VrrpVersion::V2, change)).unwrap_err().to_string()
    };
    let faults = [
        v2(|advert| advert.authentication = Authentication::None),
        v2(|advert| advert.authentication = Authentication::of(Some("2222"))),
        v2(|advert| advert.interval = Duration::from_secs(2)),
        v2(|advert| advert.addresses.push(Ipv4Addr::new(10, 0, 0, 7).into())),
        v2(|advert| advert.addresses.clear()),
        accepted(VrrpVersion::V3, &encoded(VrrpVersion::V2, |_| ())).unwrap_err().to_string(),
    ];
    insta::assert_snapshot!(faults.join("\n"), @r"
    its password is not ours
    its password is not ours
    its advert interval is 2s and ours 1s
    its VIPs are 192.168.150.100, 10.0.0.7 and ours 192.168.150.100
    its VIPs are none and ours 192.168.150.100
    it is of version 2
    ");
}

#[test]
fn damage_is_found() {
    let good = encoded(VrrpVersion::V2, |_| ());
    let damaged = |change: fn(&mut Vec<u8>)| {
        let mut octets = good.clone();
        change(&mut octets);
        accepted(VrrpVersion::V2, &octets).unwrap_err().to_string()
    };
    let faults = [
        damaged(|octets| octets.truncate(7)),
        damaged(|octets| octets.truncate(19)),
        damaged(|octets| octets[0] = 0x41),
        damaged(|octets| octets[0] = 0x22),
        damaged(|octets| octets[2] = 101),
    ];
    insta::assert_snapshot!(faults.join("\n"), @r"
    it is only 7 bytes long
    it is 19 bytes long and should be 20
    its version is 4
    its type is 2, which is no advert
    its checksum is wrong
    ");
}

#[test]
fn an_interval_of_zero_is_refused() {
    let octets = encoded(VrrpVersion::V3, |advert| advert.interval = Duration::ZERO);
    assert_eq!(accepted(VrrpVersion::V3, &octets), Err(PacketError::ZeroInterval));
}

#[test]
fn a_packet_that_passed_a_router_is_discarded() {
    let octets = encoded(VrrpVersion::V2, |_| ());
    let packet = Received { octets: &octets, journey: journey(), ttl: 254 };
    let refused = Expected::of(&seat(VrrpVersion::V2)).accept(&packet);
    assert_eq!(refused, Err(PacketError::Ttl(254)));
}

#[test]
fn a_unicast_packet_is_not_for_a_multicast_router() {
    let to = Journey { destination: "10.0.0.9".parse().unwrap(), ..journey() };
    let octets = Expected::of(&seat(VrrpVersion::V3)).advert(100).encode(to);
    let packet = Received { octets: &octets, journey: to, ttl: 255 };
    let refused = Expected::of(&seat(VrrpVersion::V3)).accept(&packet);
    assert_eq!(refused, Err(PacketError::Destination(to.destination)));
}

#[test]
fn an_owner_is_believed_whatever_its_addresses() {
    let octets = encoded(VrrpVersion::V2, |advert| {
        advert.priority = 255;
        advert.addresses.clear();
    });
    assert_eq!(accepted(VrrpVersion::V2, &octets).unwrap().priority, 255);
}

fn version() -> impl Strategy<Value = VrrpVersion> {
    prop_oneof![Just(VrrpVersion::V2), Just(VrrpVersion::V3)]
}

fn family() -> impl Strategy<Value = Journey> {
    prop_oneof![Just(journey()), Just(journey_v6())]
}

prop_compose! {
    fn any_advert()(
        (version, journey) in (version(), family()),
        (router_id, priority, time) in (any::<u8>(), any::<u8>(), 0..4096u64),
        password in proptest::option::of("[ -~]{0,8}"),
        numbers in vec(any::<u128>(), 0..20),
    ) -> (Advert, Journey) {
        let address = |number: u128| match journey.source {
            IpAddr::V4(_) => IpAddr::from(Ipv4Addr::from(number as u32)),
            IpAddr::V6(_) => Ipv6Addr::from(number).into(),
        };
        let (interval, authentication) = match version {
            VrrpVersion::V2 => {
                (Duration::from_secs(time % 256), Authentication::of(password.as_deref()))
            }
            VrrpVersion::V3 => (Duration::from_millis(time * 10), Authentication::None),
        };
        let addresses = numbers.into_iter().map(address).collect();
        (Advert { version, router_id, priority, interval, authentication, addresses }, journey)
    }
}

proptest! {
    #[test]
    fn whatever_is_encoded_is_read_back((advert, journey) in any_advert()) {
        prop_assert_eq!(Advert::parse(&advert.encode(journey), journey), Ok(advert));
    }

    #[test]
    fn whatever_is_read_is_encoded_to_the_same((advert, journey) in any_advert()) {
        let octets = advert.encode(journey);
        let read = Advert::parse(&octets, journey).unwrap();
        prop_assert_eq!(read.encode(journey), octets);
    }

    #[test]
    fn no_bytes_make_it_panic(octets in vec(any::<u8>(), 0..300), journey in family()) {
        let _ = Advert::parse(&octets, journey);
    }

    #[test]
    fn one_changed_bit_is_noticed((advert, journey) in any_advert(), at in any::<usize>()) {
        let mut octets = advert.encode(journey);
        let bit = at % (octets.len() * 8);
        octets[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Advert::parse(&octets, journey).is_err());
    }

    #[test]
    fn a_cut_packet_is_noticed((advert, journey) in any_advert(), at in any::<usize>()) {
        let octets = advert.encode(journey);
        prop_assert!(Advert::parse(&octets[..at % octets.len()], journey).is_err());
    }

    #[test]
    fn version_3_belongs_to_its_source((advert, journey) in any_advert(), octet in 2..250u8) {
        prop_assume!(advert.version == VrrpVersion::V3 && journey.source.is_ipv4());
        let other = Journey { source: Ipv4Addr::new(10, 0, 0, octet).into(), ..journey };
        let read = Advert::parse(&advert.encode(journey), other);
        prop_assert_eq!(read, Err(PacketError::Checksum));
    }
}
