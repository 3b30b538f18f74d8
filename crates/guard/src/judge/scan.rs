//! The one reading of an answer: it finds what a rule names, and copies what the caller sees.

use std::borrow::Cow;

use airside_api::json_reader::{JsonKind, JsonReadError, JsonReader, identifier};

use crate::{field::FieldTree, pointer};

/// The part of an answer that is looked for.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'q> {
    /// Nothing.
    Nothing,
    /// The owner, below these members and positions.
    Owner(&'q [String]),
    /// A list below these, of which the caller's items are kept.
    List(&'q [String], Items<'q>),
}

/// The items of a list that are kept.
#[derive(Clone, Copy)]
pub(crate) struct Items<'q> {
    /// The members and positions below which an item has its owner.
    pub(crate) owner: &'q [String],
    pub(crate) is_own: &'q dyn Fn(&str) -> bool,
}

/// The findings in an answer.
pub(crate) struct ScannedAnswer<'a> {
    /// The kind of the whole answer.
    pub(crate) kind: JsonKind,
    pub(crate) owner: Option<Cow<'a, str>>,
    pub(crate) has_list: bool,
    /// The part that the caller sees; empty if no copy was made.
    pub(crate) copy: Cow<'a, str>,
}

struct Scan<'a> {
    reader: JsonReader<'a>,
    owner: Option<Cow<'a, str>>,
    has_list: bool,
}

/// Reads an answer without a copy.
///
/// # Errors
///
/// [`JsonReadError`] if it is not strict JSON.
pub(crate) fn find<'a>(
    answer: &'a [u8],
    wanted: Wanted<'_>,
) -> Result<ScannedAnswer<'a>, JsonReadError> {
    Scan::of(JsonReader::new(answer)?).answer(wanted, Some(FieldTree::WHOLE))
}

/// Reads an answer, and copies the fields that are shown, and of a list the items that are kept. An
/// object or a list of which nothing is shown is copied as an empty one.
///
/// # Errors
///
/// [`JsonReadError`] if it is not strict JSON.
pub(crate) fn copy<'a>(
    answer: &'a [u8],
    wanted: Wanted<'_>,
    shown: &FieldTree,
) -> Result<ScannedAnswer<'a>, JsonReadError> {
    Scan::of(JsonReader::copying(answer)?).answer(wanted, Some(shown))
}

impl<'a> Scan<'a> {
    fn of(reader: JsonReader<'a>) -> Self {
        Self {
            reader,
            owner: None,
            has_list: false,
        }
    }

    fn answer(
        mut self,
        wanted: Wanted<'_>,
        shown: Option<&FieldTree>,
    ) -> Result<ScannedAnswer<'a>, JsonReadError> {
        let kind = self.reader.kind();
        self.value(wanted, shown)?;
        Ok(ScannedAnswer {
            kind,
            owner: self.owner,
            has_list: self.has_list,
            copy: self.reader.finish()?,
        })
    }

    /// Reads a value, and tells whether it is shown, at least in part.
    fn value(
        &mut self,
        wanted: Wanted<'_>,
        shown: Option<&FieldTree>,
    ) -> Result<bool, JsonReadError> {
        let kind = self.reader.kind();
        let shown = shown.filter(|fields| fields.allows(kind));
        match (kind, wanted) {
            (_, Wanted::Nothing) if shown.is_some_and(FieldTree::is_whole) => self.reader.skip()?,
            (JsonKind::Object, _) => self.object(wanted, shown)?,
            (JsonKind::List, _) => self.list(wanted, shown)?,
            (JsonKind::Scalar, Wanted::Owner([])) => {
                self.owner = identifier(self.reader.scalar()?);
            }
            (JsonKind::Scalar, _) => self.reader.skip()?,
        }
        Ok(shown.is_some())
    }

    fn object(
        &mut self,
        wanted: Wanted<'_>,
        shown: Option<&FieldTree>,
    ) -> Result<(), JsonReadError> {
        let mut members = self.reader.object()?;
        while let Some(name) = self.reader.member(&mut members)? {
            let shown = shown.and_then(|fields| fields.member(&name));
            let is_shown = self.value(wanted.below(|token| *token == name), shown)?;
            if !is_shown {
                self.reader.leave_out(&mut members);
            }
        }
        Ok(())
    }

    fn list(&mut self, wanted: Wanted<'_>, shown: Option<&FieldTree>) -> Result<(), JsonReadError> {
        let shown = shown.and_then(FieldTree::item);
        let mut items = self.reader.list()?;
        let mut position = 0;
        while self.reader.item(&mut items)? {
            let is_kept = match wanted {
                Wanted::List([], of_items) => self.item(of_items, shown)?,
                _ => {
                    let is_here = |token: &str| pointer::index(token) == Some(position);
                    self.value(wanted.below(is_here), shown)?
                }
            };
            if !is_kept {
                self.reader.leave_out(&mut items);
            }
            position += 1;
        }
        self.has_list |= matches!(wanted, Wanted::List([], _));
        Ok(())
    }

    /// Reads an item of the list, and tells whether it is the caller's and shown.
    fn item(
        &mut self,
        of_items: Items<'_>,
        shown: Option<&FieldTree>,
    ) -> Result<bool, JsonReadError> {
        let is_shown = self.value(Wanted::Owner(of_items.owner), shown)?;
        let owner = self.owner.take();
        Ok(is_shown && owner.is_some_and(|owner| (of_items.is_own)(&owner)))
    }
}

impl Wanted<'_> {
    /// Returns what is looked for in the member or item that the next token may name.
    fn below(self, is_named: impl Fn(&str) -> bool) -> Self {
        match self {
            Self::Owner([token, rest @ ..]) if is_named(token) => Self::Owner(rest),
            Self::List([token, rest @ ..], items) if is_named(token) => Self::List(rest, items),
            _ => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests;
