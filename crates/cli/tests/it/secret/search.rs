//! A secret in the forms that it could be found in.

use airside_jose::base64url;

/// Bytes as text, one character each, so that any bytes can be searched for.
pub fn searchable(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// A secret as text, form-encoded, and as the bytes that it encodes.
pub fn forms(secret: &str) -> Vec<String> {
    let encoded = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let named = secret
        .strip_prefix("airside_")
        .and_then(|rest| rest.split_once('_'));
    let bare = named.map_or(secret, |(_, bare)| bare);
    // of a signed token the signature: anyone who has it has all that cannot be guessed
    let last = bare.rsplit('.').next().unwrap_or(bare);
    let decoded = base64url::decode(last).ok();
    let decoded = decoded.filter(|bytes| bytes.len() >= 16);
    [searchable(secret.as_bytes()), encoded, last.to_owned()]
        .into_iter()
        .chain(decoded.map(|bytes| searchable(&bytes)))
        .filter(|form| form.len() >= 16)
        .collect()
}
