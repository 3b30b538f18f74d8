//! The names of the parts of a body (RFC 7578, RFC 2046 §5.1).
//!
//! The grammar is the one that clients write and all parsers read alike: lines end in CRLF, nothing is
//! before the first delimiter or behind the last one, and the delimiter is nowhere else.

use super::{
    disposition,
    watched::{ELSEWHERE, Names},
};
use crate::AmbiguityError;

/// The scanner of a body of parts.
#[derive(Debug)]
pub(super) struct Multipart {
    names: Names,
    /// `--` and the boundary.
    delimiter: Vec<u8>,
    /// The bytes that have arrived and are not judged yet, behind `read`.
    buffer: Vec<u8>,
    /// The number of judged bytes in the buffer; they are dropped once a push, so that many small parts
    /// cost no more than a large one.
    read: usize,
    at: MultipartState,
    expected: Option<String>,
    /// The content so far, if it is checked.
    content: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MultipartState {
    Start,
    Headers,
    Content,
    End,
}

impl Multipart {
    pub(super) fn new(names: Names, boundary: &str) -> Self {
        Self {
            names,
            delimiter: format!("--{boundary}").into_bytes(),
            buffer: Vec::new(),
            read: 0,
            at: MultipartState::Start,
            expected: None,
            content: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), AmbiguityError> {
        self.buffer.extend_from_slice(bytes);
        while self.step()? {}
        self.buffer.drain(..self.read);
        self.read = 0;
        Ok(())
    }

    /// Reads on; false if more must arrive first.
    fn step(&mut self) -> Result<bool, AmbiguityError> {
        match self.at {
            MultipartState::Start => self.delimiter_at(0),
            MultipartState::Headers => self.headers(),
            MultipartState::Content => self.content(),
            MultipartState::End if LINE_END.starts_with(self.rest()) => Ok(false),
            MultipartState::End => Err(AmbiguityError("the body goes on behind its last boundary")),
        }
    }

    pub(super) fn finish(&mut self) -> Result<(), AmbiguityError> {
        match self.at == MultipartState::End && (self.rest().is_empty() || self.rest() == LINE_END)
        {
            true => Ok(()),
            false => Err(AmbiguityError("the body has no last boundary")),
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.read..).unwrap_or_default()
    }

    /// Reads a delimiter line that must be here; false if more must arrive first.
    fn delimiter_at(&mut self, start: usize) -> Result<bool, AmbiguityError> {
        let here = self.rest().get(start..).unwrap_or_default();
        let Some((delimiter, behind)) = here.split_at_checked(self.delimiter.len()) else {
            return match self.delimiter.starts_with(here) {
                true => Ok(false),
                false => Err(NO_DELIMITER),
            };
        };
        if delimiter != self.delimiter {
            return Err(NO_DELIMITER);
        }
        let Some(end) = behind.get(..2) else {
            return Ok(false);
        };
        self.at = match end {
            LINE_END => MultipartState::Headers,
            b"--" => MultipartState::End,
            _ => return Err(AmbiguityError("something follows a boundary of the body")),
        };
        self.read += start + self.delimiter.len() + 2;
        Ok(true)
    }

    fn headers(&mut self) -> Result<bool, AmbiguityError> {
        let rest = self.rest();
        let some = rest.get(..MAX_HEADERS + 4).unwrap_or(rest);
        let length = match some.starts_with(LINE_END) {
            true => Some(0),
            false => find(some, b"\r\n\r\n").map(|end| end + 2),
        };
        if length.unwrap_or(some.len()) > MAX_HEADERS {
            return Err(AmbiguityError("the headers of a part are too long"));
        }
        let Some(length) = length else {
            return Ok(false);
        };
        let part = disposition::part(rest.get(..length).unwrap_or_default())?;
        let name = part.name.as_deref();
        if let Some(name) = name {
            self.expected = self.names.judge(name)?;
        }
        let others = part.other_names.iter().map(String::as_str);
        for other in others.filter(|other| Some(*other) != name) {
            self.names.require_absent(other)?;
        }
        if self.expected.is_some() && !part.is_plain {
            return Err(ELSEWHERE);
        }
        self.read += length + LINE_END.len();
        self.at = MultipartState::Content;
        Ok(true)
    }

    fn content(&mut self) -> Result<bool, AmbiguityError> {
        let Some(start) = find(self.rest(), &self.delimiter) else {
            // a delimiter may have begun, with the end of a line before it
            let open = self.delimiter.len() + 1;
            self.keep(self.rest().len().saturating_sub(open))?;
            return Ok(false);
        };
        let line_end = start.checked_sub(LINE_END.len());
        let line_end = line_end.filter(|at| self.rest().get(*at..start) == Some(LINE_END));
        let length = line_end.ok_or(NO_LINE)?;
        self.keep(length)?;
        if !self.delimiter_at(LINE_END.len())? {
            return Ok(false);
        }
        let content = std::mem::take(&mut self.content);
        match self.expected.take() {
            Some(expected) if content != expected.as_bytes() => Err(ELSEWHERE),
            _ => Ok(true),
        }
    }

    /// Reads content of this length.
    fn keep(&mut self, length: usize) -> Result<(), AmbiguityError> {
        let content = self.buffer.get(self.read..self.read + length);
        if let Some(expected) = &self.expected {
            self.content.extend_from_slice(content.unwrap_or_default());
            if self.content.len() > expected.len() {
                return Err(ELSEWHERE);
            }
        }
        self.read += length;
        Ok(())
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut start = 0;
    loop {
        let rest = text.get(start..)?;
        start += rest.iter().position(|byte| *byte == first)?;
        if text.get(start..)?.starts_with(what) {
            return Some(start);
        }
        start += 1;
    }
}

const LINE_END: &[u8] = b"\r\n";
const NO_LINE: AmbiguityError =
    AmbiguityError("a boundary of the body is not on a line of its own");
const NO_DELIMITER: AmbiguityError = AmbiguityError("the body does not begin with its boundary");
/// The maximum length of one part's headers, in bytes.
const MAX_HEADERS: usize = 8 * 1024;
