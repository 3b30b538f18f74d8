//! The tokens of JSON: strings, numbers, words and the bytes between them (RFC 8259 §2).

use super::{
    JsonReadError, JsonReader,
    scalar::{QuotedText, escape, plain_length},
};

impl<'a> JsonReader<'a> {
    #[inline]
    pub(super) fn string(&mut self) -> Result<QuotedText<'a>, JsonReadError> {
        let Some((b'"', inner)) = self.rest.split_first() else {
            return Err(JsonReadError);
        };
        match inner.split_at_checked(plain_length(inner)) {
            Some((text, [b'"', behind @ ..])) => {
                self.rest = behind;
                Ok(QuotedText::Plain(text))
            }
            _ => self.escaped_string(inner),
        }
    }

    #[cold]
    pub(super) fn escaped_string(
        &mut self,
        inner: &'a [u8],
    ) -> Result<QuotedText<'a>, JsonReadError> {
        let mut rest = inner;
        loop {
            match rest.split_at_checked(plain_length(rest)) {
                Some((_, [b'\\', behind @ ..])) => {
                    let (_, behind) = escape(behind).ok_or(JsonReadError)?;
                    rest = behind;
                }
                Some((_, [b'"', behind @ ..])) => {
                    self.rest = behind;
                    break;
                }
                _ => return Err(JsonReadError),
            }
        }
        let length = inner.len() - self.rest.len() - 1;
        let text = inner.get(..length).ok_or(JsonReadError)?;
        Ok(QuotedText::Escaped(text))
    }

    /// Takes a number, whatever its range (RFC 8259 §6).
    pub(super) fn number(&mut self) -> Result<(), JsonReadError> {
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
    #[inline]
    pub(super) fn digits(&mut self) -> Result<(), JsonReadError> {
        let Some((b'0'..=b'9', mut rest)) = self.rest.split_first() else {
            return Err(JsonReadError);
        };
        while let Some((b'0'..=b'9', behind)) = rest.split_first() {
            rest = behind;
        }
        self.rest = rest;
        Ok(())
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), JsonReadError> {
        self.rest = self
            .rest
            .strip_prefix(word.as_bytes())
            .ok_or(JsonReadError)?;
        Ok(())
    }

    /// Goes to the next byte that is not a blank, and returns it; blanks are not copied.
    #[inline]
    pub(super) fn next_byte(&mut self) -> u8 {
        match self.peek() {
            next if next > b' ' => next,
            _ => self.skip_blanks(),
        }
    }

    #[cold]
    pub(super) fn skip_blanks(&mut self) -> u8 {
        let begin = self.at();
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.pass();
        }
        self.cut(begin);
        self.peek()
    }

    /// Leaves what has been read since `begin` out of the copy.
    pub(super) fn cut(&mut self, begin: usize) {
        let end = self.at();
        if let Some(copy) = &mut self.copy {
            copy.cut(begin..end);
        }
    }

    /// Returns the position of the next byte.
    pub(super) fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// Returns the next byte; at the end 0, which JSON has nowhere.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    /// Goes past a byte.
    #[inline]
    pub(super) fn pass(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    #[inline]
    pub(super) fn accept(&mut self, byte: u8) -> bool {
        match self.rest {
            [next, rest @ ..] if *next == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline]
    pub(super) fn require(&mut self, byte: u8) -> Result<(), JsonReadError> {
        match self.accept(byte) {
            true => Ok(()),
            false => Err(JsonReadError),
        }
    }
}
