//! The walk through a table by its key: each sweep looks at the rows behind those of the sweep before it,
//! and begins again behind the last row.
//!
//! A row of which nothing is left to find costs one look in each round.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use crate::statement::{Statement, Value};

/// The walk over one table.
pub(super) struct Walk {
    end: &'static str,
    first: Value<'static>,
    last: Value<'static>,
}

/// The rows of a table that one sweep looks at: those behind `from`, up to `to`.
pub(crate) struct Window {
    from: Value<'static>,
    to: Value<'static>,
    /// True if no row is behind it.
    is_last: bool,
}

/// The progress of the walks of this process: a start begins them again.
#[derive(Default)]
pub(crate) struct Cursors(Mutex<BTreeMap<&'static str, Value<'static>>>);

macro_rules! end {
    ($table:literal, $name:literal) => {
        concat!(
            "SELECT ",
            $name,
            " FROM \"",
            $table,
            "\" WHERE ",
            $name,
            " > $1 ORDER BY ",
            $name,
            " LIMIT 1 OFFSET $2"
        )
    };
}

/// A walk through the feed.
pub(super) fn by_position() -> Walk {
    Walk {
        end: end!("feed", "position"),
        first: i64::MIN.into(),
        last: i64::MAX.into(),
    }
}

/// A walk through grants.
pub(super) fn by_grant() -> Walk {
    by_id(end!("grant", "id"))
}

/// A walk through sessions.
pub(super) fn by_session() -> Walk {
    by_id(end!("session", "id"))
}

/// Identifiers of 16 bytes.
fn by_id(end: &'static str) -> Walk {
    Walk {
        end,
        first: (&[0; 16]).into(),
        last: (&[0xff; 16]).into(),
    }
}

impl Walk {
    pub(super) fn end(&self, cursor: Option<Value<'static>>) -> Statement<'static> {
        let from = cursor.unwrap_or_else(|| self.first.clone());
        Statement::new(self.end, vec![from, (LOOKED_AT - 1).into()])
    }

    pub(super) fn window(
        &self,
        cursor: Option<Value<'static>>,
        end: Option<Value<'static>>,
    ) -> Window {
        Window {
            from: cursor.unwrap_or_else(|| self.first.clone()),
            is_last: end.is_none(),
            to: end.unwrap_or_else(|| self.last.clone()),
        }
    }
}

impl Window {
    pub(super) fn bounds(&self) -> [Value<'static>; 2] {
        [self.from.clone(), self.to.clone()]
    }
}

impl Cursors {
    /// The last row of `table` that was looked at; None if the walk begins with the first.
    pub(super) fn of(&self, table: &'static str) -> Option<Value<'static>> {
        self.0.lock().get(table).cloned()
    }

    /// Goes on behind `window`, of which nothing is left to delete.
    pub(crate) fn pass(&self, table: &'static str, window: Window) {
        let mut cursors = self.0.lock();
        match window.is_last {
            true => cursors.remove(table),
            false => cursors.insert(table, window.to),
        };
    }
}

/// Rows of a table that one sweep looks at: about a millisecond.
pub(crate) const LOOKED_AT: u32 = 2_000;
