//! A guard before an API that counts what reaches it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod agreement;
mod answer;
mod browser;
mod canonical;
mod database;
mod decision;
mod document;
mod explanation;
mod feed;
mod field;
mod foreign;
mod forward_auth;
mod framework;
mod framework_table;
mod honest;
mod http2;
mod init;
mod library;
mod metadata;
mod observe;
mod owner;
mod path;
mod private;
mod provider;
mod reading;
mod recorder;
mod rehearsal;
mod reload;
mod seen;
mod status_list;
mod stream;
mod tls;
mod trust;
mod wire;
mod world;
mod wrong;
