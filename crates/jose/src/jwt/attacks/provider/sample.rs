//! The access tokens of identity providers, as they document them, and their ID tokens.

use serde_json::{Value, json};

use crate::jwt::{
    TokenProfile, VerifiedToken, Verifier, VerifyError,
    fixture::{AUDIENCE, CLOCK, Issuer, claims, header_with, members, verifier},
};

/// One provider's tokens: the header's `typ`, what is in an access token of a person and of a machine, and
/// in an ID token, beside `iss`, `iat` and `exp`.
pub(super) struct Sample {
    pub(super) profile: &'static str,
    pub(super) typ: &'static str,
    pub(super) person: Value,
    pub(super) machine: Value,
    pub(super) id_token: Value,
}

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample {
            profile: "auth0",
            typ: "JWT",
            person: json!({ "aud": [AUDIENCE, "https://x/userinfo"], "azp": "spa",
                "sub": "auth0|1", "scope": "openid a:read", "roles": ["admin"] }),
            machine: json!({ "aud": AUDIENCE, "azp": "svc", "sub": "svc@clients",
                "gty": "client-credentials", "scope": "a:read" }),
            id_token: json!({ "aud": "spa", "sub": "auth0|1", "nonce": "n", "sid": "s" }),
        },
        Sample {
            profile: "cognito",
            typ: "",
            person: json!({ "client_id": AUDIENCE, "sub": "uuid", "token_use": "access",
                "scope": "openid a:read", "jti": "1", "cognito:groups": ["admin"] }),
            machine: json!({ "client_id": AUDIENCE, "sub": AUDIENCE, "token_use": "access",
                "scope": "a:read", "jti": "1" }),
            id_token: json!({ "aud": AUDIENCE, "sub": "uuid", "token_use": "id", "jti": "1",
                "cognito:groups": ["admin"] }),
        },
        Sample {
            profile: "duende",
            typ: "at+jwt",
            person: json!({ "aud": AUDIENCE, "client_id": "spa", "sub": "1", "jti": "1",
                "scope": ["openid", "a:read"], "role": "admin" }),
            machine: json!({ "aud": AUDIENCE, "client_id": "svc", "jti": "1", "scope": ["a:read"] }),
            id_token: json!({ "aud": "spa", "sub": "1", "at_hash": "h", "sid": "s" }),
        },
        Sample {
            profile: "entra",
            typ: "JWT",
            person: json!({ "aud": AUDIENCE, "azp": "spa", "azpacr": "0", "sub": "1", "oid": "o",
                "scp": "openid a:read", "roles": ["admin"], "ver": "2.0" }),
            machine: json!({ "aud": AUDIENCE, "azp": "svc", "azpacr": "1", "sub": "o", "oid": "o",
                "roles": ["a:read"], "idtyp": "app" }),
            id_token: json!({ "aud": "spa", "sub": "1", "oid": "o", "nonce": "n",
                "roles": ["admin"], "ver": "2.0" }),
        },
        Sample {
            profile: "hydra",
            typ: "JWT",
            person: json!({ "aud": [AUDIENCE], "client_id": "spa", "sub": "1", "jti": "1",
                "scp": ["openid", "a:read"], "ext": {}, "roles": ["admin"] }),
            machine: json!({ "aud": [AUDIENCE], "client_id": "svc", "sub": "svc", "jti": "1",
                "scp": ["a:read"], "ext": {} }),
            id_token: json!({ "aud": ["spa"], "sub": "1", "jti": "1", "at_hash": "h", "rat": 1 }),
        },
        Sample {
            profile: "keycloak",
            typ: "JWT",
            person: json!({ "aud": [AUDIENCE, "spa"], "azp": "spa", "sub": "uuid", "jti": "1",
                "typ": "Bearer", "nonce": "n", "scope": "openid a:read",
                "realm_access": { "roles": ["admin"] }, "roles": ["other"] }),
            machine: json!({ "aud": AUDIENCE, "azp": "svc", "sub": "uuid", "jti": "1",
                "typ": "Bearer", "scope": "a:read",
                "preferred_username": "service-account-svc" }),
            id_token: json!({ "aud": "spa", "azp": "spa", "sub": "uuid", "jti": "1", "typ": "ID",
                "at_hash": "h" }),
        },
        Sample {
            profile: "okta",
            typ: "",
            person: json!({ "aud": AUDIENCE, "cid": "spa", "uid": "u", "sub": "a@b", "jti": "AT.1",
                "scp": ["openid", "a:read"], "groups": ["admin"] }),
            machine: json!({ "aud": AUDIENCE, "cid": "svc", "sub": "svc", "jti": "AT.1",
                "scp": ["a:read"] }),
            id_token: json!({ "aud": "spa", "sub": "u", "jti": "ID.1", "groups": ["admin"] }),
        },
        Sample {
            profile: "zitadel",
            typ: "JWT",
            person: json!({ "aud": ["spa", "project", AUDIENCE], "client_id": "spa", "sub": "1",
                "jti": "1", "scope": "openid a:read",
                "urn:zitadel:iam:org:project:roles": { "admin": { "1": "org" } } }),
            machine: json!({ "aud": [AUDIENCE], "client_id": "svc", "sub": "svc", "jti": "1",
                "scope": "a:read" }),
            id_token: json!({ "aud": ["spa", "project"], "azp": "spa", "sub": "1", "at_hash": "h",
                "client_id": "spa" }),
        },
    ]
}

impl Sample {
    fn sign(&self, issuer: &Issuer, own: &Value) -> String {
        let mut payload = claims();
        for name in [
            "aud",
            "sub",
            "client_id",
            "jti",
            "scope",
            "roles",
            "grant_id",
        ] {
            members(&mut payload).remove(name);
        }
        members(&mut payload).extend(own.as_object().unwrap().clone());
        let header = match self.typ {
            "" => r#"{"alg":"ES256","kid":"key-1"}"#.to_owned(),
            typ => header_with("typ", typ.into()),
        };
        issuer.sign(&header, &payload.to_string())
    }

    pub(super) fn verify(
        &self,
        issuer: &Issuer,
        own: &Value,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verifier()
            .verify(&self.sign(issuer, own), &issuer.keys, CLOCK)
    }

    fn verifier(&self) -> Verifier {
        verifier().profile(TokenProfile::named(self.profile).unwrap())
    }
}
