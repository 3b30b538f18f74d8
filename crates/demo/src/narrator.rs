//! Prints the demonstration.

use airside_client::{Answer, Body, Parameters, Request};
use serde::Serialize;
use serde_json::Value;

use crate::redact;

/// Tells the story, line by line, and counts its parts.
pub struct Narrator<'a> {
    print: &'a mut (dyn FnMut(&str) + Send),
    voice: Voice,
    steps: Vec<Step>,
    attack: String,
    attacks: Vec<Attack>,
}

/// A step that was done.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The step in a few words.
    pub title: String,
    /// The purpose of the step.
    pub purpose: String,
}

/// An attack that was refused.
#[derive(Clone, Debug, Serialize)]
pub struct Attack {
    /// The name, and the document that describes it.
    pub title: String,
    /// The check that stopped it.
    pub stopped_by: String,
    /// The error code of the answer.
    pub error: String,
}

/// Steps and messages are printed or skipped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Aloud,
    Silent,
}

impl<'a> Narrator<'a> {
    pub fn new(print: &'a mut (dyn FnMut(&str) + Send)) -> Self {
        Self {
            print,
            voice: Voice::Aloud,
            steps: Vec::new(),
            attack: String::new(),
            attacks: Vec::new(),
        }
    }

    /// Goes on aloud or silently.
    pub fn speak(&mut self, voice: Voice) {
        self.voice = voice;
    }

    /// The steps that were told.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The attacks that were refused.
    pub fn attacks(&self) -> &[Attack] {
        &self.attacks
    }

    pub fn line(&mut self, text: &str) {
        if self.voice == Voice::Aloud {
            (self.print)(text);
        }
    }

    pub fn blank(&mut self) {
        self.line("");
    }

    /// Begins an act.
    pub fn act(&mut self, title: &str) {
        self.blank();
        self.title(title);
    }

    /// Writes a title.
    pub fn title(&mut self, title: &str) {
        self.line(title);
        self.line(&"=".repeat(title.chars().count()));
    }

    /// Begins a step: what happens, and what it is for.
    pub fn step(&mut self, title: &str, purpose: &str) {
        if self.voice == Voice::Silent {
            return;
        }
        self.steps.push(Step {
            title: title.to_owned(),
            purpose: purpose.to_owned(),
        });
        let heading = format!("Step {}: {title}", self.steps.len());
        self.heading(&heading);
        self.prose("", purpose);
    }

    /// Begins an attack: its name, and where it is described.
    pub fn attack(&mut self, title: &str, reference: &str) {
        self.attack = format!("{title} ({reference})");
        let heading = format!("Attack {}: {}", self.attacks.len() + 1, self.attack);
        self.heading(&heading);
    }

    /// Ends an attack: the check that stopped it, and the error code.
    pub fn refused(&mut self, check: &str, code: &str) {
        self.fact("stopped by", check);
        self.attacks.push(Attack {
            title: std::mem::take(&mut self.attack),
            stopped_by: check.to_owned(),
            error: code.to_owned(),
        });
        self.line(&format!("refused: {code}"));
    }

    /// States a fact under a label.
    pub fn fact(&mut self, label: &str, text: &str) {
        self.prose("  ", &format!("{label}: {text}"));
    }

    /// Words, on lines that are not too long.
    fn prose(&mut self, indent: &str, text: &str) {
        let mut line = String::from(indent);
        for word in text.split(' ') {
            let length = line.chars().count() + word.chars().count();
            if length >= WIDTH && !line.trim().is_empty() {
                self.line(&line);
                line = format!("{indent}{indent}");
            }
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line);
    }

    /// Shows what is sent, each parameter on a line of its own.
    pub fn request(&mut self, request: &Request) {
        self.blank();
        self.line(&format!("  > {} {}", request.method, bare(&request.url)));
        self.parameters(&Parameters::of_url(&request.url));
        for (name, value) in &request.headers {
            self.header(">", name, value);
        }
        match &request.body {
            Body::Empty | Body::Bytes(_) => {}
            Body::Form(fields) => self.parameters(fields),
            Body::Json(value) => self.json(">", value),
        }
    }

    /// Shows what came back.
    pub fn answer(&mut self, answer: &Answer) {
        self.line(&format!("  < {}", answer.status));
        for name in SHOWN {
            for value in answer.headers.get_all(name) {
                self.header("<", name, value.to_str().unwrap_or("(not text)"));
            }
        }
        if let Some(json) = answer.json() {
            self.json("<", &json);
        } else if let Some(title) = title(&answer.text()) {
            self.line(&format!("  < (a page: {title})"));
        }
    }

    /// Shows JSON, pretty and redacted.
    pub fn json(&mut self, mark: &str, value: &Value) {
        let shown = redact::json(value);
        let pretty = serde_json::to_string_pretty(&shown).unwrap_or_default();
        for line in pretty.lines() {
            self.line(&format!("  {mark} {line}"));
        }
    }

    fn header(&mut self, mark: &str, name: &str, value: &str) {
        let shown = match name {
            "authorization" => redact::authorization(value),
            "cookie" | "set-cookie" => redact::cookie(value),
            "location" => bare(value).to_owned(),
            _ => value.to_owned(),
        };
        self.line(&format!("  {mark} {name}: {shown}"));
        if name == "location" {
            self.parameters(&Parameters::of_url(value));
        }
    }

    fn parameters(&mut self, parameters: &Parameters) {
        for (name, value) in parameters.iter() {
            let shown = redact::parameter(name, value);
            self.line(&format!("      {name} = {shown}"));
        }
    }

    fn heading(&mut self, text: &str) {
        self.blank();
        self.line(text);
        self.line(&"-".repeat(text.chars().count()));
    }
}

/// Returns an address without its query.
pub fn bare(url: &str) -> &str {
    url.split_once('?').map_or(url, |(bare, _)| bare)
}

/// The title of a page.
fn title(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("<title>")?;
    rest.split_once("</title>").map(|(title, _)| title)
}

/// Columns of prose.
const WIDTH: usize = 100;
/// The headers of an answer that are shown.
const SHOWN: [&str; 4] = [
    "location",
    "set-cookie",
    "www-authenticate",
    "cache-control",
];
