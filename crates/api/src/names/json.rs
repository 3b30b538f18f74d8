//! The members of a JSON object (RFC 8259), at its top.
//!
//! Only what decides where a member begins is strict: `NaN` passes, which some clients write for a
//! number, but nothing in which a text could begin for one parser and not for another, such as a
//! comment.

mod string;

use super::watched::{ELSEWHERE, Names, Syntax};
use crate::AmbiguityError;

/// The scanner of a JSON text.
#[derive(Debug)]
pub(super) struct Json {
    names: Names,
    syntax: Syntax,
    /// The octets of a BOM that have been read, while nothing else has.
    bom: Option<usize>,
    /// True if octets of another encoding than UTF-8 came before its first string.
    is_wide: bool,
    /// True if a comment may have started, which some parsers of JSON accept.
    has_slash: bool,
    /// True if it is an object: ambiguous text is then an error, whatever its type is.
    has_begun: bool,
    depth: usize,
    /// The outermost container.
    top: Container,
    /// True if the name of a member comes next, at the top.
    wants_name: bool,
    string: Option<OpenString>,
    /// The name or value so far, if it is checked.
    text: Vec<u8>,
    expected: Option<String>,
    /// True if it is not JSON.
    given_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

/// An open string.
#[derive(Clone, Copy, Debug)]
struct OpenString {
    is_name: bool,
    is_escaped: bool,
}

impl Json {
    pub(super) fn new(names: Names, syntax: Syntax) -> Self {
        Self {
            names,
            syntax,
            bom: Some(0),
            is_wide: false,
            has_slash: false,
            has_begun: false,
            depth: 0,
            top: Container::Array,
            wants_name: false,
            string: None,
            text: Vec::new(),
            expected: None,
            given_up: false,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), AmbiguityError> {
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            if self.given_up {
                return Ok(());
            }
            rest = match self.string {
                Some(string) => self.within(string, rest)?,
                None => {
                    self.between(*byte)?;
                    behind
                }
            };
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), AmbiguityError> {
        match self.expected.is_some() && !self.given_up {
            true => Err(ELSEWHERE),
            false => Ok(()),
        }
    }

    fn between(&mut self, byte: u8) -> Result<(), AmbiguityError> {
        if let Some(read) = self.bom {
            self.bom = (BOM.get(read) == Some(&byte)).then_some(read + 1);
            if self.bom.is_some() {
                return Ok(());
            }
        }
        let at_top = self.depth == 1;
        if self.syntax == Syntax::Lax
            && self.depth <= 1
            && !self.has_begun
            && self.before_an_object(byte)?
        {
            return Ok(());
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => Ok(()),
            b'"' => {
                self.string = Some(OpenString {
                    is_name: at_top && self.wants_name,
                    is_escaped: false,
                });
                if at_top && self.wants_name {
                    self.has_begun = true;
                    if self.is_wide {
                        return self.give_up("the body is JSON in another encoding than UTF-8");
                    }
                }
                self.wants_name &= !at_top;
                Ok(())
            }
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => self.close(byte),
            b',' => {
                self.end_of_value()?;
                self.wants_name = at_top && self.top == Container::Object;
                Ok(())
            }
            b':' => Ok(()),
            _ if !is_literal(byte) || (at_top && self.wants_name) => {
                self.give_up("the body is not JSON that is read in one way")
            }
            _ => {
                let counts = self.expected.is_some();
                self.keep(&[byte], counts);
                Ok(())
            }
        }
    }

    /// Reads what may precede the first name of an object that is not announced as JSON: other encodings
    /// and comments. Returns true if the octet is read.
    fn before_an_object(&mut self, byte: u8) -> Result<bool, AmbiguityError> {
        const WHY: &str = "the body is not JSON that is read in one way";
        let is_in_bom = self.depth == 0 && matches!(byte, 0xef | 0xbb | 0xbf | 0xfe | 0xff);
        if is_in_bom || byte == 0 {
            self.is_wide = true;
            return Ok(true);
        }
        if self.has_slash {
            self.has_begun = matches!(byte, b'/' | b'*');
            self.give_up(WHY)?;
            return Ok(true);
        }
        self.has_slash = byte == b'/';
        if self.depth == 0 && !self.has_slash && !b" \t\r\n{[".contains(&byte) {
            self.give_up(WHY)?;
            return Ok(true);
        }
        Ok(self.has_slash)
    }

    fn open(&mut self, byte: u8) -> Result<(), AmbiguityError> {
        if self.expected.is_some() {
            return Err(ELSEWHERE);
        }
        if self.depth == 1 && self.wants_name {
            return self.give_up("the body is not JSON that is read in one way");
        }
        self.depth += 1;
        if self.depth == 1 {
            self.top = container(byte);
            self.wants_name = self.top == Container::Object;
        }
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), AmbiguityError> {
        if self.depth == 1 {
            self.end_of_value()?;
            self.wants_name = false;
            if container(byte) != self.top {
                return self.give_up("an object of the body ends as a list");
            }
        }
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => self.give_up("the body ends an object that it has not begun"),
        }
    }

    /// Judges a number or a literal, once it ends.
    fn end_of_value(&mut self) -> Result<(), AmbiguityError> {
        if let Some(expected) = self.expected.take() {
            let is_expected = self.text == expected.as_bytes();
            self.text.clear();
            if !is_expected {
                return Err(ELSEWHERE);
            }
        }
        Ok(())
    }

    fn give_up(&mut self, why: &'static str) -> Result<(), AmbiguityError> {
        self.given_up = true;
        match self.syntax == Syntax::Strict || self.has_begun {
            true => Err(AmbiguityError(why)),
            false => Ok(()),
        }
    }
}

fn container(byte: u8) -> Container {
    match byte {
        b'{' | b'}' => Container::Object,
        _ => Container::Array,
    }
}

/// Tells whether an octet belongs to a number, `true`, `null`, or Python's `NaN`.
fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)
}

const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];
