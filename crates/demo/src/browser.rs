//! A browser without a screen: cookies and forms.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use http::header;
use url::Url;

use crate::wire::{Answer, Body, Message, Pairs};

/// One browser; another one has other cookies.
#[derive(Default)]
pub struct Browser {
    cookies: BTreeMap<(String, String), String>,
}

/// A form of a page.
pub struct Form {
    action: String,
    fields: Pairs,
}

impl Browser {
    /// Adds the cookies of the origin that the message goes to.
    pub fn dress(&self, message: Message) -> Message {
        let origin = origin(&message.url);
        let own = self.cookies.iter().filter(|((of, _), _)| *of == origin);
        let pairs: Vec<_> = own.map(|((_, n), v)| format!("{n}={v}")).collect();
        if pairs.is_empty() {
            return message;
        }
        message.with(header::COOKIE, pairs.join("; "))
    }

    /// Keeps the cookies of an answer.
    pub fn keep(&mut self, url: &str, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap_or_default();
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            let key = (origin(url), name.to_owned());
            if line.contains("Max-Age=0") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }
}

impl Form {
    /// Reads the first form of the page at `url`.
    pub fn read(url: &str, html: &str) -> Result<Self> {
        let (_, rest) = html
            .split_once("<form ")
            .context("expected a page with a form, got one without")?;
        let (form, _) = rest.split_once("</form>").unwrap_or((rest, ""));
        let (head, inside) = form.split_once('>').unwrap_or_default();
        let action = attribute(head, "action").unwrap_or_default();
        let mut fields = Pairs::new();
        for input in inside.split("<input ").skip(1) {
            let tag = input.split('>').next().unwrap_or_default();
            if let Some(name) = attribute(tag, "name") {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        }
        let action = Url::parse(url)?.join(&action)?.to_string();
        Ok(Self { action, fields })
    }

    /// Fills in a field, or presses a button that has a value.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(own, _)| own != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The message that submits it.
    pub fn submit(self) -> Message {
        let mut message = Message::form(self.action, &[]);
        message.body = Body::Form(self.fields);
        message
    }
}

/// The value of an attribute in double quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let spaced = format!(" {tag}");
    let (_, rest) = spaced.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    // `&amp;` last, so that nothing is unescaped twice
    ESCAPES
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

const ESCAPES: [(&str, &str); 7] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#x2f;", "/"),
    ("&amp;", "&"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::encode;

    #[test]
    fn a_form_keeps_its_hidden_fields_and_its_action() {
        let html = r#"<form method="post" action="&#x2f;sign-in"><input type="hidden"
            name="interaction" value="a&amp;b"><input id="username" name="username"></form>"#;
        let html = html.replace("\n           ", "");
        let form = Form::read("http://127.0.0.1:1/sign-in?x=y", &html).unwrap();
        let message = form.fill("username", "alice").submit();
        assert_eq!(message.url, "http://127.0.0.1:1/sign-in");
        let Body::Form(fields) = message.body else {
            panic!("a form")
        };
        assert_eq!(encode(&fields), "interaction=a%26b&username=alice");
    }

    #[test]
    fn a_page_without_a_form_is_refused() {
        assert!(Form::read("http://127.0.0.1:1/", "<p>no</p>").is_err());
    }
}
