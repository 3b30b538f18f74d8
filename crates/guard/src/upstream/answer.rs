//! The answers of upstreams, and the errors instead of one.

use http::{
    Response, StatusCode,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};

use crate::{
    body::{self},
    error::RequestError,
};

/// G21: refuses an answer whose end two servers could see in two places, or that switches protocols
/// unasked.
pub(super) fn require_one_reading<B>(
    answer: &Response<B>,
    upgrades: bool,
) -> Result<(), RequestError> {
    let headers = answer.headers();
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS && !upgrades {
        return Err(RequestError::BadAnswer("it switches protocols unasked"));
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        return Ok(());
    };
    if headers.contains_key(CONTENT_LENGTH) {
        return Err(RequestError::BadAnswer("it has two lengths"));
    }
    match codings.next().is_none() && coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
        true => Ok(()),
        false => Err(RequestError::BadAnswer(
            "its transfer coding is not `chunked` alone",
        )),
    }
}

/// Returns the error of the request's body, if that is why it could not be sent.
pub(super) fn of_the_body(error: &dyn std::error::Error) -> Option<RequestError> {
    let mut source = error.source();
    let mut is_ours = false;
    while let Some(cause) = source {
        if let Some(error) = body::request_error(cause) {
            return Some(error);
        }
        is_ours |= cause.downcast_ref().is_some_and(hyper::Error::is_user);
        source = cause.source();
    }
    is_ours.then_some(RequestError::Ambiguous("the body did not arrive whole"))
}
