//! JSON that is read once and strictly, and copied as it is spelt without the parts that are left out.
//!
//! A number has no limit here: `100000000000000000001` and `1e400` are passed on as they are, which
//! no parser into machine numbers could do.

mod copy;
mod scalar;

use std::{borrow::Cow, fmt};

pub use self::scalar::identifier;
use self::{
    copy::{CopiedText, Mark},
    scalar::{QuotedText, escape, plain_length},
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
    /// The position of the next byte.
    at: usize,
    depth_left: u8,
    /// The names of the open objects, those of an inner object behind those of the outer one.
    names: Vec<MemberName<'a>>,
    copy: Option<CopiedText<'a>>,
}

/// What kind of value comes next.
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

/// The name of a member without its escapes, behind its first bytes as a number: most names are told
/// apart by one comparison.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct MemberName<'a> {
    first_bytes: u64,
    name: Cow<'a, str>,
}

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
            at: 0,
            depth_left: MAX_DEPTH,
            names: Vec::new(),
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
        self.skip_blanks();
        match self.peek() {
            Some(b'{') => JsonKind::Object,
            Some(b'[') => JsonKind::List,
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
        let is_there = self.next_member(object)?;
        let name = self.names.last().filter(|_| is_there);
        Ok(name.map(|last| last.name.clone()))
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
            copy.take_back(container.before_last, self.at);
        }
    }

    /// Returns a string with its quotes, a number, `true`, `false` or `null`, as it is written.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if none comes.
    pub fn scalar(&mut self) -> Result<&'a str, JsonReadError> {
        let begin = self.at;
        match self.peek() {
            Some(b'"') => return Ok(self.string()?.text),
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            _ => self.number()?,
        }
        self.text.get(begin..self.at).ok_or(JsonReadError)
    }

    /// Reads a value of any kind.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`].
    pub fn skip(&mut self) -> Result<(), JsonReadError> {
        match self.kind() {
            JsonKind::Object => {
                let mut object = self.object()?;
                while self.next_member(&mut object)? {
                    self.skip()?;
                }
            }
            JsonKind::List => {
                let mut list = self.list()?;
                while self.item(&mut list)? {
                    self.skip()?;
                }
            }
            JsonKind::Scalar => {
                self.scalar()?;
            }
        }
        Ok(())
    }

    /// Requires that nothing follows, and returns the copy without blanks; it is empty if there was to
    /// be none.
    ///
    /// # Errors
    ///
    /// [`JsonReadError`] if something follows.
    pub fn finish(mut self) -> Result<String, JsonReadError> {
        self.skip_blanks();
        match self.at == self.text.len() {
            true => Ok(self
                .copy
                .map(|copy| copy.finish(self.at))
                .unwrap_or_default()),
            false => Err(JsonReadError),
        }
    }

    fn open(&mut self, bracket: u8) -> Result<OpenContainer, JsonReadError> {
        self.require(bracket)?;
        self.depth_left = self.depth_left.checked_sub(1).ok_or(JsonReadError)?;
        Ok(OpenContainer {
            has_begun: false,
            kept: 0,
            before_last: Mark::default(),
            outer_names: self.names.len(),
        })
    }

    /// Goes to the next member or item; returns false at the end of the container.
    fn advance(
        &mut self,
        container: &mut OpenContainer,
        bracket: u8,
    ) -> Result<bool, JsonReadError> {
        self.skip_blanks();
        if self.accept(bracket) {
            self.depth_left += 1;
            return Ok(false);
        }
        let begin = self.at;
        if let Some(copy) = &self.copy {
            container.before_last = copy.mark(begin);
        }
        if container.has_begun {
            self.require(b',')?;
            if container.kept == 0 {
                self.cut(begin);
            }
            self.skip_blanks();
        }
        container.has_begun = true;
        container.kept += 1;
        Ok(true)
    }

    fn next_member(&mut self, object: &mut OpenContainer) -> Result<bool, JsonReadError> {
        if !self.advance(object, b'}')? {
            return self.close_names(object.outer_names).map(|()| false);
        }
        let name = self.string()?.unescaped().ok_or(JsonReadError)?;
        self.names.push(MemberName::of(name));
        self.skip_blanks();
        self.require(b':')?;
        self.skip_blanks();
        Ok(true)
    }

    /// Requires that the names of an object differ.
    fn close_names(&mut self, outer: usize) -> Result<(), JsonReadError> {
        let own = self.names.get_mut(outer..).unwrap_or_default();
        own.sort_unstable();
        let are_unique = own.is_sorted_by(|one, next| one < next);
        self.names.truncate(outer);
        are_unique.then_some(()).ok_or(JsonReadError)
    }

    #[inline]
    fn string(&mut self) -> Result<QuotedText<'a>, JsonReadError> {
        let begin = self.at;
        let mut has_escapes = false;
        self.require(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.at += plain_length(rest);
            if self.accept(b'"') {
                break;
            }
            self.escape()?;
            has_escapes = true;
        }
        let text = self.text.get(begin..self.at).ok_or(JsonReadError)?;
        Ok(QuotedText { text, has_escapes })
    }

    #[cold]
    fn escape(&mut self) -> Result<(), JsonReadError> {
        self.require(b'\\')?;
        let rest = self.text.get(self.at..).ok_or(JsonReadError)?;
        let (_, behind) = escape(rest).ok_or(JsonReadError)?;
        self.at = self.text.len() - behind.len();
        Ok(())
    }

    /// Takes a number, whatever its range (RFC 8259 §6).
    fn number(&mut self) -> Result<(), JsonReadError> {
        self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        }
        if self.accept(b'.') {
            self.digits()?;
        }
        if self.accept(b'e') || self.accept(b'E') {
            let _sign = self.accept(b'+') || self.accept(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// Takes one digit or more.
    fn digits(&mut self) -> Result<(), JsonReadError> {
        let begin = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > begin).then_some(()).ok_or(JsonReadError)
    }

    fn word(&mut self, word: &str) -> Result<(), JsonReadError> {
        let rest = self.text.get(self.at..).ok_or(JsonReadError)?;
        match rest.starts_with(word) {
            true => self.at += word.len(),
            false => return Err(JsonReadError),
        }
        Ok(())
    }

    /// Goes to the next byte that is not a blank; blanks are not copied.
    fn skip_blanks(&mut self) {
        let is_blank = |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if !self.peek().is_some_and(is_blank) {
            return;
        }
        let begin = self.at;
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
        self.cut(begin);
    }

    /// Leaves what has been read since `begin` out of the copy.
    fn cut(&mut self, begin: usize) {
        if let Some(copy) = &mut self.copy {
            copy.cut(begin..self.at);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn require(&mut self, byte: u8) -> Result<(), JsonReadError> {
        self.accept(byte).then_some(()).ok_or(JsonReadError)
    }
}

impl<'a> MemberName<'a> {
    #[inline]
    fn of(name: Cow<'a, str>) -> Self {
        let first_bytes = name.bytes().take(8);
        Self {
            first_bytes: first_bytes.fold(0, |all, byte| all << 8 | u64::from(byte)),
            name,
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
