//! How the access tokens of identity providers look that do not issue those of RFC 9068: a table.
//!
//! Whatever proves that a token is an access token is its mark: the same provider's ID tokens lack it,
//! so that none passes for the other (RFC 8725 §3.12).

use serde_json::Value;

use super::claims::Claims;
use crate::jws::Header;

/// An identity provider.
#[derive(Debug)]
pub struct Provider {
    pub(super) name: &'static str,
    /// The header's `typ`; `""` if there is none.
    pub(super) types: &'static [&'static str],
    /// All of these prove an access token.
    pub(super) mark: &'static [Sign],
    /// The claim that names the API.
    pub(super) audience: &'static str,
    /// The claims that name the client, the first that is there.
    pub(super) client: &'static [&'static str],
    /// Each of these says that the caller is a machine.
    pub(super) machine: &'static [Sign],
    /// Where the roles are (RFC 6901).
    pub(super) roles: &'static str,
}

/// What can be seen in a token.
#[derive(Debug)]
pub(super) enum Sign {
    /// The header's `typ` is this.
    Type(&'static str),
    /// A claim is this text.
    Is(&'static str, &'static str),
    /// A claim is a text that begins so.
    Begins(&'static str, &'static str),
    /// A claim is a text that ends so.
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

impl Sign {
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
        mark: &[Sign::Has(&["azp", "client_id"]), Sign::Lacks(&OF_ID_TOKENS)],
        audience: "aud",
        client: &["client_id", "azp"],
        machine: &[
            Sign::Is("gty", "client-credentials"),
            Sign::Ends("sub", "@clients"),
        ],
        roles: "/roles",
    },
    // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html:
    // no API is named, so the client is
    Provider {
        name: "cognito",
        types: &["", "JWT"],
        mark: &[Sign::Is("token_use", "access")],
        audience: "client_id",
        client: &["client_id"],
        machine: &[],
        roles: "/cognito:groups",
    },
    // https://docs.duendesoftware.com/identityserver/tokens/
    Provider {
        name: "duende",
        types: &["at+jwt"],
        mark: &[Sign::Type("at+jwt")],
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
        mark: &[Sign::Has(&["azpacr", "appidacr"])],
        audience: "aud",
        client: &["azp", "appid"],
        machine: &[Sign::Is("idtyp", "app"), Sign::Lacks(&["scp"])],
        roles: "/roles",
    },
    // https://www.ory.com/docs/oauth2-oidc/jwt-access-token
    Provider {
        name: "hydra",
        types: &["", "JWT"],
        mark: &[
            Sign::Has(&["scp"]),
            Sign::Has(&["client_id"]),
            Sign::Lacks(&OF_ID_TOKENS),
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
        mark: &[Sign::Is("typ", "Bearer")],
        audience: "aud",
        client: &["azp", "client_id"],
        machine: &[
            Sign::Begins("preferred_username", "service-account-"),
            Sign::Has(&["clientAddress", "clientHost"]),
        ],
        roles: "/realm_access/roles",
    },
    // https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/: the names of ID tokens begin
    // with `ID.`
    Provider {
        name: "okta",
        types: &["", "JWT", "okta-internal-at+jwt"],
        mark: &[Sign::Begins("jti", "AT.")],
        audience: "aud",
        client: &["cid"],
        machine: &[Sign::Lacks(&["uid"])],
        roles: "/groups",
    },
    // https://zitadel.com/docs/apis/openidoauth/claims: ID tokens have no `jti`
    Provider {
        name: "zitadel",
        types: &["", "JWT"],
        mark: &[Sign::Has(&["jti"]), Sign::Lacks(&OF_ID_TOKENS)],
        audience: "aud",
        client: &["client_id", "azp"],
        machine: &[],
        roles: "/urn:zitadel:iam:org:project:roles",
    },
];
