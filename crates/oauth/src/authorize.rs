//! The authorization endpoint (RFC 6749 §4.1.1, OIDC Core §3.1.2): from parameters to the next step.
//!
//! In this order: where an answer may go ([`Destination`]), whether the request is a good one
//! ([`AuthorizationRequest`], by the table in [`checks`]), and what must happen next ([`next`]).

pub mod checks;
pub mod code;
mod destination;
pub mod interaction;
mod request;
mod request_object;
mod response;
mod signed_in;
mod step;

pub use checks::Prompt;
pub use destination::{Destination, DestinationError, client_id};
pub use request::AuthorizationRequest;
pub use response::{AuthorizationResponse, FormPost, ResponseMode};
pub use signed_in::SignedIn;
pub use step::{CompletedSteps, Next, next};
