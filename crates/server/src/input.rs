//! Bodies and parameters: bounded, decoded once, refused at once.

use std::time::Duration;

use airside_oauth::{
    error::OAuthError,
    refusal::RefusalReason,
    request::form::{MAX_BYTES, Params, SentParams},
};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

/// The reason why a body could not be used.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Longer than the limit.
    #[error("the body is longer than {MAX_BYTES} bytes")]
    TooLarge,
    /// Slower than the limit, or cut off.
    #[error("the body did not arrive in time")]
    Incomplete,
    /// Not what the endpoint reads.
    #[error("{0}")]
    Malformed(OAuthError),
}

/// Reads a form (RFC 6749 §3.2) in which every name but those in `repeatable` is sent once: at most
/// 64 KiB within 10 seconds.
///
/// # Errors
///
/// [`BodyError`] if it is too long, too slow or not such a form.
pub async fn form(
    headers: &HeaderMap,
    body: Body,
    repeatable: &[&str],
) -> Result<Params, BodyError> {
    let form = any_form(headers, body).await?;
    form.single(repeatable)
        .map_err(|twice| BodyError::Malformed(twice.into()))
}

/// Reads a form whose repeated names are refused elsewhere.
///
/// # Errors
///
/// [`BodyError`] if it is too long, too slow or not a form.
pub async fn any_form(headers: &HeaderMap, body: Body) -> Result<SentParams, BodyError> {
    if !is_form(headers) {
        return Err(BodyError::Malformed(
            OAuthError::invalid_request("the body must be application/x-www-form-urlencoded")
                .because(RefusalReason::ParametersUnreadable),
        ));
    }
    let bytes = read(body).await?;
    SentParams::parse(&bytes).map_err(|error| {
        let error = OAuthError::invalid_request(error.to_string());
        BodyError::Malformed(error.because(RefusalReason::ParametersUnreadable))
    })
}

/// Reads a body: at most 64 KiB within 10 seconds.
///
/// # Errors
///
/// [`BodyError`] if it is too long or too slow.
pub async fn read(body: Body) -> Result<Bytes, BodyError> {
    let collected = Limited::new(body, MAX_BYTES).collect();
    match tokio::time::timeout(BODY_TIMEOUT, collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(BodyError::TooLarge)
        }
        Ok(Err(_)) | Err(_) => Err(BodyError::Incomplete),
    }
}

/// Returns true if the body is said to be a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    is_of_type(headers, "application/x-www-form-urlencoded")
}

/// Returns true if the body is said to be of one media type, and of this one.
pub fn is_of_type(headers: &HeaderMap, name: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let essence = value.to_str().ok().and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(name))
}

const BODY_TIMEOUT: Duration = Duration::from_secs(10);
