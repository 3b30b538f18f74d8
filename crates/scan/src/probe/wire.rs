//! Bodies as they are sent, and answers as they are read.

use bytes::Bytes;
use serde_json::Value;

use crate::{
    exchange::{Answer, MAX_TEXT, RequestBody},
    tree::text_of,
};

/// Writes a body; the first value is its media type.
#[must_use]
pub fn encoded(body: &RequestBody) -> (Option<String>, Bytes) {
    match body {
        RequestBody::None => (None, Bytes::new()),
        RequestBody::Json(value) => (
            Some("application/json".to_owned()),
            value.to_string().into(),
        ),
        RequestBody::TypedJson(media, value) => (Some(media.clone()), value.to_string().into()),
        RequestBody::Form(value) => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in value.as_object().into_iter().flatten() {
                form.append_pair(name, &text_of(value).unwrap_or_else(|| value.to_string()));
            }
            let media = "application/x-www-form-urlencoded".to_owned();
            (Some(media), form.finish().into())
        }
        RequestBody::Multipart(value) => {
            let mut text = String::new();
            for (name, value) in value.as_object().into_iter().flatten() {
                let value = text_of(value).unwrap_or_else(|| value.to_string());
                text.push_str(&format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                ));
            }
            text.push_str(&format!("--{BOUNDARY}--\r\n"));
            (
                Some(format!("multipart/form-data; boundary={BOUNDARY}")),
                text.into(),
            )
        }
    }
}

pub(super) fn read(response: &http::Response<Bytes>) -> Answer {
    let body = response.body();
    let kept = body.get(..body.len().min(MAX_TEXT)).unwrap_or_default();
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let token = ["authorization", "x-auth-token", "x-access-token", "token"];
    Answer {
        status: response.status().as_u16(),
        text: String::from_utf8_lossy(kept).into_owned(),
        json: serde_json::from_slice::<Value>(body).ok(),
        location: header("location"),
        link: header("link"),
        entity_tag: header("etag"),
        retry_after_seconds: header("retry-after").and_then(|text| text.parse().ok()),
        header_token: token.iter().find_map(|name| header(name)),
    }
}

const BOUNDARY: &str = "airside-scan-part";
