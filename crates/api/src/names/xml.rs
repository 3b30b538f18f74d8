//! The scanner of the elements of an XML text, whose names some frameworks merge with a query.
//!
//! Every element counts, not only those below the root, also in comments: no API names an element
//! deep inside as a parameter that a rule reads, and a reader of tags alone cannot be led astray.

use super::watched::Names;
use crate::AmbiguityError;

/// The scanner of an XML text.
#[derive(Debug)]
pub(super) struct Xml {
    names: Names,
    /// The tag so far, from behind its `<`.
    tag: Option<Vec<u8>>,
}

impl Xml {
    pub(super) fn new(names: Names) -> Self {
        Self { names, tag: None }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), AmbiguityError> {
        bytes.iter().try_for_each(|byte| self.read(*byte))
    }

    fn read(&mut self, byte: u8) -> Result<(), AmbiguityError> {
        if byte == 0 {
            return Err(AmbiguityError(
                "the body is XML in another encoding than UTF-8",
            ));
        }
        let Some(tag) = &mut self.tag else {
            if byte == b'<' {
                self.tag = Some(Vec::new());
            }
            return Ok(());
        };
        let is_declaration = tag.first() == Some(&b'?');
        if !is_end(byte, is_declaration) {
            tag.push(byte);
            return match tag.len() > MAX_TAG {
                true => Err(AmbiguityError("a tag of the body is too long")),
                false => Ok(()),
            };
        }
        let tag = self.tag.take().unwrap_or_default();
        if byte == b'<' {
            self.tag = Some(Vec::new());
        }
        self.judge(&tag)
    }

    fn judge(&mut self, tag: &[u8]) -> Result<(), AmbiguityError> {
        let Ok(tag) = std::str::from_utf8(tag) else {
            return Err(AmbiguityError("a tag of the body is not UTF-8"));
        };
        if tag.starts_with("!DOCTYPE") || tag.starts_with("!ENTITY") {
            return Err(AmbiguityError("the body defines entities"));
        }
        if let Some(declaration) = tag.strip_prefix('?') {
            return match names_utf8(declaration) {
                true => Ok(()),
                false => Err(AmbiguityError(
                    "the body is XML in another encoding than UTF-8",
                )),
            };
        }
        let local = tag.rsplit(':').next().unwrap_or_default();
        self.names.judge(local).map(|_| ())
    }
}

/// Tells whether a tag ends; a declaration is read with its attributes, other tags only up to the name.
fn is_end(byte: u8, is_declaration: bool) -> bool {
    match byte {
        b'<' | b'>' => true,
        b'/' => !is_declaration,
        _ => !is_declaration && byte.is_ascii_whitespace(),
    }
}

/// Tells whether a declaration has no encoding, or UTF-8 (XML 1.0 §4.3.3).
fn names_utf8(declaration: &str) -> bool {
    let lower = declaration.to_ascii_lowercase();
    match lower.split_once("encoding") {
        None => true,
        Some((_, behind)) => {
            let value = behind.trim_start().trim_start_matches('=').trim_start();
            ["\"utf-8\"", "'utf-8'"]
                .iter()
                .any(|one| value.starts_with(one))
        }
    }
}

/// The maximum length of a tag in bytes.
const MAX_TAG: usize = 1024;
