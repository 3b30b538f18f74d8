//! The strings of a JSON text (RFC 8259 §7).

use super::{Json, OpenString};
use crate::AmbiguityError;
use crate::names::watched::{ELSEWHERE, MAX_NAME};

impl Json {
    /// Reads on within a string, and returns the rest.
    pub(super) fn within<'a>(
        &mut self,
        string: OpenString,
        bytes: &'a [u8],
    ) -> Result<&'a [u8], AmbiguityError> {
        let counts = string.is_name || self.expected.is_some();
        if string.is_escaped {
            let (one, behind) = bytes.split_at(1);
            self.keep(one, counts);
            self.string = Some(OpenString {
                is_escaped: false,
                ..string
            });
            return Ok(behind);
        }
        let end = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        let (text, behind) = bytes.split_at(end.unwrap_or(bytes.len()));
        self.keep(text, counts);
        match behind.split_first() {
            Some((b'"', behind)) => {
                self.string = None;
                self.end_of_string(string.is_name)?;
                Ok(behind)
            }
            Some((_, behind)) => {
                self.keep(b"\\", counts);
                self.string = Some(OpenString {
                    is_escaped: true,
                    ..string
                });
                Ok(behind)
            }
            None => Ok(behind),
        }
    }

    fn end_of_string(&mut self, is_name: bool) -> Result<(), AmbiguityError> {
        if is_name {
            let name = match self.text.len() < MAX_NAME {
                true => unescaped(&self.text),
                false => beginning(&self.text),
            };
            self.text.clear();
            let Some(name) = name else {
                return self.give_up("the name of a member is malformed");
            };
            self.expected = self.names.judge(&name)?;
        } else if let Some(expected) = self.expected.take() {
            let value = unescaped(&self.text);
            self.text.clear();
            if value.as_deref() != Some(&expected) {
                return Err(ELSEWHERE);
            }
        }
        Ok(())
    }

    pub(super) fn keep(&mut self, bytes: &[u8], counts: bool) {
        if counts {
            let room = MAX_NAME.saturating_sub(self.text.len());
            self.text.extend(bytes.iter().take(room));
        }
    }
}

/// Decodes a string (RFC 8259 §7); `None` if it is malformed.
pub(super) fn unescaped(raw: &[u8]) -> Option<String> {
    let raw = std::str::from_utf8(raw).ok()?;
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\0'..='\u{1f}' => return None,
            '\\' => match characters.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => code_point(&mut characters)?,
                same @ ('"' | '\\' | '/') => same,
                _ => return None,
            },
            plain => plain,
        });
    }
    Some(text)
}

fn code_point(characters: &mut std::str::Chars<'_>) -> Option<char> {
    let first = code_unit(characters)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    if (characters.next()?, characters.next()?) != ('\\', 'u') {
        return None;
    }
    let second = code_unit(characters)?.checked_sub(0xdc00)?;
    if second >= 0x400 {
        return None;
    }
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
}

fn code_unit(characters: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| {
        Some(unit << 4 | characters.next()?.to_digit(16)?)
    })
}

/// Decodes a truncated name, which may end within a character.
fn beginning(raw: &[u8]) -> Option<String> {
    (0..=MAX_CHARACTER).find_map(|less| unescaped(raw.get(..raw.len().checked_sub(less)?)?))
}

/// The length of a surrogate pair in bytes.
const MAX_CHARACTER: usize = 12;
