//! The names of a form (WHATWG URL, application/x-www-form-urlencoded parsing).

use super::watched::{ELSEWHERE, MAX_NAME, Names, Syntax};
use crate::AmbiguityError;

/// The scanner of a form.
#[derive(Debug)]
pub(super) struct Form {
    names: Names,
    syntax: Syntax,
    at: FormState,
    /// The name so far, or the value that must be a certain one.
    text: Vec<u8>,
    expected: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FormState {
    Name,
    /// After the beginning of a long name, which has been judged.
    LongName,
    Value,
}

impl Form {
    pub(super) fn new(names: Names, syntax: Syntax) -> Self {
        Self {
            names,
            syntax,
            at: FormState::Name,
            text: Vec::new(),
            expected: None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), AmbiguityError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let ends = |byte: &u8| match byte {
                b'&' => true,
                b';' => self.syntax == Syntax::Strict,
                b'=' => self.at != FormState::Value,
                _ => false,
            };
            let end = rest.iter().position(ends);
            let (text, behind) = rest.split_at(end.unwrap_or(rest.len()));
            self.text(text)?;
            let Some((end, behind)) = behind.split_first() else {
                return Ok(());
            };
            self.end(*end)?;
            rest = behind;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), AmbiguityError> {
        self.end(b'&')
    }

    fn text(&mut self, text: &[u8]) -> Result<(), AmbiguityError> {
        if self.at == FormState::LongName
            || (self.at == FormState::Value && self.expected.is_none())
        {
            return Ok(());
        }
        let mut rest = text;
        while !rest.is_empty() {
            let room = MAX_NAME.saturating_sub(self.text.len());
            let (some, behind) = rest.split_at(room.min(rest.len()));
            self.text.extend_from_slice(some);
            rest = behind;
            if self.text.len() < MAX_NAME {
                continue;
            }
            if self.at == FormState::Value {
                return Err(ELSEWHERE);
            }
            // an octet may be cut off
            let last = self.text.len().saturating_sub(2);
            let open = self.text.iter().skip(last).position(|byte| *byte == b'%');
            let open = self
                .text
                .split_off(open.map_or(self.text.len(), |open| last + open));
            // blanks in front of a name do not count, however many
            let beginning = decoded(&self.text, Syntax::Lax)?;
            self.text = open;
            if !beginning.trim().is_empty() {
                self.expected = self.names.judge(&beginning)?;
                self.at = FormState::LongName;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Ends a name or a value. A name ends at `=`, `&` or `;`, a value at the latter two. No framework
    /// splits a form at `;` any more, and none writes one: both readings are checked.
    fn end(&mut self, end: u8) -> Result<(), AmbiguityError> {
        if self.at == FormState::Name && !self.text.is_empty() {
            let name = decoded(&self.text, self.syntax)?;
            self.expected = self.names.judge(&name)?;
        }
        if end == b'=' {
            self.text.clear();
            self.at = FormState::Value;
            return Ok(());
        }
        if let Some(expected) = self.expected.take() {
            let value = match self.at {
                FormState::Value => decoded(&self.text, self.syntax)?,
                FormState::Name | FormState::LongName => String::new(),
            };
            if end == b';' || value != expected {
                return Err(ELSEWHERE);
            }
        }
        self.text.clear();
        self.at = FormState::Name;
        Ok(())
    }
}

/// Decodes once; with [`Syntax::Lax`], invalid escapes stay as they are.
fn decoded(raw: &[u8], syntax: Syntax) -> Result<String, AmbiguityError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, hexadecimal(behind)) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some(octet)) => {
                bytes.push(octet);
                rest = behind.get(2..).unwrap_or_default();
            }
            (b'%', None) if syntax == Syntax::Strict => {
                return Err(AmbiguityError(
                    "a percent sign in a name does not begin an octet",
                ));
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    match (String::from_utf8(bytes), syntax) {
        (Ok(text), _) => Ok(text),
        (Err(error), Syntax::Lax) => Ok(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        (Err(_), Syntax::Strict) => Err(AmbiguityError("a name in the body is not UTF-8")),
    }
}

/// Returns the octet that two digits write.
pub(super) fn hexadecimal(text: &[u8]) -> Option<u8> {
    let digits = text.get(..2)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
