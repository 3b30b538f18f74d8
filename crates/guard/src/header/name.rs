//! The meaning of a request's header by its name, in every spelling.
//!
//! Servers disagree about names: CGI and its successors (WSGI, Rack, PHP) read `X_User` and `X.User` as
//! `X-User`, others keep them apart. Names are therefore compared *folded*: letters in lower case and
//! digits, without everything else.

mod table;

pub(super) use self::table::Meaning;
use self::table::{BUCKETS, NameEntry, TABLE};

/// A folded name of at most [`MAX_BYTES`] octets; of a longer one, its beginning.
pub(super) struct FoldedName {
    bytes: [u8; MAX_BYTES],
    length: usize,
    is_plain: bool,
}

impl FoldedName {
    pub(super) fn of(name: &str) -> Self {
        let mut folded = Self {
            bytes: [0; MAX_BYTES],
            length: 0,
            is_plain: true,
        };
        for byte in name.bytes() {
            if !byte.is_ascii_alphanumeric() {
                folded.is_plain &= byte == b'-';
            } else if let Some(place) = folded.bytes.get_mut(folded.length) {
                *place = byte.to_ascii_lowercase();
                folded.length += 1;
            }
        }
        folded
    }

    /// Tells whether the name consists of letters, digits and `-`.
    pub(super) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Tells whether it is one by which proxies say from which address a request came, and to which it
    /// was sent.
    pub(super) fn is_of_address(&self) -> bool {
        let name = self.as_bytes();
        let begins = |family: &&str| name.starts_with(family.as_bytes());
        ADDRESSES.iter().any(|one| one.as_bytes() == name) || ADDRESS_FAMILIES.iter().any(begins)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Returns the meaning of the name.
    pub(super) fn meaning(&self) -> Meaning {
        let name = self.as_bytes();
        let Some(range) = name
            .first()
            .and_then(|first| BUCKETS.get(usize::from(*first)))
        else {
            return Meaning::Ordinary;
        };
        let bucket = TABLE.get(range.0..range.1).unwrap_or_default();
        // INVARIANT: no entry begins with the name of a family, so the last one that is not behind
        // the name is the only one that can match
        let behind = bucket.partition_point(|entry| entry.name.as_bytes() <= name);
        let entry = behind.checked_sub(1).and_then(|last| bucket.get(last));
        let matches = |entry: &&NameEntry| match entry.is_family {
            true => name.starts_with(entry.name.as_bytes()),
            false => name == entry.name.as_bytes(),
        };
        entry
            .filter(matches)
            .map_or(Meaning::Ordinary, |entry| entry.meaning)
    }
}

/// Headers by which proxies name addresses.
const ADDRESSES: [&str; 11] = [
    "forwarded",
    "xforwarded",
    "xforwardedby",
    "xforwardedfor",
    "xforwardedhost",
    "xforwardedport",
    "xforwardedprefix",
    "xforwardedproto",
    "xforwardedscheme",
    "xforwardedserver",
    "xforwardedssl",
];

/// Families of headers by which networks and meshes name addresses.
const ADDRESS_FAMILIES: [&str; 19] = [
    "alicdnrealip",
    "cdnsrcip",
    "cfconnecting",
    "cfipcountry",
    "cfpseudoip",
    "clientip",
    "cloudfrontviewer",
    "doconnectingip",
    "fastlyclient",
    "flyclient",
    "flyforwarded",
    "incapclient",
    "trueclientip",
    "xazure",
    "xclientip",
    "xclusterclientip",
    "xenvoy",
    "xrealip",
    "xsucuriclient",
];

/// Longer than every name of the table and every name that the configuration may give.
pub(super) const MAX_BYTES: usize = 64;

#[cfg(test)]
mod tests;
