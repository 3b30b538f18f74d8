//! Rules in words.

use std::fmt;

use super::{Class, ExpectedOwner, Owner, Rule, Source, View};

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.need)?;
        if let Some(action) = &self.action {
            write!(formatter, " and the policies of `{action}`")?;
        }
        match &self.owner {
            Owner::Any => {}
            Owner::Request(source, expected) => write!(formatter, " and {source} = {expected}")?,
            Owner::Answer(pointer, expected) => {
                write!(formatter, " and `{pointer}` of the answer = {expected}")?;
            }
            Owner::Lookup(lookup, expected) => {
                let pointer = &lookup.pointer;
                write!(formatter, " and `{pointer}` looked up = {expected}")?;
            }
            Owner::View(view, expected) => {
                let View { name, key } = view;
                write!(
                    formatter,
                    " and the owner in `{name}` of {key} = {expected}"
                )?;
            }
            Owner::Items {
                list,
                field,
                expected,
            } => match list.as_str() {
                "" => write!(formatter, ", items with `{field}` = {expected}")?,
                list => write!(formatter, ", items of `{list}` with `{field}` = {expected}")?,
            },
        }
        if let Some(fields) = &self.body_fields {
            write!(formatter, ", of the body only {fields}")?;
        }
        match self.query_fields.as_deref() {
            None => {}
            Some([]) => formatter.write_str(", of the query nothing else")?,
            Some(names) => write!(formatter, ", of the query only `{}`", names.join("`, `"))?,
        }
        match &self.show {
            Some(show) => write!(formatter, ", of the answer only {show}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(name) => write!(formatter, "`{name}` in the path"),
            Self::Query(name) => write!(formatter, "`{name}` in the query"),
            Self::Body(pointer) => write!(formatter, "`{pointer}` in the body"),
        }
    }
}

impl fmt::Display for ExpectedOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => formatter.write_str("sub"),
            Self::Claim(name) => formatter.write_str(name),
            Self::OneOf(pointer) => write!(formatter, "one of `{pointer}`"),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Public => "public",
            Self::Sound => "sound",
            Self::SoundUntilExpiry => "sound until expiry",
            Self::RaceWindow => "race window",
            Self::Heuristic => "heuristic",
            Self::Undeclared => "undeclared",
        })
    }
}
