//! `airside token inspect`: what a token says by itself, and what the server says of it.

use airside_jose::{UnixSeconds, base64url};
use airside_oauth::{key::secret::Secret, token::refresh_token::RefreshToken};
use airside_server::clock::{Clock, SystemClock};
use serde_json::{Map, Value, json};

use crate::{
    exit::{Code, CommandError},
    output::Output,
    socket::Admin,
};

pub async fn run(
    token: &Secret,
    server: Option<&Admin>,
    output: &Output,
) -> Result<(), CommandError> {
    let said = read(token.expose()).ok_or_else(|| {
        CommandError::usage(
            "this is not a token: a JWT has three parts with points between them, and a refresh token begins with `airside_rt_`",
        )
    })?;
    let now = SystemClock.now().as_seconds();
    let Some(server) = server.filter(|_| said.kind.is_known_to_servers()) else {
        return output.object(&said.alone(now));
    };
    let body = json!({ "token": token.expose() });
    match server.post("/tokens/inspect", &body).await {
        Ok(answered) => output.object(&said.with(&answered)),
        Err(failure) if failure.code == Code::Unreachable => {
            output.remark(&format!("{failure}"));
            output.object(&said.alone(now))
        }
        Err(failure) => Err(failure),
    }
}

/// The contents of a token.
struct TokenContents {
    kind: Kind,
    header: Option<Value>,
    claims: Option<Map<String, Value>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Access,
    Id,
    Refresh,
    Proof,
    Other,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Id => "ID token",
            Self::Refresh => "refresh token",
            Self::Proof => "DPoP proof",
            Self::Other => "JWT",
        }
    }

    /// Returns whether a server makes such tokens.
    fn is_known_to_servers(self) -> bool {
        matches!(self, Self::Access | Self::Id | Self::Refresh)
    }

    /// By `typ`, and without one by the claims.
    fn of(header: &Value, claims: &Map<String, Value>) -> Self {
        let typ = header
            .get("typ")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let typ = typ.to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            // RFC9068-2.1
            "at+jwt" => Self::Access,
            // RFC9449-4.2
            "dpop+jwt" => Self::Proof,
            // OIDC-Core-2: an ID token has these; an access token names its client
            "" | "jwt" => {
                let has = |name: &str| claims.contains_key(name);
                match has("iss") && has("sub") && has("aud") && !has("client_id") && !has("scope") {
                    true => Self::Id,
                    false => Self::Other,
                }
            }
            _ => Self::Other,
        }
    }
}

fn read(text: &str) -> Option<TokenContents> {
    if RefreshToken::resembles(text) {
        return Some(TokenContents {
            kind: Kind::Refresh,
            header: None,
            claims: None,
        });
    }
    let mut parts = text.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let json = |part: &str| serde_json::from_slice(&base64url::decode(part).ok()?).ok();
    let header: Value = json(header)?;
    let claims: Map<String, Value> = serde_json::from_value(json(claims)?).ok()?;
    let is_jwt = header.get("alg").is_some() && parts.next().is_none();
    (is_jwt && base64url::decode(signature).is_ok()).then(|| TokenContents {
        kind: Kind::of(&header, &claims),
        header: Some(header),
        claims: Some(claims),
    })
}

impl TokenContents {
    /// Returns the facts that need no server.
    fn alone(&self, now: UnixSeconds) -> Value {
        let expires = self
            .claims
            .as_ref()
            .and_then(|claims| claims.get("exp")?.as_i64())
            .map(UnixSeconds::new);
        let why = match (self.kind, expires) {
            (_, Some(expires)) if expires <= now => "expired; the signature is not checked",
            (Kind::Refresh, _) => "only the server that made it can say more",
            (Kind::Id, _) => {
                "for the client in `aud` to read, not for an API; the signature is not checked"
            }
            _ => "neither the signature nor what was revoked is checked",
        };
        self.merged(json!({ "why": why }))
    }

    /// Returns the answer of the server, and the contents of the token that it does not mention.
    fn with(&self, answered: &Value) -> Value {
        self.merged(answered.clone())
    }

    fn merged(&self, mut object: Value) -> Value {
        if let Value::Object(members) = &mut object {
            let own = [
                ("kind", Some(self.kind.name().into())),
                ("header", self.header.clone()),
                ("claims", self.claims.clone().map(Value::Object)),
            ];
            for (name, value) in own {
                if let Some(value) = value {
                    members.entry(name).or_insert(value);
                }
            }
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(header: &Value, claims: &Value) -> String {
        let part = |json: &Value| base64url::encode(json.to_string());
        format!("{}.{}.c2ln", part(header), part(claims))
    }

    #[test]
    fn a_token_says_what_it_is() {
        let person = json!({ "iss": "i", "sub": "s", "aud": "c", "exp": 10, "nonce": "n" });
        let of_client = json!({ "iss": "i", "sub": "s", "aud": "a", "client_id": "c" });
        for (typ, claims, kind) in [
            (json!("at+jwt"), &of_client, "access token"),
            (json!("application/AT+JWT"), &of_client, "access token"),
            (json!("JWT"), &person, "ID token"),
            (Value::Null, &person, "ID token"),
            (json!("JWT"), &of_client, "JWT"),
            (json!("dpop+jwt"), &json!({}), "DPoP proof"),
        ] {
            let said = read(&jwt(&json!({ "alg": "RS256", "typ": typ }), claims)).unwrap();
            assert_eq!(said.kind.name(), kind);
        }
        let id = read(&jwt(&json!({ "alg": "RS256" }), &person)).unwrap();
        assert_eq!(
            id.alone(UnixSeconds::new(10))["why"],
            "expired; the signature is not checked"
        );
        assert!(
            id.alone(UnixSeconds::new(9))["why"]
                .as_str()
                .unwrap()
                .contains("not for an API")
        );
    }

    #[test]
    fn garbage_is_no_token() {
        for text in [
            "",
            "a.b.c",
            "hello",
            "eyJhbGciOiJSUzI1NiJ9.e30",
            "a.b.c.d.e",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
