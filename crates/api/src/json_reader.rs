//! JSON that is read once and strictly, and copied as it is spelt without the parts that are left out.
//!
//! A number has no limit here: `100000000000000000001` and `1e400` are passed on as they are, which
//! no parser into machine numbers could do.

mod copy;
mod name;
mod scalar;
mod token;

use std::{borrow::Cow, fmt};

pub use self::scalar::identifier;
use self::{
    copy::{CopiedText, Mark},
    name::MemberNames,
    scalar::QuotedText,
};

/// Reads one JSON value (RFC 8259) strictly: valid UTF-8, no duplicate member in an object, no lone
/// surrogate, at most 32 levels deep. Nothing is kept of it but a copy, if there is to be one.
///
/// The caller goes through the value in its order: after [`member`](Self::member) or
/// [`item`](Self::item) exactly one value is read. A part is known to be strict only when
/// [`finish`](Self::finish) has succeeded.
///
/// ```
/// use airside_api::json_reader::JsonReader;
///
/// let mut reader = JsonReader::copying(br#"{ "id": 1e400, "cost": 2 }"#)?;
/// let mut members = reader.object()?;
/// while let Some(name) = reader.member(&mut members)? {
///     reader.skip()?;
///     if name == "cost" {
///         reader.leave_out(&mut members);
///     }
/// }
/// assert_eq!(reader.finish()?, r#"{"id":1e400}"#);
/// # Ok::<(), airside_api::json_reader::JsonReadError>(())
/// ```
pub struct JsonReader<'a> {
    text: &'a str,
    /// The bytes that have not been read.
    rest: &'a [u8],
    depth_left: u8,
    names: MemberNames<'a>,
    copy: Option<CopiedText<'a>>,
}

/// The kind of the value that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// An object.
    Object,
    /// An array.
    List,
    /// A string, a number, `true`, `false` or `null`, or no value at all.
    Scalar,
}

/// An object or a list that is being read.
#[derive(Debug)]
pub struct OpenContainer {
    has_begun: bool,
    /// The number of members or items in the copy.
    kept: usize,
    /// The end of the copy before the last member or item.
    before_last: Mark,
    /// The number of names of the outer objects.
    outer_names: usize,
}

/// The bytes are not one JSON value that every parser reads in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not strict JSON: expected one value in UTF-8, no member twice, at most 32 levels deep")]
pub struct JsonReadError;

impl<'a> JsonReader<'a> {
    /// Reads without a copy.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if the bytes are not UTF-8. Every other function fails with it where the
    /// text is not strict JSON; a byte order mark is refused too.
    pub fn new(bytes: &'a [u8]) -> Result<Self, JsonReadError> {
        Ok(Self {
            text: std::str::from_utf8(bytes).map_err(|_| JsonReadError)?,
            rest: bytes,
            depth_left: MAX_DEPTH,
            names: MemberNames::default(),
            copy: None,
        })
    }

