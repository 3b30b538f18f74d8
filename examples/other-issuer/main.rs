//! An API that takes the tokens of another issuer, such as Keycloak, Auth0 or Entra ID.
//!
//! ```sh
//! ISSUER=https://keycloak.example/realms/shop AUDIENCE=orders-api cargo run -p airside-resource --example other-issuer
//! ```
//!
//! The issuer's keys are found by its metadata. `LISTEN` in the environment names another address.

use std::{env, io::Write};

use airside_jose::TokenProfile;
use airside_resource::{Caller, Rejection, ResourceServer, policy::rule};
use axum::{Router, routing::get};
use tokio::net::TcpListener;

async fn whoami(caller: Caller) -> String {
    format!("{}\n", caller.token().subject())
}

async fn report(caller: Caller) -> Result<&'static str, Rejection> {
    caller.require(&rule::scope("reports:read"))?;
    Ok("healthy\n")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let needed = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let airside = ResourceServer::trusting(needed("ISSUER")?)
        .for_audience(needed("AUDIENCE")?)
        .profile(TokenProfile::Legacy) // its tokens do not follow RFC 9068
        .allow_loopback_http() // for trying it: take this out when the issuer has https
        .build()?;
    let router = Router::new()
        .route("/whoami", get(whoami))
        .route("/report", get(report))
        .with_state(airside);
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:9000".to_owned());
    let listener = TcpListener::bind(listen).await?;
    writeln!(
        std::io::stderr(),
        "ready: http://{}",
        listener.local_addr()?
    )?;
    axum::serve(listener, router).await?;
    Ok(())
}
