//! `guard.toml` as it is written.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use serde::Deserialize;
use url::Url;

use super::{Mode, Proxy};
use crate::rule::{OneOrMany, RuleText};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    #[serde(default = "usual_listen")]
    pub(super) listen: SocketAddr,
    pub(super) tls: Option<TlsText>,
    pub(super) upstream: OneOrMany,
    pub(super) upstream_ca: Option<PathBuf>,
    pub(super) upstream_health: Option<String>,
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) issuer_ca: Option<PathBuf>,
    pub(super) jwks_uri: Option<Url>,
    pub(super) keys_file: Option<PathBuf>,
    #[serde(default)]
    pub(super) profile: ProfileText,
    pub(super) dpop: Option<Url>,
    pub(super) openapi: Option<PathBuf>,
    pub(super) path_prefix: Option<String>,
    #[serde(default)]
    pub(super) mode: Mode,
    #[serde(default)]
    pub(super) limits: LimitsText,
    pub(super) identity_headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) forward_authorization: bool,
    #[serde(default)]
    pub(super) forward_cookies: bool,
    pub(super) forward_auth: Option<ForwardAuthText>,
    pub(super) policies: Option<PoliciesText>,
    pub(super) feed: Option<FeedText>,
    pub(super) status_list: Option<StatusListText>,
    pub(super) browser: Option<BrowserText>,
    pub(super) cors: Option<CorsText>,
    pub(super) database: Option<DatabaseText>,
    pub(super) operations_listen: Option<SocketAddr>,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<String>,
    #[serde(default)]
    pub(super) rate_limit: RateText,
    #[serde(default)]
    pub(super) operation: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsText {
    pub(super) certificate: PathBuf,
    pub(super) private_key: PathBuf,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProfileText {
    #[default]
    Rfc9068,
    Legacy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsText {
    pub(super) request_body_bytes: usize,
    pub(super) held_body_bytes: usize,
    pub(super) upstream_seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForwardAuthText {
    pub(super) listen: String,
    pub(super) proxy: Proxy,
    pub(super) secret: Option<SecretText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PoliciesText {
    pub(super) schema: PathBuf,
    pub(super) policies: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RateText {
    pub(super) address: Option<String>,
    pub(super) client: Option<String>,
    pub(super) subject: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedText {
    pub(super) client_id: String,
    pub(super) client_secret: SecretText,
    #[serde(default)]
    pub(super) on_loss: OnLoss,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrowserText {
    pub(super) origin: Url,
    #[serde(default = "usual_path")]
    pub(super) path: String,
    pub(super) client_id: String,
    pub(super) client_secret: SecretText,
    #[serde(default = "usual_scope")]
    pub(super) scope: String,
    pub(super) sessions_file: Option<PathBuf>,
    #[serde(default = "usual_idle_lifetime")]
    pub(super) idle_lifetime: String,
    #[serde(default = "usual_lifetime")]
    pub(super) lifetime: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CorsText {
    pub(super) origins: Vec<String>,
    #[serde(default)]
    pub(super) credentials: bool,
    #[serde(default = "usual_max_age")]
    pub(super) max_age: String,
    #[serde(default)]
    pub(super) expose: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DatabaseText {
    pub(super) url: SecretText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusListText {
    #[serde(default)]
    pub(super) on_loss: OnLoss,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OnLoss {
    #[default]
    Serve,
    Refuse,
}

/// A secret is never written into the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(super) enum SecretText {
    Env(String),
    File(PathBuf),
}

impl Default for LimitsText {
    fn default() -> Self {
        Self {
            request_body_bytes: 10 * 1024 * 1024,
            held_body_bytes: 1024 * 1024,
            upstream_seconds: 60,
        }
    }
}

fn usual_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8090))
}

fn usual_path() -> String {
    "/auth".to_owned()
}

fn usual_scope() -> String {
    "openid".to_owned()
}

fn usual_max_age() -> String {
    "10m".to_owned()
}

fn usual_idle_lifetime() -> String {
    "12h".to_owned()
}

fn usual_lifetime() -> String {
    "14d".to_owned()
}
