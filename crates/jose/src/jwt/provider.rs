//! The forms of access tokens of identity providers that do not follow RFC 9068: a table.
//!
//! The mark of an access token is a property that the same provider's ID tokens lack, so that neither is
//! accepted in place of the other (RFC 8725 §3.12).

use serde_json::Value;

use super::claims::Claims;
use crate::jws::Header;

/// An identity provider.
#[derive(Debug)]
pub struct Provider {
    pub(super) name: &'static str,
    /// The header's `typ`; `""` if there is none.
    pub(super) types: &'static [&'static str],
    /// The marks that an access token has, all of them.
    pub(super) mark: &'static [Mark],
    /// The claim that names the API.
    pub(super) audience: &'static str,
    /// The claims that name the client, the first that is there.
    pub(super) client: &'static [&'static str],
    /// The marks of a machine's token, one of which is enough.
    pub(super) machine: &'static [Mark],
    /// The JSON pointer to the roles (RFC 6901).
    pub(super) roles: &'static str,
}

/// A property of a token.
#[derive(Debug)]
pub(super) enum Mark {
    /// The header's `typ` is this.
    Type(&'static str),
    /// A claim is this text.
    Is(&'static str, &'static str),
    /// A claim is a text with this prefix.
    Begins(&'static str, &'static str),
    /// A claim is a text with this suffix.
    Ends(&'static str, &'static str),
    /// One of these claims is there.
    Has(&'static [&'static str]),
    /// None of these claims is there.
    Lacks(&'static [&'static str]),
}

impl Provider {
    pub(super) fn takes_type(&self, header: &Header) -> bool {
        let is_typ = |expected: &&str| match *expected {
            "" => header.typ.is_none(),
            expected => header.is_typ(expected),
        };
        self.types.iter().any(is_typ)
    }

    /// Tells whether it is an access token.
    pub(super) fn marks(&self, header: &Header, claims: &Claims) -> bool {
        self.mark.iter().all(|sign| sign.is_in(header, claims))
    }

    /// Tells whether the caller is a machine.
    pub(super) fn is_machine(&self, header: &Header, claims: &Claims) -> bool {
        self.machine.iter().any(|sign| sign.is_in(header, claims))
    }
}

impl Mark {
    pub(super) fn is_in(&self, header: &Header, claims: &Claims) -> bool {
        let text = |name: &str| claims.map().get(name).and_then(Value::as_str);
        match self {
            Self::Type(typ) => header.is_typ(typ),
            Self::Is(name, value) => text(name) == Some(value),
            Self::Begins(name, prefix) => text(name).is_some_and(|text| text.starts_with(prefix)),
            Self::Ends(name, suffix) => text(name).is_some_and(|text| text.ends_with(suffix)),
            Self::Has(names) => names.iter().any(|name| claims.has(name)),
            Self::Lacks(names) => !names.iter().any(|name| claims.has(name)),
        }
    }
}

/// Only ID tokens have these (OpenID Connect Core §2, §3.3.2.11).
pub(super) const OF_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// Sorted by name.
pub(super) static PROVIDERS: [Provider; 8] = [
    // https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
    Provider {
        name: "auth0",
        types: &["", "JWT", "at+jwt"],
        mark: &[Mark::Has(&["azp", "client_id"]), Mark::Lacks(&OF_ID_TOKENS)],
        audience: "aud",
        client: &["client_id", "azp"],
        machine: &[
            Mark::Is("gty", "client-credentials"),
            Mark::Ends("sub", "@clients"),
        ],
        roles: "/roles",
    },
    // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html:
    // no API is named, so the client is
    Provider {
        name: "cognito",
        types: &["", "JWT"],
        mark: &[Mark::Is("token_use", "access")],
        audience: "client_id",
        client: &["client_id"],
        machine: &[],
        roles: "/cognito:groups",
    },
    // https://docs.duendesoftware.com/identityserver/tokens/
    Provider {
        name: "duende",
        types: &["at+jwt"],
        mark: &[Mark::Type("at+jwt")],
        audience: "aud",
        client: &["client_id"],
        machine: &[],
        roles: "/role",
    },
    // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference: how the client
    // authenticated is said in access tokens alone
    Provider {
        name: "entra",
        types: &["", "JWT"],
        mark: &[Mark::Has(&["azpacr", "appidacr"])],
        audience: "aud",
        client: &["azp", "appid"],
        machine: &[Mark::Is("idtyp", "app"), Mark::Lacks(&["scp"])],
        roles: "/roles",
    },
    // https://www.ory.com/docs/oauth2-oidc/jwt-access-token
    Provider {
        name: "hydra",
        types: &["", "JWT"],
        mark: &[
            Mark::Has(&["scp"]),
            Mark::Has(&["client_id"]),
            Mark::Lacks(&OF_ID_TOKENS),
        ],
        audience: "aud",
        client: &["client_id"],
        machine: &[],
        roles: "/roles",
    },
    // https://www.keycloak.org/docs/latest/server_admin/: the payload has a `typ` of its own, which is `ID`
    // in ID tokens and `Refresh` or `Logout` in others
    Provider {
        name: "keycloak",
        types: &["", "JWT", "at+jwt"],
        mark: &[Mark::Is("typ", "Bearer")],
        audience: "aud",
        client: &["azp", "client_id"],
        machine: &[
            Mark::Begins("preferred_username", "service-account-"),
            Mark::Has(&["clientAddress", "clientHost"]),
        ],
        roles: "/realm_access/roles",
    },
    // https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/: the names of ID tokens begin
    // with `ID.`
    Provider {
        name: "okta",
        types: &["", "JWT", "okta-internal-at+jwt"],
        mark: &[Mark::Begins("jti", "AT.")],
        audience: "aud",
        client: &["cid"],
        machine: &[Mark::Lacks(&["uid"])],
        roles: "/groups",
    },
    // https://zitadel.com/docs/apis/openidoauth/claims: ID tokens have no `jti`
    Provider {
        name: "zitadel",
        types: &["", "JWT"],
        mark: &[Mark::Has(&["jti"]), Mark::Lacks(&OF_ID_TOKENS)],
        audience: "aud",
        client: &["client_id", "azp"],
        machine: &[],
        roles: "/urn:zitadel:iam:org:project:roles",
    },
];