    /// Reads, and copies what is not left out.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn copying(bytes: &'a [u8]) -> Result<Self, JsonReadError> {
        let reader = Self::new(bytes)?;
        let copy = Some(CopiedText::of(reader.text));
        Ok(Self { copy, ..reader })
    }

    /// Returns the kind of the next value.
    pub fn kind(&mut self) -> JsonKind {
        match self.next_byte() {
            b'{' => JsonKind::Object,
            b'[' => JsonKind::List,
            _ => JsonKind::Scalar,
        }
    }

    /// Begins an object.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if none comes, or it is too deep.
    pub fn object(&mut self) -> Result<OpenContainer, JsonReadError> {
        self.open(b'{')
    }

    /// Begins a list.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if none comes, or it is too deep.
    pub fn list(&mut self) -> Result<OpenContainer, JsonReadError> {
        self.open(b'[')
    }

    /// Returns the name of the next member of an object, without quotes and escapes; `None` at its end.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if neither comes, or a name came twice.
    pub fn member(
        &mut self,
        object: &mut OpenContainer,
    ) -> Result<Option<Cow<'a, str>>, JsonReadError> {
        if !self.advance(object, b'}')? {
            return self.close_names(object.outer_names).map(|()| None);
        }
        let begin = self.at() + 1;
        match self.name()? {
            QuotedText::Plain(name) => {
                let name = self.text.get(begin..begin + name.len());
                Ok(name.map(Cow::Borrowed))
            }
            escaped => Ok(escaped.meaning()),
        }
    }

    /// Tells whether a list has another item.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if neither one nor its end comes.
    pub fn item(&mut self, list: &mut OpenContainer) -> Result<bool, JsonReadError> {
        self.advance(list, b']')
    }

    /// Leaves the last member or item, which has been read, out of the copy.
    pub fn leave_out(&mut self, container: &mut OpenContainer) {
        container.kept = container.kept.saturating_sub(1);
        if let Some(copy) = &mut self.copy {
            copy.take_back(container.before_last, self.text.len() - self.rest.len());
        }
    }

    /// Returns a string with its quotes, a number, `true`, `false` or `null`, as it is written.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if none comes.
    pub fn scalar(&mut self) -> Result<&'a str, JsonReadError> {
        let begin = self.at();
        self.skip_scalar()?;
        self.text.get(begin..self.at()).ok_or(JsonReadError)
    }

    /// Reads a value of any kind.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`].
    #[inline]
    pub fn skip(&mut self) -> Result<(), JsonReadError> {
        match self.next_byte() {
            b'{' => self.skip_object(),
            b'[' => self.skip_list(),
            _ => self.skip_scalar(),
        }
    }

    /// Requires that nothing follows, and returns the copy without blanks: the text itself if it is the
    /// same. The copy is empty if there was to be none.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if something follows.
    pub fn finish(mut self) -> Result<Cow<'a, str>, JsonReadError> {
        self.next_byte();
        match self.rest.is_empty() {
            true => Ok(self
                .copy
                .map(|copy| copy.finish(self.text.len()))
                .unwrap_or_default()),
            false => Err(JsonReadError),
        }
    }

    fn skip_object(&mut self) -> Result<(), JsonReadError> {
        let outer_names = self.names.len();
        self.enter()?;
        if self.next_byte() != b'}' {
            self.name()?;
            self.skip()?;
            while self.next_byte() == b',' {
                self.pass();
                self.next_byte();
                self.name()?;
                self.skip()?;
            }
        }
        self.leave(b'}')?;
        self.close_names(outer_names)
    }

    fn skip_list(&mut self) -> Result<(), JsonReadError> {
        self.enter()?;
        if self.next_byte() != b']' {
            self.skip()?;
            while self.next_byte() == b',' {
                self.pass();
                self.skip()?;
            }
        }
        self.leave(b']')
    }

    #[inline]
    fn skip_scalar(&mut self) -> Result<(), JsonReadError> {
        match self.peek() {
            b'"' => self.string().map(|_| ()),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn open(&mut self, bracket: u8) -> Result<OpenContainer, JsonReadError> {
        if self.peek() != bracket {
            return Err(JsonReadError);
        }
        self.enter()?;
        Ok(OpenContainer {
            has_begun: false,
            kept: 0,
            before_last: Mark::default(),
            outer_names: self.names.len(),
        })
    }

    /// Goes past the bracket that opens a container.
    #[inline]
    fn enter(&mut self) -> Result<(), JsonReadError> {
        self.pass();
        self.depth_left = self.depth_left.checked_sub(1).ok_or(JsonReadError)?;
        Ok(())
    }

    /// Goes past the bracket that closes a container.
    #[inline]
    fn leave(&mut self, bracket: u8) -> Result<(), JsonReadError> {
        self.require(bracket)?;
        self.depth_left += 1;
        Ok(())
    }

    /// Goes to the next member or item; returns false at the end of the container.
    fn advance(
        &mut self,
        container: &mut OpenContainer,
        bracket: u8,
    ) -> Result<bool, JsonReadError> {
        if self.next_byte() == bracket {
            return self.leave(bracket).map(|()| false);
        }
        let begin = self.at();
        if let Some(copy) = &self.copy {
            container.before_last = copy.mark(begin);
        }
        if container.has_begun {
            self.require(b',')?;
            if container.kept == 0 {
                self.cut(begin);
            }
            self.next_byte();
        }
        container.has_begun = true;
        container.kept += 1;
        Ok(true)
    }

    /// Reads the name of a member and the colon behind it.
    #[inline]
    fn name(&mut self) -> Result<QuotedText<'a>, JsonReadError> {
        let name = self.string()?;
        self.names.push(name);
        self.next_byte();
        self.require(b':')?;
        self.next_byte();
        Ok(name)
    }

    /// Requires that the names of an object differ.
    #[inline]
    fn close_names(&mut self, outer: usize) -> Result<(), JsonReadError> {
        match self.names.close(outer) {
            true => Ok(()),
            false => Err(JsonReadError),
        }
    }
}

/// Prints the type's name only, because an answer is confidential.
impl fmt::Debug for JsonReader<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JsonReader")
    }
}

/// The maximum depth. The guard, which uses both, checks that it is that of `airside_jose::json`.
pub const MAX_DEPTH: u8 = 32;

#[cfg(test)]
mod tests;
