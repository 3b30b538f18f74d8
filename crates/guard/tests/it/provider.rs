//! An issuer that signs everyone who comes in as alice, and does what a test tells it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
};

use airside_jose::{Signer, Typ, base64url};
use aws_lc_rs::digest;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};

use crate::world::AUDIENCE;

pub struct Provider {
    url: OnceLock<String>,
    signer: Arc<Signer>,
    state: Mutex<Doings>,
}

/// The provider's behaviour, and its record.
pub struct Doings {
    /// Seconds that access tokens live, as it says.
    pub expires_in: i64,
    /// The status with which the token endpoint fails.
    pub failure_status: Option<StatusCode>,
    /// Claims of the ID token instead of the right ones.
    pub id_token: Value,
    /// The claims about the person who signs in.
    pub user_info: Value,
    /// The audience of access tokens.
    pub audience: &'static str,
    pub refreshed: usize,
    pub revoked: Vec<String>,
    codes: HashMap<String, Begun>,
    /// The one refresh token that is good.
    current: Option<String>,
}

/// The parameters of an authorization request.
struct Begun {
    challenge: String,
    nonce: String,
    redirect_uri: String,
}

impl Provider {
    pub fn new(signer: Arc<Signer>) -> Self {
        Self {
            url: OnceLock::new(),
            signer,
            state: Mutex::new(Doings {
                expires_in: 900,
                failure_status: None,
                id_token: json!({}),
                user_info: json!({ "sub": "alice", "email": "alice@example.com" }),
                audience: AUDIENCE,
                refreshed: 0,
                revoked: Vec::new(),
                codes: HashMap::new(),
                current: None,
            }),
        }
    }

    pub fn doings(&self) -> MutexGuard<'_, Doings> {
        self.state.lock().unwrap()
    }

    /// Signs alice in for an authorization request; where the browser is sent with the answer.
    pub fn sign_in(&self, request: &str) -> String {
        let url: url::Url = request.parse().unwrap();
        let asked: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["client_id"], "app");
        assert_eq!(asked["resource"], AUDIENCE);
        let mut doings = self.doings();
        let code = format!("code-{}", doings.codes.len());
        let begun = Begun {
            challenge: asked["code_challenge"].clone(),
            nonce: asked["nonce"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
        };
        doings.codes.insert(code.clone(), begun);
        let answer = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", &code), ("state", &asked["state"])])
            .append_pair("iss", self.url.get().unwrap())
            .finish();
        format!("{}?{answer}", asked["redirect_uri"])
    }

    fn token(&self, headers: &HeaderMap, body: &[u8]) -> Result<Value, StatusCode> {
        let basic = headers[AUTHORIZATION].to_str().unwrap();
        assert!(basic.starts_with("Basic "), "{basic}");
        let form: HashMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
        let mut doings = self.doings();
        if let Some(status) = doings.failure_status {
            return Err(status);
        }
        let nonce = if form["grant_type"] == "refresh_token" {
            doings.refreshed += 1;
            if doings.current.as_ref() != Some(&form["refresh_token"]) {
                return Err(StatusCode::BAD_REQUEST);
            }
            None
        } else {
            let begun = doings.codes.remove(&form["code"]);
            let begun = begun.ok_or(StatusCode::BAD_REQUEST)?;
            let verifier = form["code_verifier"].as_bytes();
            let challenge = base64url::encode(digest::digest(&digest::SHA256, verifier));
            assert_eq!(challenge, begun.challenge);
            assert_eq!(form["redirect_uri"], begun.redirect_uri);
            Some(begun.nonce)
        };
        let number = doings.refreshed;
        let refresh = format!("refresh-{number}");
        doings.current = Some(refresh.clone());
        let now = airside_resource::clock::system()().as_i64();
        let access = json!({
            "iss": self.url.get(), "aud": doings.audience, "sub": "alice", "client_id": "app",
            "jti": format!("access-{number}"), "iat": now, "exp": now + 900, "scope": "read write",
        });
        let mut id = json!({
            "iss": self.url.get(), "aud": "app", "sub": "alice", "iat": now, "exp": now + 900,
            "nonce": nonce, "name": "Alice Adams",
        });
        for (name, value) in doings.id_token.as_object().unwrap() {
            id[name] = value.clone();
        }
        let sign = |typ, claims: &Value| {
            let payload = serde_json::to_vec(claims).unwrap();
            self.signer.sign_compact(typ, &payload).unwrap()
        };
        Ok(json!({
            "access_token": sign(Typ::AccessToken, &access), "token_type": "Bearer",
            "expires_in": doings.expires_in, "refresh_token": refresh,
            "id_token": sign(Typ::Jwt, &id),
        }))
    }
}

pub fn router(provider: &Arc<Provider>, url: &str) -> Router {
    provider.url.set(url.to_owned()).unwrap();
    let metadata = json!({
        "issuer": url, "jwks_uri": format!("{url}/jwks"),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "revocation_endpoint": format!("{url}/revoke"),
        "end_session_endpoint": format!("{url}/sign-out"),
        "authorization_response_iss_parameter_supported": true,
    });
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(async || Json(metadata)),
        )
        .route("/token", post(token))
        .route("/userinfo", post(user_info))
        .route("/revoke", post(revoke))
        .with_state(Arc::clone(provider))
}

async fn token(State(provider): State<Arc<Provider>>, headers: HeaderMap, body: Bytes) -> Response {
    match provider.token(&headers, &body) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(status) => (status, Json(json!({ "error": "invalid_grant" }))).into_response(),
    }
}

async fn user_info(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Json<Value> {
    assert!(
        headers[AUTHORIZATION]
            .to_str()
            .unwrap()
            .starts_with("Bearer ")
    );
    Json(provider.doings().user_info.clone())
}

async fn revoke(State(provider): State<Arc<Provider>>, body: Bytes) {
    let form: HashMap<_, _> = form_urlencoded::parse(&body).into_owned().collect();
    provider.doings().revoked.push(form["token"].clone());
}
