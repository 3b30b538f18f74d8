//! `airside demo` in a real browser: every step, every attack, every tool; by clicks, by keys, and without
//! JavaScript.

mod access;
mod look;
mod path;
mod plain;

use std::process::Command;

use airside_testkit::{Answer, Browser};
use serde_json::Value;

use crate::{
    chromium::Chromium,
    server::{AIRSIDE, Server},
};

/// The attacks, by the ids of their cards.
const ATTACKS: [&str; 13] = [
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
    "scanner",
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

/// The page of a demonstration, in a browser.
struct Page {
    chromium: Chromium,
    /// The demonstration; a recording needs none.
    demo: Option<Server>,
}

impl Page {
    /// Starts a demonstration, and opens its page.
    async fn open() -> Self {
        let demo = start();
        let page = Self::at(&demo.at("/")).await;
        let demo = Some(demo);
        Self { demo, ..page }
    }

    /// Opens a page that is there already.
    async fn at(url: &str) -> Self {
        let chromium = Chromium::start().await;
        chromium.show_as((1280, 800), "light").await;
        chromium.open(url).await;
        Self {
            chromium,
            demo: None,
        }
    }

    /// Returns the page as a browser without scripts gets it.
    async fn plain(&self) -> Answer {
        let demo = self.demo.as_ref().expect("a demonstration");
        Browser::new().get(&demo.at("/")).await
    }

    /// Returns the value of a script.
    async fn run(&self, script: &str) -> Value {
        self.chromium.run(script).await
    }

    /// Clicks an element in the middle of the window, where nothing covers it.
    async fn click(&self, selector: &str) {
        let script =
            format!("document.querySelector(\"{selector}\").scrollIntoView({{ block: 'center' }})");
        self.run(&script).await;
        self.chromium.click(selector).await;
    }

    /// Waits until a script of the page finds something true.
    async fn until(&self, script: &str) {
        let poll = format!(
            "new Promise((done, failed) => {{ let left = 600; const look = () => ({script}) ? done(true) : left-- ? \
             setTimeout(look, 50) : failed(new Error('never')); look(); }})"
        );
        assert_eq!(self.run(&poll).await, Value::Bool(true), "{script}");
    }

    /// Waits for an element.
    async fn until_there(&self, selector: &str) {
        let is_there = format!("document.querySelector(\"{selector}\") !== null");
        self.until(&is_there).await;
    }

    /// Waits until an element has this text.
    async fn until_says(&self, selector: &str, part: &str) {
        let says = format!("document.querySelector(\"{selector}\")?.innerText.includes('{part}')");
        self.until(&says).await;
    }

    /// Returns the text of an element.
    async fn text(&self, selector: &str) -> String {
        let text = self
            .run(&format!("document.querySelector('{selector}').innerText"))
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Returns the number of elements.
    async fn count(&self, selector: &str) -> u64 {
        let count = format!("document.querySelectorAll('{selector}').length");
        self.run(&count).await.as_u64().unwrap()
    }

    /// Tries every attack.
    async fn try_all(&self) {
        self.click("#try-all").await;
        let all = format!(
            "document.querySelectorAll('.card .mark.ok').length === {}",
            ATTACKS.len()
        );
        self.until(&all).await;
    }

    /// Counts the look-ups.
    async fn count_look_ups(&self) {
        self.click("#count").await;
        self.until_says("#look-ups", "0 asked it").await;
    }

    /// Requires that the browser complained of nothing.
    async fn assert_no_complaint(&self) {
        assert_eq!(self.chromium.log().await, "[]");
    }
}
