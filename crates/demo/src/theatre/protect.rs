//! A first `guard.toml` for an API, by the code of `airside guard init`.

use std::fs;

use airside_guard::init::{self, Settings};
use airside_net::{FetchPolicy, Fetcher};
use anyhow::{Context, Result, bail};
use url::Url;

use super::company::Company;

/// The answer to a document.
pub struct Protection {
    pub upstream: String,
    /// The text of `guard.toml`, or the reason why there is none.
    pub text: Result<String, String>,
}

/// Writes the configuration for a document, or for the one at an address.
pub async fn protect(company: &Company, document: &str, upstream: &str) -> Protection {
    let written = write(company, document.trim(), upstream.trim()).await;
    Protection {
        upstream: upstream.trim().to_owned(),
        text: written.map_err(|error| format!("{error:#}")),
    }
}

async fn write(company: &Company, document: &str, upstream: &str) -> Result<String> {
    if document.is_empty() {
        bail!("there is no document: paste one, or its address");
    }
    let is_address = document.starts_with("http://") || document.starts_with("https://");
    let document = match is_address && document.lines().count() == 1 {
        true => fetch(document).await?,
        false => document.to_owned(),
    };
    // alone in its directory: it cannot refer to files of this machine
    let directory = tempfile::tempdir_in(company.world.directory())?;
    let is_json = document.trim_start().starts_with('{');
    let name = if is_json {
        "openapi.json"
    } else {
        "openapi.yaml"
    };
    let path = directory.path().join(name);
    fs::write(&path, document)?;
    let settings = Settings {
        openapi: name,
        upstream: Some(upstream).filter(|upstream| !upstream.is_empty()),
        issuer: Some(&company.world.issuer),
        audience: Some(upstream).filter(|upstream| !upstream.is_empty()),
    };
    init::text(&path, name, &settings).map_err(anyhow::Error::msg)
}

async fn fetch(address: &str) -> Result<String> {
    let url: Url = address.parse().context("this is not an address")?;
    let fetcher = Fetcher::new(FetchPolicy {
        allow_loopback_http: true,
        allow_private_network: true,
        max_body: MAX_DOCUMENT,
        ..FetchPolicy::default()
    })?;
    let fetched = fetcher.get(&url).await?;
    if !fetched.status.is_success() {
        bail!("{address} answers {}", fetched.status);
    }
    Ok(String::from_utf8(fetched.body.to_vec())?)
}

/// Bytes of a document.
const MAX_DOCUMENT: usize = 4 << 20;
