//! Purpose keys in use: seals, and the MACs of refresh tokens and cursors.

use std::{collections::BTreeMap, fmt};

use airside_jose::base64url;
use aws_lc_rs::constant_time;
use zeroize::Zeroizing;

use crate::{
    key::{
        KeyEncryptionKey, Purpose, StoredKey, UnwrapKeyError,
        entropy::Entropy,
        seal::{aead, hmac_sha256},
    },
    time::Time,
};

/// The unwrapped purpose keys of one issuer.
pub struct Vault {
    issuer: String,
    epoch: u32,
    keys: BTreeMap<(&'static str, u32), PurposeKey>,
}

struct PurposeKey {
    secret: Zeroizing<Vec<u8>>,
    active_from: Time,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Unwraps the purpose keys among `stored`, leaving out dropped ones.
    ///
    /// `epoch` is the store's: raised by a restore, so that what a backup does not know of dies.
    ///
    /// # Errors
    ///
    /// [`UnwrapKeyError`] if one of them was not wrapped by `kek`.
    pub fn open(
        issuer: &str,
        epoch: u32,
        kek: &KeyEncryptionKey,
        stored: &[StoredKey],
    ) -> Result<Self, UnwrapKeyError> {
        let mut keys = BTreeMap::new();
        let is_held = |key: &&StoredKey| {
            key.dropped_at.is_none() && !matches!(key.purpose, Purpose::Signing(_))
        };
        for key in stored.iter().filter(is_held) {
            let secret = kek.unwrap(key)?;
            let entry = PurposeKey {
                secret,
                active_from: key.active_from,
            };
            keys.insert((key.purpose.as_str(), key.version), entry);
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            epoch,
            keys,
        })
    }

    /// Seals `plaintext` for `purpose`: base64url of version ‖ salt ‖ ciphertext ‖ tag.
    ///
    /// None only if the issuer has no key for `purpose`, which a start makes sure of.
    pub fn seal(
        &self,
        purpose: Purpose,
        plaintext: &[u8],
        now: Time,
        draw: &Entropy,
    ) -> Option<String> {
        let (version, key) = self.newest(purpose, now)?;
        let salt = draw.bytes::<24>(purpose.as_str());
        let message_key = self.message_key(key, purpose, version, &salt);
        let sealed = aead::seal(&message_key, &self.associated(purpose, version), plaintext);
        let mut out = version.to_be_bytes().to_vec();
        out.extend(salt);
        out.extend(sealed);
        Some(base64url::encode(&out))
    }

    /// Opens what [`Self::seal`] made for the same purpose and issuer; none if it is not authentic.
    pub fn unseal(&self, purpose: Purpose, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = base64url::decode(sealed).ok()?;
        let (version, rest) = bytes.split_first_chunk::<4>()?;
        let (salt, ciphertext) = rest.split_first_chunk::<24>()?;
        let version = u32::from_be_bytes(*version);
        let key = self.keys.get(&(purpose.as_str(), version))?;
        let message_key = self.message_key(key, purpose, version, salt);
        aead::open(&message_key, &self.associated(purpose, version), ciphertext)
    }

    /// The MAC of `message` under the newest key for `purpose`, with that key's version.
    pub(crate) fn mac(
        &self,
        purpose: Purpose,
        message: &[u8],
        now: Time,
    ) -> Option<(u32, [u8; 32])> {
        let (version, key) = self.newest(purpose, now)?;
        Some((version, self.tag(key, (purpose, version), message)))
    }

    /// Returns true if `tag` is the MAC of `message` under the key of this purpose and version.
    pub(crate) fn mac_matches(&self, key: (Purpose, u32), message: &[u8], tag: &[u8]) -> bool {
        <&[u8; 32]>::try_from(tag).is_ok_and(|tag| self.mac_begins_with(key, message, tag))
    }

    /// Returns true if the MAC of `message` under the key of this purpose and version begins with `tag`.
    pub(crate) fn mac_begins_with<const N: usize>(
        &self,
        key: (Purpose, u32),
        message: &[u8],
        tag: &[u8; N],
    ) -> bool {
        let (purpose, version) = key;
        let found = self.keys.get(&(purpose.as_str(), version));
        found.is_some_and(|found| {
            let expected = self.tag(found, key, message);
            let expected = expected.first_chunk::<N>();
            expected.is_some_and(|expected| {
                constant_time::verify_slices_are_equal(expected, tag).is_ok()
            })
        })
    }

