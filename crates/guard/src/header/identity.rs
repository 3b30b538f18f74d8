//! The headers that tell the upstream who calls.

use std::{borrow::Cow, collections::BTreeSet};

use airside_policy::{Kind, Principal};
use http::{HeaderName, HeaderValue};

use super::name::{self, FoldedName, Meaning};

/// The names of the headers that tell the upstream who calls.
#[derive(Clone, Debug)]
pub(crate) struct IdentityHeaders {
    names: Vec<(HeaderName, String)>,
    /// The folded names that belong to no family.
    folded: Vec<Vec<u8>>,
}

impl IdentityHeaders {
    /// Assigns a fact to each header: `sub`, `client_id`, `scope`, `roles`, or the name of a claim.
    #[must_use]
    pub(crate) fn new(names: Vec<(HeaderName, String)>) -> Self {
        let folded = names.iter().map(|(name, _)| FoldedName::of(name.as_str()));
        let folded = folded.filter(|name| name.meaning() == Meaning::Ordinary);
        Self {
            folded: folded.map(|name| name.as_bytes().to_vec()).collect(),
            names,
        }
    }

    /// Tells whether a header of this name can carry a fact: it is made of letters, digits and `-`, and
    /// has no other meaning.
    #[must_use]
    pub(crate) fn is_usable(name: &str) -> bool {
        let folded = FoldedName::of(name);
        let is_free = matches!(folded.meaning(), Meaning::Ordinary | Meaning::Identity);
        is_free && folded.is_plain() && (1..=name::MAX_BYTES).contains(&name.len())
    }

    /// Returns the headers of a caller; a fact that the token lacks has no header.
    pub(crate) fn of(
        &self,
        principal: &Principal,
    ) -> impl Iterator<Item = (&HeaderName, HeaderValue)> {
        self.names.iter().filter_map(|(name, fact)| {
            let text = fact_of(principal, fact)?;
            Some((name, HeaderValue::from_str(&visible(&text)).ok()?))
        })
    }

    /// Returns the names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.names.iter().map(|(name, _)| name)
    }

    /// Tells whether the guard itself writes this header.
    pub(super) fn is_own(&self, name: &HeaderName) -> bool {
        self.names().any(|own| own == name)
    }

    pub(super) fn meaning(&self, name: &FoldedName) -> Meaning {
        match name.meaning() {
            Meaning::Ordinary if self.folded.iter().any(|own| own == name.as_bytes()) => {
                Meaning::Identity
            }
            meaning => meaning,
        }
    }
}

impl Default for IdentityHeaders {
    fn default() -> Self {
        let names = [
            ("airside-subject", "sub"),
            ("airside-client", "client_id"),
            ("airside-scope", "scope"),
            ("airside-roles", "roles"),
        ];
        let named = names.map(|(name, fact)| (HeaderName::from_static(name), fact.to_owned()));
        Self::new(named.into())
    }
}

fn fact_of<'a>(principal: &'a Principal, fact: &str) -> Option<Cow<'a, str>> {
    match fact {
        // a machine is not a person
        "sub" => (principal.kind == Kind::User).then(|| principal.subject.as_str().into()),
        "client_id" => Some(principal.client_id.as_str().into()),
        "scope" => joined(&principal.scopes),
        "roles" => joined(&principal.roles),
        claim => principal.claims.get(claim).map(|text| text.as_str().into()),
    }
}

fn joined(words: &BTreeSet<String>) -> Option<Cow<'_, str>> {
    let mut each = words.iter();
    let mut all = Cow::Borrowed(each.next()?.as_str());
    for word in each {
        all.to_mut().push(' ');
        all.to_mut().push_str(word);
    }
    Some(all)
}

/// Returns a text in visible ASCII, with everything else percent-encoded.
fn visible(text: &str) -> Cow<'_, str> {
    let stays = |byte: u8| byte.is_ascii_graphic() && byte != b'%' || byte == b' ';
    if text.bytes().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(out)
}
