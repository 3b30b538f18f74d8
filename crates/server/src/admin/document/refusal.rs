//! The refusals that every operation of the admin API can answer with.

use http::StatusCode;

type DocumentedRefusal = (StatusCode, &'static str, &'static str);

/// The refusals that every operation may answer with.
pub(super) const COMMON: [DocumentedRefusal; 7] = [
    (
        StatusCode::BAD_REQUEST,
        "Malformed",
        "The request does not fit this document, or what it asks for makes no sense.",
    ),
    (
        StatusCode::UNAUTHORIZED,
        "Unauthenticated",
        "There is no access token, or it is not valid here.",
    ),
    (
        StatusCode::FORBIDDEN,
        "NotAllowed",
        "The access token lacks the scope, or its owner administers nothing.",
    ),
    (
        StatusCode::REQUEST_TIMEOUT,
        "TooSlow",
        "The body did not arrive within 10 seconds.",
    ),
    (
        StatusCode::PAYLOAD_TOO_LARGE,
        "TooLarge",
        "The body is larger than 64 KiB.",
    ),
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Broken",
        "The server itself is at fault.",
    ),
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "Unavailable",
        "The server or its store is overloaded or not available: try again.",
    ),
];

pub(super) const UNSUPPORTED: DocumentedRefusal = (
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "UnsupportedMediaType",
    "The body is not `application/json`.",
);

pub(super) const CONFLICT: DocumentedRefusal = (
    StatusCode::CONFLICT,
    "Conflict",
    "The change contradicts what is there, or somebody else made one at the same time.",
);
