//! The numbers of a public key, within bounds.

use serde_json::{Map, Value};

use super::{JwkError, text};
use crate::{Algorithm, base64url};

/// The numbers of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// A point; both coordinates at the full length of the curve.
    Ec {
        curve: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
    },
    /// An Ed25519 key of 32 bytes, canonical and not of small order.
    Ed25519 { x: Vec<u8> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Material {
    pub(crate) fn from_members(members: &Map<String, Value>) -> Result<Self, JwkError> {
        let bytes = |name| {
            let text = text(members, name)?.ok_or(JwkError::Invalid)?;
            base64url::decode(text).map_err(|_| JwkError::Invalid)
        };
        let curve = text(members, "crv")?;
        match (text(members, "kty")?.ok_or(JwkError::Invalid)?, curve) {
            ("RSA", _) => Self::rsa(bytes("n")?, bytes("e")?),
            ("EC", Some("P-256")) => Self::ec(Curve::P256, bytes("x")?, bytes("y")?),
            ("EC", Some("P-384")) => Self::ec(Curve::P384, bytes("x")?, bytes("y")?),
            ("OKP", Some("Ed25519")) => Self::from_ed25519(&bytes("x")?).ok_or(JwkError::Invalid),
            _ => Err(JwkError::Unsupported),
        }
    }

    fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<Self, JwkError> {
        // RFC7518-6.3.1.1: the modulus has no leading zero octet
        let (Some(&n_first), Some(&e_first)) = (n.first(), e.first()) else {
            return Err(JwkError::Invalid);
        };
        if n_first == 0 || e_first == 0 {
            return Err(JwkError::LeadingZero);
        }
        let bits = n
            .len()
            .saturating_mul(8)
            .saturating_sub(n_first.leading_zeros() as usize);
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        // RFC7518-3.3: 2048 bits or larger; small and even exponents have no honest use
        let within_bounds = (2048..=8192).contains(&bits) && is_odd(&n);
        let good_exponent = is_odd(&e) && e.len() <= 4 && !matches!(e.as_slice(), [1 | 3]);
        if !within_bounds || !good_exponent {
            return Err(JwkError::RsaBounds);
        }
        if has_guessable_primes(&n) {
            return Err(JwkError::GuessablePrimes);
        }
        Ok(Self::Rsa { n, e })
    }

    fn ec(curve: Curve, x: Vec<u8>, y: Vec<u8>) -> Result<Self, JwkError> {
        // RFC7518-6.2.1.2: the length is that of the curve, with leading zeros
        let length = curve.coordinate_bytes();
        if x.len() != length || y.len() != length {
            return Err(JwkError::Invalid);
        }
        Ok(Self::Ec { curve, x, y })
    }

    /// Reads an uncompressed point (SEC 1 §2.3.3).
    pub(crate) fn from_point(point: &[u8]) -> Option<Self> {
        let (&4, coordinates) = point.split_first()? else {
            return None;
        };
        let curve = match coordinates.len() {
            64 => Curve::P256,
            96 => Curve::P384,
            _ => return None,
        };
        let (x, y) = coordinates.split_at_checked(curve.coordinate_bytes())?;
        Some(Self::Ec {
            curve,
            x: x.to_vec(),
            y: y.to_vec(),
        })
    }

    /// Reads an RFC 8032 §5.1.5 public key.
    pub(crate) fn from_ed25519(x: &[u8]) -> Option<Self> {
        let key: [u8; 32] = x.try_into().ok()?;
        (!is_non_canonical(&key) && !has_small_order(&key)).then(|| Self::Ed25519 { x: x.to_vec() })
    }

    /// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
    pub(crate) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        let (sequence, &[]) = der_element(der, SEQUENCE)? else {
            return None;
        };
        let (n, rest) = der_element(sequence, INTEGER)?;
        let (e, &[]) = der_element(rest, INTEGER)? else {
            return None;
        };
        let unsigned = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
        Self::rsa(unsigned(n), unsigned(e)).ok()
    }

    /// The members that a thumbprint covers, in lexicographic order (RFC 7638 §3.2, RFC 8037 §2).
    pub(crate) fn required_members(&self) -> Vec<(&'static str, String)> {
        let plain = str::to_owned;
        match self {
            Self::Rsa { n, e } => vec![
                ("e", base64url::encode(e)),
                ("kty", plain("RSA")),
                ("n", base64url::encode(n)),
            ],
            Self::Ec { curve, x, y } => vec![
                ("crv", plain(curve.as_str())),
                ("kty", plain("EC")),
                ("x", base64url::encode(x)),
                ("y", base64url::encode(y)),
            ],
            Self::Ed25519 { x } => vec![
                ("crv", plain("Ed25519")),
                ("kty", plain("OKP")),
                ("x", base64url::encode(x)),
            ],
        }
    }

    /// The algorithms of a key that names none, the most usual first.
    pub(crate) fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::Rsa { .. } => &[Algorithm::RS256, Algorithm::PS256],
            Self::Ec {
                curve: Curve::P256, ..
            } => &[Algorithm::ES256],
            Self::Ec {
                curve: Curve::P384, ..
            } => &[Algorithm::ES384],
            Self::Ed25519 { .. } => &[Algorithm::EdDSA],
        }
    }
}

impl Curve {
    fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}

/// CVE-2017-15361 (ROCA): a library of smart cards made primes from which the private key follows. Such
/// a modulus is a power of 65537 modulo every small prime, which for any other has one chance in 2^27.
fn has_guessable_primes(n: &[u8]) -> bool {
    SMALL_PRIMES.into_iter().all(|prime| {
        let rest = n
            .iter()
            .fold(0_u32, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        (0..prime).any(|_| {
            power = power * 65537 % prime;
            power == rest
        })
    })
}

/// Splits the contents of the first element from what follows it.
fn der_element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match input {
        [first, 0x82, high, low, rest @ ..] if *first == tag => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        [first, 0x81, length, rest @ ..] if *first == tag => (usize::from(*length), rest),
        [first, length @ 0..=0x7f, rest @ ..] if *first == tag => (usize::from(*length), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// Tells whether the y coordinate is the field's prime 2^255 - 19 or larger.
fn is_non_canonical(key: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = key;
    highest & 0x7f == 0x7f && middle.iter().all(|byte| *byte == 0xff) && *lowest >= 0xed
}

/// A signature by a key of small order can verify for many messages (RFC 8032 §8.9 leaves the check
/// to us).
fn has_small_order(key: &[u8; 32]) -> bool {
    let mut y = *key;
    let [.., highest] = &mut y;
    *highest &= 0x7f;
    SMALL_ORDER_Y.contains(&y)
}

/// The odd primes below 170.
const SMALL_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// The y coordinates of the eight points whose order divides 8, little-endian, without sign.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    [
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
];
