//! The reader that built a tree.
// JSON that keeps its spelling: parts can be left out, and the rest is written as it was.

mod display;
mod token;

use std::borrow::Cow;

use self::token::{is_number, is_string, is_whole, magnitude, unescaped};

/// A JSON value (RFC 8259), read strictly: valid UTF-8, no duplicate member in an object, no lone
/// surrogate, at most 32 levels deep. JSON has no other kinds of values, so that a match names all.
#[derive(Clone, PartialEq, Eq)]
pub enum JsonText<'a> {
    /// An object, with its members in their order.
    Object(Vec<Member<'a>>),
    /// An array.
    List(Vec<JsonText<'a>>),
    /// A string, a number, `true`, `false` or `null`, as it is written.
    Scalar(&'a str),
}

/// A member of an object.
#[derive(Clone, PartialEq, Eq)]
pub struct Member<'a> {
    written: &'a str,
    name: Cow<'a, str>,
    /// The value of the member.
    pub value: JsonText<'a>,
}

/// The bytes are not one JSON value that every parser reads in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not strict JSON: expected one value in UTF-8, no member twice, at most 32 levels deep")]
pub struct JsonTextError;

impl<'a> JsonText<'a> {
    /// Reads one value.
    ///
    /// # Errors
    ///
    /// [`JsonTextError`] for everything that is not one strict JSON value, a byte order mark included.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonTextError> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonTextError)?;
        let mut reader = Reader { rest: text };
        let value = reader.value(MAX_DEPTH).ok_or(JsonTextError)?;
        reader.skip_blanks();
        match reader.rest.is_empty() {
            true => Ok(value),
            false => Err(JsonTextError),
        }
    }

    /// Returns the value at a JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(members) => {
                let mut members = members.iter();
                let found = members.find(|member| member.name == token);
                found.map(|member| &member.value)
            }
            Self::List(items) => items.get(index(&token)?),
            Self::Scalar(_) => None,
        })
    }

    /// Returns the value at a JSON pointer (RFC 6901), to be changed.
    #[must_use]
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(members) => {
                let mut members = members.iter_mut();
                let found = members.find(|member| member.name == token);
                found.map(|member| &mut member.value)
            }
            Self::List(items) => items.get_mut(index(&token)?),
            Self::Scalar(_) => None,
        })
    }

    /// Returns the text by which this value names something: that of a string, or the digits of an
    /// integer however long it is. `1.0`, `1e3` and `-0` are other spellings and name nothing.
    #[must_use]
    pub fn identifier(&self) -> Option<Cow<'a, str>> {
        let Self::Scalar(text) = self else {
            return None;
        };
        match is_string(text) {
            true => unescaped(text),
            false if *text != "-0" && is_whole(magnitude(text)) => Some(Cow::Borrowed(text)),
            false => None,
        }
    }
}

impl Member<'_> {
    /// Returns the name, without quotes and escapes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The text that has not been read yet.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: char) -> Option<()> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn value(&mut self, depth_left: u8) -> Option<JsonText<'a>> {
        self.skip_blanks();
        match self.rest.chars().next()? {
            '{' => self.object(depth_left.checked_sub(1)?),
            '[' => self.list(depth_left.checked_sub(1)?),
            _ => self.scalar(),
        }
    }

    fn object(&mut self, depth_left: u8) -> Option<JsonText<'a>> {
        self.take('{')?;
        let mut members = Vec::new();
        if self.take('}').is_some() {
            return Some(JsonText::Object(members));
        }
        loop {
            members.push(self.member(depth_left)?);
            if self.take('}').is_some() {
                break;
            }
            self.take(',')?;
        }
        has_unique_names(&members).then_some(JsonText::Object(members))
    }

    fn member(&mut self, depth_left: u8) -> Option<Member<'a>> {
        self.skip_blanks();
        let written = self.string()?;
        self.take(':')?;
        Some(Member {
            written,
            name: unescaped(written)?,
            value: self.value(depth_left)?,
        })
    }

    fn list(&mut self, depth_left: u8) -> Option<JsonText<'a>> {
        self.take('[')?;
        let mut items = Vec::new();
        if self.take(']').is_some() {
            return Some(JsonText::List(items));
        }
        loop {
            items.push(self.value(depth_left)?);
            if self.take(']').is_some() {
                return Some(JsonText::List(items));
            }
            self.take(',')?;
        }
    }

    fn scalar(&mut self) -> Option<JsonText<'a>> {
        if is_string(self.rest) {
            let text = self.string()?;
            unescaped(text)?;
            return Some(JsonText::Scalar(text));
        }
        let end = self.rest.find([',', ']', '}', ' ', '\t', '\n', '\r']);
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let is_known = matches!(text, "true" | "false" | "null") || is_number(text);
        is_known.then_some(JsonText::Scalar(text))
    }

    /// Takes a string with its quotes; its escapes are not looked at yet.
    fn string(&mut self) -> Option<&'a str> {
        self.rest.strip_prefix('"')?;
        let mut is_escaped = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(1) {
            match byte {
                0..=0x1f => return None,
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    let (text, rest) = self.rest.split_at_checked(at + 1)?;
                    self.rest = rest;
                    return Some(text);
                }
                _ => {}
            }
        }
        None
    }
}

fn has_unique_names(members: &[Member<'_>]) -> bool {
    let mut names: Vec<_> = members.iter().map(Member::name).collect();
    names.sort_unstable();
    names.is_sorted_by(|one, next| one < next)
}

/// Returns the unescaped tokens of a JSON pointer (RFC 6901 §4).
fn tokens(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    let tokens = pointer.split('/').skip(1);
    is_pointer.then(|| tokens.map(|token| token.replace("~1", "/").replace("~0", "~")))
}

/// Returns the position that a token of a JSON pointer names in a list.
fn index(token: &str) -> Option<usize> {
    is_whole(token).then(|| token.parse().ok()).flatten()
}

/// The maximum depth. The guard, which uses both, checks that it is that of `airside_jose::json`.
pub const MAX_DEPTH: u8 = 32;

pub(super) fn copied(text: &[u8], edits: bool) -> Option<String> {
    let mut text = JsonText::parse(text).ok()?;
    if edits {
        edit(&mut text);
    }
    Some(text.to_string())
}

fn edit(text: &mut JsonText<'_>) {
    match text {
        JsonText::Object(members) => {
            members.retain(|member| !member.name().starts_with('a'));
            for member in members {
                edit(&mut member.value);
            }
        }
        JsonText::List(items) => {
            items.retain(|item| !matches!(item, JsonText::Scalar(text) if is_number(text)));
            items.iter_mut().for_each(edit);
        }
        JsonText::Scalar(_) => {}
    }
}
