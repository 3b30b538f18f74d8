//! Global addresses, and networks written as CIDR blocks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns true if an address belongs to the public internet.
///
/// Everything of the IANA special-purpose registries (RFC 6890) is refused: loopback, private,
/// link-local, shared (RFC 6598), multicast, documentation, reserved. An IPv6 address that embeds an
/// IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is refused as well: no public
/// service needs one.
#[must_use]
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => is_global_v6(v6),
    }
}

/// Returns true if an address belongs to a private network: RFC 1918, RFC 6598 (shared), RFC 4193
/// (unique local). Link-local ones do not: there the metadata of cloud machines is.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || (a == 100 && (64..=127).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (192, 168, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 31, 196)
            | (192, 52, 193)
            | (192, 88, 99)
            | (192, 175, 48)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    match (a, b) {
        // Teredo, ORCHID and the other protocol assignments of 2001::/23; documentation; 6to4.
        (0x2001, 0x0000..=0x01ff | 0x0db8) | (0x2002, _) => false,
        (0x3fff, 0x0000..=0x0fff) => false,
        // Only 2000::/3 is global unicast: this leaves out mapped, NAT64, ULA, link-local, multicast.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

/// Returns what counts as one subscriber: an address, of an IPv6 one its /64, which is the least that a
/// provider gives away (RFC 6177).
#[must_use]
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// A network: an address and the number of leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    /// Parses an address (`192.0.2.1`) or a CIDR block (`2001:db8::/32`).
    ///
    /// Returns `None` if the text is neither, or if bits are set behind the prefix.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((address, prefix)) = text.split_once('/') else {
            let base: IpAddr = text.parse().ok()?;
            return Some(Self {
                base: base.to_canonical(),
                prefix: bits(base.to_canonical()),
            });
        };
        let base: IpAddr = address.parse().ok()?;
        if prefix.starts_with('+') {
            return None;
        }
        let prefix: u8 = prefix.parse().ok()?;
        let valid = prefix <= bits(base) && masked(base, prefix) == as_number(base);
        valid.then_some(Self { base, prefix })
    }

    /// Returns true if the address lies in the network; an IPv4-mapped address counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.base.is_ipv4()
            && masked(address, self.prefix) == as_number(self.base)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn as_number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn masked(address: IpAddr, prefix: u8) -> u128 {
    let behind = u32::from(bits(address).saturating_sub(prefix));
    let cut = as_number(address).checked_shr(behind).unwrap_or(0);
    cut.checked_shl(behind).unwrap_or(0)
}

/// Returns true if an address names this machine: development.
#[must_use]
pub fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_global() {
        for address in SPECIAL {
            assert!(!is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_global() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
        ] {
            assert!(is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_network_contains_exactly_its_prefix() {
        let network = Network::parse("10.1.0.0/16").unwrap();
        assert!(network.contains("10.1.255.1".parse().unwrap()));
        assert!(network.contains("::ffff:10.1.0.1".parse().unwrap()));
        assert!(!network.contains("10.2.0.1".parse().unwrap()));
        assert!(!network.contains("::a01:1".parse().unwrap()));
        let all = Network::parse("::/0").unwrap();
        assert!(all.contains("2606:4700::1".parse().unwrap()));
        assert!(!all.contains("1.1.1.1".parse().unwrap()));
    }

    #[test]
    fn a_malformed_network_is_refused() {
        for text in [
            "",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "host",
            "::/129",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    const SPECIAL: [&str; 35] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:169.254.169.254",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "100::1",
        "3fff::1",
    ];
}
