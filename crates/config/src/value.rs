//! Values of every kind, parsed from the document.

mod check;
mod error;
mod read;
mod scalar;
mod secret;
mod typed;

pub use self::{
    check::check,
    error::ValueError,
    read::{Choice, FromNode, FromText, Value},
    scalar::path,
    secret::{Hidden, SecretAt},
    typed::{chosen, parsed},
};
pub(crate) use self::{
    scalar::text,
    secret::{SECRET_HELP, secret},
};
