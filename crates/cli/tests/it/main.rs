//! The binary as a person, a script and a crash meet it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod accessibility;
mod admin_api;
mod administration;
mod app;
mod attack;
mod balancer;
mod browser_mode;
mod chromium;
mod client_ca;
mod command;
mod cors;
mod crash;
mod crowd;
mod dashboard;
mod demo;
mod disk;
mod doctor;
mod document;
mod documents;
mod example;
mod fault;
mod flood;
mod guard;
mod guard_init;
mod hostile;
mod load;
mod log;
mod node;
mod package;
mod page;
mod reload;
mod relying_party;
mod scan;
mod scan_identity;
mod scarce;
mod secret;
mod server;
mod start;
mod stop;
mod tls;
mod token_get;
mod transfer;
mod unread;
mod upgrade;
mod websocket;
mod wire;
