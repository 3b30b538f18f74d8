//! The authorization endpoint against those who bend its parameters or its memory (A01–A30).

mod acr;
mod claim;
mod consent;
mod form_post;
mod hint;
mod parameter;
mod prompt;
mod redirect_uri;
