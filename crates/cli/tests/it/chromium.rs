//! A real browser, driven as WebDriver says (W3C WebDriver, by ChromeDriver).

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use airside_testkit::Browser;
use http::Method;
use serde_json::{Value, json};

/// By which an answer names an element (W3C WebDriver §12.3).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One window; closed when dropped.
pub struct Chromium {
    driver: Child,
    session: String,
    http: Browser,
    _profile: tempfile::TempDir,
}

impl Chromium {
    pub async fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // it takes a port for IPv4 and wants the same for IPv6, which another program may have
        let started = (0..5).find_map(|_| driver_of(profile.path()));
        let (driver, port) = started.expect("chromedriver says no port");
        let url = format!("http://127.0.0.1:{port}");
        let directory = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &directory,
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "implicit": 20_000, "pageLoad": 30_000 },
        } } });
        let http = Browser::new();
        let started = send(&http, Method::POST, &format!("{url}/session"), &wanted).await;
        let session = started["sessionId"].as_str().unwrap();
        Self {
            session: format!("{url}/session/{session}"),
            driver,
            http,
            _profile: profile,
        }
    }

    pub async fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url })).await;
    }

    pub async fn url(&self) -> String {
        let url = format!("{}/url", self.session);
        let url = send(&self.http, Method::GET, &url, &Value::Null).await;
        url.as_str().unwrap().to_owned()
    }

    /// Returns what the browser has complained of since the last call.
    pub async fn log(&self) -> String {
        let entries = self.post("/se/log", &json!({ "type": "browser" })).await;
        entries.to_string()
    }

    /// Waits until the page has this text.
    pub async fn see(&self, text: &str) {
        let path = format!("//*[not(self::script)][contains(text(), '{text}')]");
        self.find("xpath", &path).await;
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        let element = self.find("css selector", selector).await;
        let typed = json!({ "text": text });
        self.post(&format!("/element/{element}/value"), &typed)
            .await;
    }

    pub async fn click(&self, selector: &str) {
        let element = self.find("css selector", selector).await;
        self.post(&format!("/element/{element}/click"), &json!({}))
            .await;
    }

    /// Runs a script in the page, and returns what it finds.
    pub async fn run(&self, script: &str) -> Value {
        let script = json!({ "script": format!("return {script}"), "args": [] });
        self.post("/execute/sync", &script).await
    }

    /// Returns what a script passes to its last argument.
    pub async fn run_async(&self, script: &str) -> Value {
        let script = json!({ "script": script, "args": [] });
        self.post("/execute/async", &script).await
    }

    /// Sets the size of the window in CSS pixels, and the colour scheme; motion is reduced.
    pub async fn show_as(&self, (width, height): (u32, u32), scheme: &str) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
            .await;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", &features).await;
    }

    /// Presses a key, by its name in the DOM.
    pub async fn press(&self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "text": if kind == "keyDown" { text } else { "" } });
            self.devtools("Input.dispatchKeyEvent", &event).await;
        }
    }

    /// Runs a command of the Chrome DevTools Protocol.
    pub async fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", &body).await
    }

    async fn find(&self, by: &str, value: &str) -> String {
        let wanted = json!({ "using": by, "value": value });
        let found = self.post("/element", &wanted).await;
        match found[ELEMENT].as_str() {
            Some(element) => element.to_owned(),
            None => panic!("no {value} at {}: {found}", self.url().await),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        send(&self.http, Method::POST, &url, body).await
    }
}

async fn send(http: &Browser, method: Method, url: &str, body: &Value) -> Value {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let json = [("content-type", "application/json")];
    let answer = http.send(method, url, &json, body).await;
    answer.json()["value"].clone()
}

/// Starts a driver, and returns it with its port; `None` if it has ended without one.
fn driver_of(home: &Path) -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("HOME", home)
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let behind = line.split("started successfully on port ").nth(1)?;
        behind.trim_end_matches('.').parse::<u16>().ok()
    });
    if port.is_none() {
        driver.wait().unwrap();
    }
    Some((driver, port?))
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // the browser and its helpers are in the driver's group
        let group = rustix::process::Pid::from_child(&self.driver);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.driver.wait();
    }
}
