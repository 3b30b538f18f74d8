//! `airside demo` in a real browser: every step, every attack, every tool; by clicks, by keys, and without
//! JavaScript.

mod access;
mod look;
mod path;
mod plain;

use std::process::Command;

use serde_json::Value;

use crate::{
    chromium::Chromium,
    server::{AIRSIDE, Server},
};

/// The attacks, by the ids of their cards.
const ATTACKS: [&str; 12] = [
    "stolen-code",
    "code-twice",
    "old-refresh-token",
    "alg-none",
    "public-key-as-secret",
    "changed-claim",
    "other-api",
    "other-account",
    "admin-function",
    "evil-redirect",
    "mix-up",
    "key-rotation",
];

/// The largest page.
const MAX_PAGE: usize = 150_000;

/// A demonstration on a machine without a screen.
fn start() -> Server {
    let mut command = Command::new(AIRSIDE);
    command
        .arg("demo")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    Server::start(&mut command)
}

/// Opens the page in a browser.
async fn open(demo: &Server) -> Chromium {
    let chromium = Chromium::start().await;
    chromium.show_as((1280, 800), "light").await;
    chromium.open(&demo.at("/")).await;
    chromium
}

/// Clicks an element in the middle of the window, where nothing covers it.
async fn click(chromium: &Chromium, selector: &str) {
    let script =
        format!("document.querySelector(\"{selector}\").scrollIntoView({{ block: 'center' }})");
    chromium.run(&script).await;
    chromium.click(selector).await;
}

/// Waits until a script of the page finds something true.
async fn until(chromium: &Chromium, script: &str) {
    let poll = format!(
        "new Promise((done, failed) => {{ let left = 600; const look = () => ({script}) ? done(true) : left-- ? \
         setTimeout(look, 50) : failed(new Error('never')); look(); }})"
    );
    assert_eq!(chromium.run(&poll).await, Value::Bool(true), "{script}");
}

/// The text of an element.
async fn text(chromium: &Chromium, selector: &str) -> String {
    let script = format!("document.querySelector('{selector}').innerText");
    let text = chromium.run(&script).await;
    text.as_str().unwrap_or_default().to_owned()
}
