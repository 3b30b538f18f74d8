//! Where an issuer says what it offers (RFC 8414 §3, OpenID Connect Discovery §4).

use airside_jose::json;
use airside_net::{FetchError, Fetcher, chain};
use http::StatusCode;
use serde_json::{Map, Value};
use url::Url;

/// Why nothing is known of an issuer.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// Its name is no address.
    #[error("`{0}` is no issuer")]
    NoIssuer(String),
    /// Nobody answers.
    #[error("no answer")]
    NoAnswer(#[source] FetchError),
    /// No address has metadata of this issuer; each with its reason.
    #[error("there is no metadata of the issuer: {0}")]
    NoMetadata(String),
}

/// Why an address does not count.
#[derive(Debug, thiserror::Error)]
enum Passed {
    #[error("{0}")]
    Fetch(FetchError),
    #[error("answered {0}")]
    Status(StatusCode),
    #[error("answered no JSON object")]
    NoObject,
    #[error("names the issuer `{0}`")]
    OtherIssuer(String),
    #[error("lacks what is needed, or says it in another form")]
    Incomplete,
}

/// Asks the addresses at which an issuer may have metadata, each in turn until one answers a document of
/// exactly this issuer that `read` understands: RFC 8414 first, then OpenID Connect Discovery.
///
/// # Errors
///
/// [`DiscoveryError`].
pub async fn discover<T>(
    issuer: &str,
    fetcher: &Fetcher,
    read: impl Fn(Map<String, Value>) -> Option<T>,
) -> Result<T, DiscoveryError> {
    let mut reasons = Vec::new();
    for url in addresses(issuer)? {
        match ask(issuer, &url, fetcher).await {
            Ok(metadata) => match read(metadata) {
                Some(found) => return Ok(found),
                None => reasons.push(format!("`{url}` {}", Passed::Incomplete)),
            },
            Err(Passed::Fetch(error)) if is_of_the_host(&error) => {
                return Err(DiscoveryError::NoAnswer(error));
            }
            Err(Passed::Fetch(error)) => reasons.push(chain(&error)),
            Err(passed) => reasons.push(format!("`{url}` {passed}")),
        }
    }
    Err(DiscoveryError::NoMetadata(reasons.join(", ")))
}

fn addresses(issuer: &str) -> Result<Vec<Url>, DiscoveryError> {
    let base = Url::parse(issuer).map_err(|_| DiscoveryError::NoIssuer(issuer.to_owned()))?;
    let path = base.path().trim_end_matches('/');
    let mut paths = vec![
        // RFC8414-3.1: the well-known part goes between the host and the issuer's path
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("{path}/.well-known/openid-configuration"),
    ];
    if !path.is_empty() {
        paths.push(format!("/.well-known/openid-configuration{path}"));
    }
    let urls = paths.into_iter().map(|path| {
        let mut url = base.clone();
        url.set_path(&path);
        url
    });
    Ok(urls.collect())
}

async fn ask(issuer: &str, url: &Url, fetcher: &Fetcher) -> Result<Map<String, Value>, Passed> {
    let fetched = fetcher.get(url).await.map_err(Passed::Fetch)?;
    if fetched.status != StatusCode::OK {
        return Err(Passed::Status(fetched.status));
    }
    let metadata =
        json::parse::<Map<String, Value>>(&fetched.body).map_err(|_| Passed::NoObject)?;
    // RFC8414-3.3: the issuer must be identical, or the metadata must not be used
    match metadata.get("issuer").and_then(Value::as_str) {
        Some(found) if found == issuer => Ok(metadata),
        Some(found) => Err(Passed::OtherIssuer(found.chars().take(MAX_SHOWN).collect())),
        None => Err(Passed::Incomplete),
    }
}

/// Whether the other addresses would not answer either.
fn is_of_the_host(error: &FetchError) -> bool {
    !matches!(
        error,
        FetchError::Redirected(_) | FetchError::TooLarge { .. } | FetchError::Encoded(_)
    )
}

/// Characters of another issuer's name.
const MAX_SHOWN: usize = 200;
