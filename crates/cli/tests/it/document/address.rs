//! The addresses of the pages, and the ones that they have in a test.

use super::program::Role;
use crate::server::Place;

/// The ports of the pages: the issuer's, the guard's and the API's.
const PORTS: [(Role, &str); 3] = [
    (Role::Issuer, "8080"),
    (Role::Guard, "8090"),
    (Role::Api, "9000"),
];

/// Addresses that the pages leave to their readers, and what they are on one machine.
const ELSEWHERE: [(&str, &str); 3] = [
    ("https://id.example.com", "http://127.0.0.1:8080"),
    ("https://issuer.invalid", "http://127.0.0.1:8080"),
    ("http://upstream.invalid", "http://127.0.0.1:9000"),
];

/// A free port for each of the pages'.
pub struct Addresses(Vec<(Role, &'static str, String)>);

impl Addresses {
    /// Draws the ports.
    pub fn new() -> Self {
        let free = || {
            Place::new("")
                .address()
                .rsplit(':')
                .next()
                .unwrap()
                .to_owned()
        };
        Self(PORTS.map(|(role, port)| (role, port, free())).to_vec())
    }

    /// Returns where a process listens, without a scheme.
    pub fn of(&self, role: Role) -> String {
        let (_, _, port) = self.0.iter().find(|one| one.0 == role).unwrap();
        format!("127.0.0.1:{port}")
    }

    /// Returns a text of the page with the addresses of the test.
    pub fn here(&self, text: &str) -> String {
        let text = ELSEWHERE
            .iter()
            .fold(text.to_owned(), |text, (page, near)| {
                text.replace(page, near)
            });
        let ports = self.0.iter();
        ports.fold(text, |text, (_, page, own)| replace_word(&text, page, own))
    }

    /// Returns what was printed with the ports of the page.
    pub fn on_page(&self, printed: &str) -> String {
        let ports = self.0.iter();
        ports.fold(printed.to_owned(), |text, (_, page, own)| {
            replace_word(&text, own, page)
        })
    }
}

/// Replaces a word that stands apart from other letters and digits.
fn replace_word(text: &str, word: &str, with: &str) -> String {
    let mut parts = text.split(word).peekable();
    let mut replaced = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let is_apart = |next: Option<char>| !next.is_some_and(char::is_alphanumeric);
        let stands = is_apart(replaced.chars().last()) && is_apart(part.chars().next());
        replaced += if stands { with } else { word };
        replaced += part;
    }
    replaced
}
