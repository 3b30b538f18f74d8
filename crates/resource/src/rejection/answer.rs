//! The HTTP answer to a refused request, and that to a gRPC call.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};

use super::Rejection;

impl Rejection {
    /// Returns the answer (RFC 6750 §3), for any framework whose bodies can be made of a text: the status,
    /// the challenge, and the error code as JSON.
    #[must_use]
    pub fn answer<B: From<String>>(&self) -> http::Response<B> {
        let code = self.code();
        let body = code.map(|code| format!(r#"{{"error":"{code}"}}"#));
        let mut response = http::Response::new(body.unwrap_or_default().into());
        *response.status_mut() = self.status();
        *response.headers_mut() = self.headers();
        if code.is_some() {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
        }
        response
    }

    /// Returns the answer to a gRPC call: the status in headers, and no body. The challenge is part of the
    /// metadata. `tonic::Status::from_header_map` reads it.
    #[must_use]
    pub fn grpc_answer<B: Default>(&self) -> http::Response<B> {
        let mut response = http::Response::new(B::default());
        let headers = response.headers_mut();
        *headers = self.headers();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", self.grpc_code().into());
        // codes need no percent-encoding
        if let Some(code) = self.code() {
            headers.insert("grpc-message", HeaderValue::from_static(code));
        }
        response
    }

    /// Returns the status code of a gRPC call, which follows from [`Self::status`] as `google.rpc.Code`
    /// says: 16 `UNAUTHENTICATED`, 3 `INVALID_ARGUMENT`, 7 `PERMISSION_DENIED`, 5 `NOT_FOUND`, 10 `ABORTED`,
    /// 14 `UNAVAILABLE` or 13 `INTERNAL`.
    #[must_use]
    pub fn grpc_code(&self) -> u16 {
        match self.status() {
            StatusCode::UNAUTHORIZED => 16,
            StatusCode::BAD_REQUEST => 3,
            StatusCode::FORBIDDEN => 7,
            StatusCode::NOT_FOUND => 5,
            StatusCode::PRECONDITION_FAILED | StatusCode::PRECONDITION_REQUIRED => 9,
            StatusCode::CONFLICT => 10,
            StatusCode::SERVICE_UNAVAILABLE => 14,
            _ => 13,
        }
    }

    /// Returns the headers of every answer.
    fn headers(&self) -> HeaderMap {
        tracing::debug!(cause = %self, "the request is refused");
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Self::NonceNeeded { nonce } = self
            && let Ok(nonce) = HeaderValue::from_str(nonce)
        {
            headers.insert("dpop-nonce", nonce);
        }
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.answer()
    }
}
