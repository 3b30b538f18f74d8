//! The accepted access tokens, and their claims.

use airside_config::{
    Node,
    key::Format,
    key::Kind,
    value::{Choice, FromNode, FromText, Value, ValueError, chosen, parsed},
};
use airside_jose::TokenProfile;

/// A profile by its name.
#[derive(Clone, Copy)]
pub(crate) struct ProfileName(pub(super) TokenProfile);

/// A JSON pointer into the claims of a token (RFC 6901).
#[derive(Clone)]
pub(crate) struct ClaimPointer(pub(super) String);

impl Choice for ProfileName {
    const WORDS: &'static [&'static str] = &TokenProfile::NAMES;
    const FIRST: Self = Self(TokenProfile::Rfc9068);

    fn of_word(word: &str) -> Option<Self> {
        TokenProfile::named(word).map(Self)
    }
}

impl FromNode for ProfileName {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        chosen(node)
    }
}

impl Value for ProfileName {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromText for ClaimPointer {
    const FORMAT: Format = Format {
        name: "a JSON pointer into the claims",
        help: "write it as in `/realm_access/roles`",
        is_met: |text| text.starts_with('/'),
    };

    fn from_text(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

impl FromNode for ClaimPointer {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        parsed(node)
    }
}
