//! Finds the metadata of an issuer (RFC 8414 §3, OpenID Connect Discovery §4).

use airside_jose::json;
use airside_net::{FetchError, Fetcher, chain};
use http::StatusCode;
use serde_json::{Map, Value};
use url::Url;

/// The reason why the metadata of an issuer was not found.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// The identifier of the issuer is not a URL.
    #[error("`{0}` is not an issuer: its identifier must be a URL")]
    NoIssuer(String),
    /// The issuer does not answer.
    #[error("no answer")]
    NoAnswer(#[source] FetchError),
    /// No address has metadata of this issuer; each with its reason.
    #[error("the metadata of the issuer was not found: {0}")]
    NoMetadata(String),
}

/// The reason why the answer of one address is not the metadata of the issuer.
#[derive(Debug, thiserror::Error)]
enum MetadataError {
    #[error("{0}")]
    Fetch(FetchError),
    #[error("answered {0}")]
    Status(StatusCode),
    #[error("did not answer a JSON object")]
    NotAnObject,
    #[error("names the issuer `{0}`")]
    OtherIssuer(String),
    #[error("lacks a required member, or has it in another form")]
    Incomplete,
}

/// Fetches the addresses at which an issuer may have metadata, each in turn until one answers a document of
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
        match fetch(issuer, &url, fetcher).await {
            Ok(metadata) => match read(metadata) {
                Some(found) => return Ok(found),
                None => reasons.push(format!("`{url}` {}", MetadataError::Incomplete)),
            },
            Err(MetadataError::Fetch(error)) if is_of_the_host(&error) => {
                return Err(DiscoveryError::NoAnswer(error));
            }
            Err(MetadataError::Fetch(error)) => reasons.push(chain(&error)),
            Err(error) => reasons.push(format!("`{url}` {error}")),
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

async fn fetch(
    issuer: &str,
    url: &Url,
    fetcher: &Fetcher,
) -> Result<Map<String, Value>, MetadataError> {
    let fetched = fetcher.get(url).await.map_err(MetadataError::Fetch)?;
    if fetched.status != StatusCode::OK {
        return Err(MetadataError::Status(fetched.status));
    }
    let metadata =
        json::parse::<Map<String, Value>>(&fetched.body).map_err(|_| MetadataError::NotAnObject)?;
    // RFC8414-3.3: the issuer must be identical, or the metadata must not be used
    match metadata.get("issuer").and_then(Value::as_str) {
        Some(found) if found == issuer => Ok(metadata),
        Some(found) => Err(MetadataError::OtherIssuer(
            found.chars().take(MAX_SHOWN).collect(),
        )),
        None => Err(MetadataError::Incomplete),
    }
}

/// Tells whether the other addresses of the host would not answer either.
fn is_of_the_host(error: &FetchError) -> bool {
    !matches!(
        error,
        FetchError::Redirected(_) | FetchError::TooLarge { .. } | FetchError::Encoded(_)
    )
}

/// The most characters of another issuer's name that an error repeats.
const MAX_SHOWN: usize = 200;
