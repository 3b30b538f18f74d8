//! The protocol over real HTTP, by RFC section.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod access;
mod admin_api;
mod admin_document;
mod admin_list;
mod admin_request;
mod audit;
mod authorization;
mod authorize;
mod authorize_endpoint;
mod backchannel;
mod canary;
mod client_auth;
mod client_settings;
mod clock;
mod cors;
mod cross_origin;
mod flow;
mod health;
mod identity_scope;
mod independent;
mod introspect;
mod job;
mod key;
mod life;
mod metadata;
mod negotiation;
mod outage;
mod overload;
mod overtaken;
mod page;
mod pages;
mod parameter;
mod race;
mod refusal;
mod released;
mod reload;
mod resource;
mod revocations;
mod revoke;
mod status;
mod token;
mod userinfo;
mod world;
