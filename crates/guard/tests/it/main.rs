//! A guard before an API that counts what reaches it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod answer;
mod browser;
mod canonical;
mod database;
mod decision;
mod field;
mod forward_auth;
mod framework;
mod http2;
mod owner;
mod path;
mod private;
mod provider;
mod reading;
mod reload;
mod status_list;
mod stream;
mod tls;
mod world;
