//! Prints the demonstration.

use airside_client::Parameters;
use serde_json::Value;

use crate::{
    redact,
    stage::bare,
    wire::{Exchange, title},
};

/// Tells the story, line by line.
pub struct Narrator<'a>(&'a mut (dyn FnMut(&str) + Send));

impl<'a> Narrator<'a> {
    pub fn new(print: &'a mut (dyn FnMut(&str) + Send)) -> Self {
        Self(print)
    }

    pub fn line(&mut self, text: &str) {
        (self.0)(text);
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

    /// Writes the heading of a step or of an attack.
    pub fn heading(&mut self, text: &str) {
        self.blank();
        self.line(text);
        self.line(&"-".repeat(text.chars().count()));
    }

    /// States a fact under a label.
    pub fn fact(&mut self, label: &str, text: &str) {
        self.prose("  ", &format!("{label}: {text}"));
    }

    /// Words, on lines that are not too long.
    pub fn prose(&mut self, indent: &str, text: &str) {
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

    /// Shows what was sent, each parameter on a line of its own.
    pub fn sent(&mut self, exchange: &Exchange) {
        self.blank();
        let host = exchange.sent("host").unwrap_or_default();
        let (method, path) = (&exchange.method, exchange.path());
        self.line(&format!("  > {method} http://{host}{path}"));
        self.parameters(&Parameters::of_url(&exchange.target));
        for name in SENT {
            for value in values(&exchange.sent, name) {
                self.header(">", name, value);
            }
        }
        match exchange.sent_json() {
            Some(json) => self.json(">", &json),
            None => self.parameters(&Parameters::parse(&exchange.sent_body)),
        }
    }

    /// Shows what came back.
    pub fn got(&mut self, exchange: &Exchange) {
        self.line(&format!("  < {}", exchange.status));
        for name in GOT {
            for value in values(&exchange.got, name) {
                self.header("<", name, value);
            }
        }
        if let Ok(json) = serde_json::from_str(&exchange.got_body) {
            self.json("<", &json);
        } else if let Some(title) = title(&exchange.got_body) {
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
}

fn values<'a>(
    headers: &'a [(String, String)],
    name: &'a str,
) -> impl Iterator<Item = &'a str> + 'a {
    let named = headers.iter().filter(move |(own, _)| own == name);
    named.map(|(_, value)| value.as_str())
}

/// Columns of prose.
const WIDTH: usize = 100;
/// The headers of a request that are shown.
const SENT: [&str; 2] = ["authorization", "cookie"];
/// The headers of an answer that are shown.
const GOT: [&str; 4] = [
    "location",
    "set-cookie",
    "www-authenticate",
    "cache-control",
];
