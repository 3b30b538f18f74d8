//! Cursors of lists: where the next page begins, authenticated, so that a list goes on only where it
//! was left.

use airside_jose::base64url;

use crate::{
    key::{Purpose, vault::Vault},
    time::Time,
};

impl Vault {
    /// Makes the cursor behind the item that `position` names, in the list that `list` names:
    /// base64url of version ‖ MAC ‖ position.
    ///
    /// None only if the issuer has no key for cursors, which a start makes sure of.
    pub fn cursor(&self, list: &str, position: &str, now: Time) -> Option<String> {
        let (version, tag) = self.mac(Purpose::Cursor, &message(list, position), now)?;
        let (tag, _) = tag.split_first_chunk::<TAG_BYTES>()?;
        let mut bytes = version.to_be_bytes().to_vec();
        bytes.extend(tag);
        bytes.extend(position.as_bytes());
        Some(base64url::encode(&bytes))
    }

    /// Returns the position in a cursor of this very list; none if it was not made here, or for another
    /// list.
    pub fn position(&self, list: &str, cursor: &str) -> Option<String> {
        let bytes = base64url::decode(cursor).ok()?;
        let (version, rest) = bytes.split_first_chunk::<4>()?;
        let (tag, position) = rest.split_first_chunk::<TAG_BYTES>()?;
        let position = std::str::from_utf8(position).ok()?;
        let key = (Purpose::Cursor, u32::from_be_bytes(*version));
        self.mac_begins_with(key, &message(list, position), tag)
            .then(|| position.to_owned())
    }
}

/// The length makes it unambiguous.
fn message(list: &str, position: &str) -> Vec<u8> {
    let mut message = (list.len() as u64).to_be_bytes().to_vec();
    message.extend(list.as_bytes());
    message.extend(position.as_bytes());
    message
}

/// Half of the MAC: a cursor opens nothing that its bearer may not read anyway.
const TAG_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use crate::key::vault::tests::{NOW, vault};

    #[test]
    fn a_cursor_goes_on_with_its_own_list_at_its_own_issuer_only() {
        let here = vault("https://a.example", 1);
        let cursor = here.cursor("/clients?", "spa", NOW).unwrap();
        assert_eq!(here.position("/clients?", &cursor).as_deref(), Some("spa"));
        for list in ["/users?", "/clients?a=b", "/clients", ""] {
            assert_eq!(here.position(list, &cursor), None, "{list}");
        }
        assert_eq!(here.position("/clients?spa", ""), None);
        for other in [vault("https://b.example", 1), vault("https://a.example", 2)] {
            assert_eq!(other.position("/clients?", &cursor), None);
        }
    }

    #[test]
    fn an_altered_cursor_is_none() {
        let here = vault("https://a.example", 1);
        let cursor = here.cursor("/clients?", "spa", NOW).unwrap();
        for i in 0..cursor.len() {
            let mut altered = cursor.clone().into_bytes();
            altered[i] = if altered[i] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(here.position("/clients?", &altered), None, "position {i}");
        }
        // a boundary moved between list and position is another message
        assert_ne!(
            here.cursor("/ab", "c", NOW).unwrap()[..26],
            here.cursor("/a", "bc", NOW).unwrap()[..26]
        );
    }
}