    fn tag(
        &self,
        key: &PurposeKey,
        (purpose, version): (Purpose, u32),
        message: &[u8],
    ) -> [u8; 32] {
        let mut authenticated = self.associated(purpose, version);
        // the epoch is part of the MAC: tokens from before a restore are not authentic
        authenticated.extend(self.epoch.to_be_bytes());
        authenticated.extend(message);
        hmac_sha256(&key.secret, &authenticated)
    }

    fn newest(&self, purpose: Purpose, now: Time) -> Option<(u32, &PurposeKey)> {
        let name = purpose.as_str();
        let all = self.keys.range((name, 0)..=(name, u32::MAX));
        let begun = all.clone().rfind(|(_, key)| key.active_from <= now);
        // before the first one's time: as `key::active`
        let found = begun.or_else(|| all.clone().next());
        found.map(|((_, version), key)| (*version, key))
    }

    fn message_key(
        &self,
        key: &PurposeKey,
        purpose: Purpose,
        version: u32,
        salt: &[u8],
    ) -> [u8; 32] {
        let mut message = self.associated(purpose, version);
        message.extend(salt);
        hmac_sha256(&key.secret, &message)
    }

    /// Returns the text that every seal and MAC is bound to. The lengths make it unambiguous.
    fn associated(&self, purpose: Purpose, version: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.issuer.len() + 40);
        for part in [self.issuer.as_bytes(), purpose.as_str().as_bytes()] {
            out.extend((part.len() as u32).to_be_bytes());
            out.extend(part);
        }
        out.extend(version.to_be_bytes());
        out
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::key) fn vault(issuer: &str, epoch: u32) -> Vault {
        let kek = KeyEncryptionKey::new([1; 32]);
        let stored: Vec<_> = Purpose::INTERNAL
            .into_iter()
            .map(|purpose| StoredKey {
                kid: purpose.as_str().to_owned(),
                purpose,
                version: 1,
                wrapped: kek.wrap(purpose, purpose.as_str(), [2; 16], &[3; 32]),
                public: String::new(),
                created_at: Time::from_millis(0),
                active_from: Time::from_millis(0),
                dropped_at: None,
                retired_at: None,
            })
            .collect();
        Vault::open(issuer, epoch, &kek, &stored).unwrap()
    }

    pub(in crate::key) const NOW: Time = Time::from_millis(1);

    #[test]
    fn a_seal_opens_for_its_own_purpose_and_issuer_only() {
        let vault_a = vault("https://a.example", 1);
        let sealed = vault_a
            .seal(Purpose::Code, b"hello", NOW, &Entropy::from_seed([4; 32]))
            .unwrap();
        assert_eq!(
            vault_a.unseal(Purpose::Code, &sealed).unwrap().as_slice(),
            b"hello"
        );
        assert!(vault_a.unseal(Purpose::Interaction, &sealed).is_none());
        assert!(
            vault("https://b.example", 1)
                .unseal(Purpose::Code, &sealed)
                .is_none()
        );
    }

    #[test]
    fn an_altered_seal_does_not_open() {
        let vault = vault("https://a.example", 1);
        let sealed = vault
            .seal(Purpose::Code, b"hello", NOW, &Entropy::from_seed([4; 32]))
            .unwrap();
        for i in 0..sealed.len() {
            let mut altered = sealed.clone().into_bytes();
            altered[i] = if altered[i] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(
                vault.unseal(Purpose::Code, &altered).is_none(),
                "position {i}"
            );
        }
        assert!(vault.unseal(Purpose::Code, "").is_none());
    }

    #[test]
    fn a_mac_of_another_epoch_does_not_match() {
        let purpose = Purpose::RefreshToken;
        let made = vault("https://a.example", 1).mac(purpose, b"m", NOW);
        let (version, tag) = made.unwrap();
        let key = (purpose, version);
        assert!(vault("https://a.example", 1).mac_matches(key, b"m", &tag));
        assert!(!vault("https://a.example", 2).mac_matches(key, b"m", &tag));
        assert!(!vault("https://a.example", 1).mac_matches(key, b"n", &tag));
        let other = (Purpose::Cursor, version);
        assert!(!vault("https://a.example", 1).mac_matches(other, b"m", &tag));
    }
}
