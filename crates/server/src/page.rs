//! The pages: what a browser asks for, and the forms that it submits.
//!
//! A handler takes what has been proved about its request as its argument. [`PageInput`] is a request
//! to the issuer's own host whose parameters have been read once. [`PageRequest`] is one that carries a
//! sealed interaction: the seal is ours and young, it belongs to this browser, no other site submitted
//! it, and the request inside has been checked again. Whatever does not hold is a [`PageError`].
//!
//! - `input`, `request`, `error`: those three types
//! - `authorization`: the authorization request that pages carry, and the code that answers it
//! - `authorization_response`: how that answer is sent
//! - `document`: the documents of this version, in development mode
//! - `authorize`, `sign_in`, `select_account`, `consent`, `sign_out`, `setup`, `home`: one page each

mod authorization;
mod authorization_response;
pub mod authorize;
pub mod consent;
pub mod document;
mod error;
pub mod home;
mod input;
mod request;
pub mod select_account;
pub mod setup;
pub mod sign_in;
pub mod sign_out;

pub use error::{PageError, PageProblem};
pub use input::{Cookies, PageInput, SentPageInput, Submission, read_body};
pub use request::{PageRequest, SealedPage};

use axum::response::Response;

/// The answer of a page's handler.
pub type PageResult = Result<Response, PageError>;
