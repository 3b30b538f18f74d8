//! The two primitives that purpose keys and the key-encryption key are used with.

use aws_lc_rs::hmac;

/// HMAC-SHA-256 of `message` under `key`, also used to derive a key for one message or row.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    out
}

/// AES-256-GCM with a key that is used for one message only, and so with the nonce zero.
pub(crate) mod aead {
    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use zeroize::Zeroizing;

    /// Encrypts `plaintext`; `key` must never be used for another message.
    pub(crate) fn seal(key: &[u8; 32], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut out = plaintext.to_vec();
        let Some(cipher) = cipher(key) else {
            return Vec::new();
        };
        // a failure is impossible below 64 GiB; an empty answer opens as nothing, so it fails closed
        match cipher.seal_in_place_append_tag(nonce(), Aad::from(associated), &mut out) {
            Ok(()) => out,
            Err(_) => Vec::new(),
        }
    }

    /// Decrypts what [`seal`] made, or says that it is not authentic.
    pub(crate) fn open(
        key: &[u8; 32],
        associated: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let opened = cipher(key)?.open_in_place(nonce(), Aad::from(associated), &mut buffer);
        let length = opened.ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }

    fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, key)
            .ok()
            .map(LessSafeKey::new)
    }

    fn nonce() -> Nonce {
        Nonce::assume_unique_for_key([0; 12])
    }
}
