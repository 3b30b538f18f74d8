//! The guard in front of the bank's API.

use std::{fs, net::SocketAddr, sync::Arc};

use airside_guard::{Configuration, Guard, Running, run::Listeners};
use anyhow::{Context, Result};

use crate::world::{BANK_API, World};

/// The guard of the demonstration: the one that `airside guard` runs.
#[derive(Clone)]
pub struct Guarded {
    running: Arc<Running>,
    /// The address that it listens on.
    pub address: SocketAddr,
}

impl Guarded {
    /// Starts the guard before the API at `upstream`; it stops with the world.
    pub async fn start(world: &mut World, upstream: &str) -> Result<Self> {
        let file = world.directory().join("guard.toml");
        fs::write(&file, configuration(world, upstream))?;
        let secret = world.bank_secret.expose().to_owned();
        let variable = |name: &str| (name == "BANK_API_SECRET").then(|| secret.clone());
        let configuration = Configuration::read(&file, &variable)?;
        let listeners = Listeners::bind(&configuration).await?;
        let address = listeners.address();
        let running = Arc::new(Running::new(configuration, world.drain().clone())?);
        world.spawn(Arc::clone(&running).serve(listeners));
        Ok(Self {
            running,
            address: address.context("the guard has no address")?,
        })
    }

    /// The guard itself, for its explanations.
    pub fn guard(&self) -> Arc<Guard> {
        self.running.guard()
    }
}

fn configuration(world: &World, upstream: &str) -> String {
    format!(
        r#"listen   = "{listen}"
upstream = "{upstream}"
issuer   = "{issuer}"
audience = "{audience}"

[cors]
origins = ["{app}"]

[feed]
client_id     = "{BANK_API}"
client_secret = {{ env = "BANK_API_SECRET" }}
{rules}"#,
        listen = SocketAddr::new(world.loopback(), 0),
        issuer = world.issuer,
        audience = world.bank_url,
        app = world.app_url,
        rules = RULES.replace("UPSTREAM", upstream),
    )
}

/// The rules of the operations of [`crate::bare_bank::DOCUMENT`].
const RULES: &str = r#"
[[operation]]
match = "GET /api/v1/accounts"
scope = "accounts:read"
owner = { items = "/accounts", field = "/owner", equals = "sub" }
query_fields = []

[[operation]]
match = "GET /api/v1/accounts/{id}"
scope = "accounts:read"
owner = { response = "/owner", equals = "sub" }
query_fields = []

[[operation]]
match = "GET /api/v1/payees"
any_token   = true
people_only = true
owner = { items = "/payees", field = "/owner", equals = "sub" }
query_fields = []

[[operation]]
match = "POST /api/v1/payees"
any_token   = true
people_only = true
body_fields = ["/name", "/iban", "/note"]

[[operation]]
match = "GET /api/v1/payees/{id}"
any_token = true
owner = { response = "/owner", equals = "sub" }
query_fields = []

[[operation]]
match = "DELETE /api/v1/payees/{id}"
any_token = true
owner = { lookup = "UPSTREAM/internal/payees/{path:id}", pointer = "/owner", equals = "sub" }

[[operation]]
match = "GET /api/v1/admin/users"
role  = "admin"

[[operation]]
match = "POST /api/v1/admin/delete-user"
role  = "admin"
"#;
