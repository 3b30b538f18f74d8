//! A request's body: it must arrive at some pace, and a small one is read before its request is
//! answered (docs/decisions/0017-an-answer-after-the-request.md).
//!
//! The service that reads a body and the server that answers share it, so that the server can read
//! what the service has left.

mod pace;
mod request_body;
mod served_by;
mod unread;

pub use self::{pace::TooSlow, request_body::RequestBody, unread::answer_when_read};
pub(super) use self::{
    served_by::ServedBy,
    unread::{DRAIN_TIME, MAX_DRAINED, Unread, close},
};
