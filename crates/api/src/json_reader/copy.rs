//! A copy of a text without the parts that are left out.

use std::{borrow::Cow, ops::Range};

/// The copy so far, and the part behind it that is still to be copied: parts that follow each other are
/// copied at once, and a text of which nothing is left out not at all.
pub(super) struct CopiedText<'a> {
    text: &'a str,
    copied: String,
    /// The beginning of the part that is still to be copied.
    rest: usize,
}

/// An end of the copy, to which it can be taken back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    copied: usize,
    rest: usize,
    end: usize,
}

impl<'a> CopiedText<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            copied: String::new(),
            rest: 0,
        }
    }

    /// Returns the copy that ends before `end`.
    pub(super) fn mark(&self, end: usize) -> Mark {
        Mark {
            copied: self.copied.len(),
            rest: self.rest,
            end,
        }
    }

    /// Leaves everything between a mark and `end` out.
    pub(super) fn take_back(&mut self, mark: Mark, end: usize) {
        self.copied.truncate(mark.copied);
        self.rest = mark.rest;
        self.cut(mark.end..end);
    }

    /// Leaves a part out that has not been copied yet.
    pub(super) fn cut(&mut self, part: Range<usize>) {
        if !part.is_empty() {
            self.add(part.start);
            self.rest = part.end;
        }
    }

    /// Returns the copy of a text that ends before `end`.
    pub(super) fn finish(mut self, end: usize) -> Cow<'a, str> {
        if self.rest == 0 {
            return Cow::Borrowed(self.text.get(..end).unwrap_or_default());
        }
        self.add(end);
        Cow::Owned(self.copied)
    }

    fn add(&mut self, end: usize) {
        self.copied.reserve(self.text.len() - self.copied.len());
        let part = self.text.get(self.rest..end);
        self.copied.push_str(part.unwrap_or_default());
    }
}
