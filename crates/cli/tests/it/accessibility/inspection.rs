//! A page in a real browser under axe-core.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::chromium::Chromium;

/// A browser, and what axe-core finds in the pages that it opens.
pub struct Inspection {
    pub chromium: Chromium,
    axe: String,
    pub templates: BTreeSet<&'static str>,
    pub problems: Vec<String>,
}

impl Inspection {
    pub async fn start() -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("axe-core/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&path);
        let axe = axe
            .unwrap_or_else(|_| panic!("{} is missing, scripts/test installs it", path.display()));
        Self {
            chromium: Chromium::start().await,
            axe,
            templates: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    pub async fn open(&mut self, url: &str, template: &'static str, text: &str) {
        self.chromium.open(url).await;
        self.look(template, text).await;
    }

    pub async fn click(&mut self, selector: &str, template: &'static str, text: &str) {
        self.chromium.click(selector).await;
        self.look(template, text).await;
    }

    /// Waits for a page of this template, by a text of it, and inspects it in each size and scheme.
    pub async fn look(&mut self, template: &'static str, text: &str) {
        self.chromium.see(text).await;
        self.templates.insert(template);
        for width in [320, 1280] {
            let size =
                json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
            self.chromium
                .devtools("Emulation.setDeviceMetricsOverride", &size)
                .await;
            for scheme in ["light", "dark"] {
                let media =
                    json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
                self.chromium
                    .devtools("Emulation.setEmulatedMedia", &media)
                    .await;
                let found = self.found().await;
                let place = format!("{template} ({text}), {width} px, {scheme}");
                let problems = found.iter().map(|problem| format!("{place}: {problem}"));
                self.problems.extend(problems);
            }
        }
    }

    async fn found(&self) -> Vec<String> {
        let found = self
            .chromium
            .run_async(&format!("{}\n{INSPECT}", self.axe))
            .await;
        let found = found
            .as_array()
            .unwrap_or_else(|| panic!("no answer: {found}"));
        found.iter().map(Value::to_string).collect()
    }

    /// Sends a form from where the browser is.
    pub async fn send_form(&self, action: &str) {
        let script = format!(
            "(() => {{ const form = document.createElement('form'); form.method = 'post'; \
             form.action = '{action}'; document.body.append(form); form.submit() }})()"
        );
        self.chromium.run(&script).await;
    }

    pub async fn type_in(&self, username: &str, password: &str) {
        self.chromium
            .run("document.getElementById('username').value = ''")
            .await;
        self.chromium.fill("#username", username).await;
        self.chromium.fill("#password", password).await;
    }

    /// Requires that a page of every template was opened.
    pub fn assert_has_seen_every_template(&self) {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/templates");
        let all = fs::read_dir(directory).unwrap();
        let all = all.map(|file| file.unwrap().file_name().into_string().unwrap());
        let is_missing = |name: &String| !self.templates.contains(name.trim_end_matches(".html"));
        let missing: Vec<_> = all.filter(is_missing).collect();
        assert!(missing.is_empty(), "no page of {missing:?} was opened");
    }

    pub fn end(self) {
        let problems = self.problems.join("\n");
        assert!(problems.is_empty(), "{problems}");
    }
}

/// Calls its last argument with the violations, and with the width if the page is wider than the window.
const INSPECT: &str = "
const done = arguments[arguments.length - 1];
const page = document.scrollingElement;
const wide = page.scrollWidth > page.clientWidth ? [`scrolls sideways: ${page.scrollWidth} px`] : [];
axe.run(document, { rules: { 'target-size': { enabled: true } } }).then(
    found => done([...wide, ...found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.html)}`)]),
    error => done([`axe-core failed: ${error}`]))";
