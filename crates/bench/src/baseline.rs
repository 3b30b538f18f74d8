//! A server that answers with no, one or two signatures, and does nothing else.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airside_jose::{Algorithm, KeyError, Signer, SigningKey, Typ};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use clap::Args;
use http::{StatusCode, header};
use serde_json::json;
use tokio::net::TcpListener;

#[derive(Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The algorithm of the signatures, `ES256` or `RS256`
    #[arg(long, default_value = "ES256", value_parser = algorithm)]
    alg: Algorithm,
}

/// Serves until the process is ended; says `ready` and its address on standard error.
pub async fn serve(options: Options) -> anyhow::Result<()> {
    let signer = Signer::new(SigningKey::generate(options.alg)?, "baseline");
    let baseline = Arc::new(Baseline {
        signer,
        issued: AtomicU64::new(0),
    });
    let router = Router::new()
        .route("/bare", get(bare).post(bare))
        .route("/sign", get(sign).post(sign))
        .route("/sign2", get(sign_twice).post(sign_twice))
        .with_state(baseline);
    let listener = TcpListener::bind(options.listen).await?;
    writeln!(io::stderr(), "ready: http://{}", listener.local_addr()?)?;
    axum::serve(listener, router).await?;
    Ok(())
}

struct Baseline {
    signer: Signer,
    issued: AtomicU64,
}

impl Baseline {
    /// Signs claims of the size that a person's access token has: about 400 bytes.
    fn token(&self) -> Result<String, KeyError> {
        let number = self.issued.fetch_add(1, Ordering::Relaxed);
        let claims = json!({
            "iss": "http://127.0.0.1:8080",
            "sub": "01980a4b-7c1e-7d2f-8a3b-4c5d6e7f8091",
            "aud": "https://es256.example.com",
            "client_id": "bench",
            "scope": "openid offline_access es256:read",
            "iat": ISSUED_AT,
            "exp": ISSUED_AT + 900,
            "auth_time": ISSUED_AT - 60,
            "jti": format!("01980a4b-7c1e-7d2f-8a3b-{number:012x}"),
            "sid": "01980a4b-7c1e-7d2f-8a3b-4c5d6e7f8092",
            "grant_id": "01980a4b-7c1e-7d2f-8a3b-4c5d6e7f8093",
            "roles": ["customer"],
        });
        self.signer
            .sign_compact(Typ::AccessToken, claims.to_string().as_bytes())
    }
}

async fn sign(State(baseline): State<Arc<Baseline>>, _form: Bytes) -> Response {
    answer(baseline.token().map(|token| {
        json!({ "access_token": token, "token_type": "Bearer", "expires_in": 900, "scope": SCOPE })
    }))
}

async fn sign_twice(State(baseline): State<Arc<Baseline>>, _form: Bytes) -> Response {
    let both = baseline
        .token()
        .and_then(|access| Ok((access, baseline.token()?)));
    answer(both.map(|(access, id)| {
        json!({
            "access_token": access,
            "id_token": id,
            "token_type": "Bearer",
            "expires_in": 900,
            "scope": SCOPE,
        })
    }))
}

async fn bare(_form: Bytes) -> Response {
    answer::<KeyError>(Ok(
        json!({ "padding": "x".repeat(BARE_BYTES - r#"{"padding":""}"#.len()) }),
    ))
}

fn answer<E: ToString>(body: Result<serde_json::Value, E>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    match body {
        Ok(body) => (headers, body.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    name.parse()
        .map_err(|_| format!("`{name}` is no signature algorithm"))
}

const BARE_BYTES: usize = 400;
const ISSUED_AT: u64 = 1_800_000_000;
const SCOPE: &str = "openid offline_access es256:read";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_are_as_long_as_those_of_a_real_token() {
        let key = SigningKey::generate(Algorithm::ES256).expect("a key");
        let baseline = Baseline {
            signer: Signer::new(key, "k"),
            issued: AtomicU64::new(0),
        };

        let token = baseline.token().expect("a token");
        let claims = token.split('.').nth(1).expect("claims").len() * 3 / 4;

        assert!((380..=480).contains(&claims), "{claims}");
        assert_ne!(token, baseline.token().expect("another"));
    }
}
