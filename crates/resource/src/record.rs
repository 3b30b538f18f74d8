//! The objects of an API: rows that are only reached through a rule.
//!
//! `#[derive(Record)]` makes a struct whose fields are named as the columns are a [`Record`]. The struct
//! has the words `table` and `records`, if needed `type_name` and `parameter`, and
//! `members(members = …)` with a [`Membership`](crate::policy::Membership) that policies may use; a field:
//!
//! | word | meaning |
//! |---|---|
//! | `key` | the key; a field that is named `id` is it without a word |
//! | `owner`, `tenant` | the owner, the tenant |
//! | `version` | the version, which each change counts up ([`Record::VERSION`]) |
//! | `parent = Project` | the key of the record that this one belongs to ([`BelongsTo`], [`Record::relations`]) |
//! | `writable` | handlers may set it |
//! | `hidden_when_set` | the record is hidden from every caller while this has a value ([`Record::hidden_when`]) |
//! | `opaque` | no rule compares it, so it may be of any type that the adapter reads |
//! | `column = "…"` | the column has another name |
//!
//! It can be read from a row of each adapter that has columns of its fields' types ([`FromRow`]).
//!
//! ```
//! use airside_resource::{Record, memory::Memory};
//!
//! #[derive(Record)]
//! #[record(table = "notes", records = Memory)]
//! struct Note {
//!     id: i64,
//!     #[record(owner)]
//!     owner: String,
//!     #[record(writable)]
//!     text: String,
//!     #[record(writable, hidden_when_set)]
//!     deleted_at: Option<i64>,
//! }
//!
//! assert_eq!(Note::OWNER, Some("owner"));
//! assert_eq!(Note::WRITABLE, ["text", "deleted_at"]);
//! ```

mod belongs_to;
mod error;
mod index;
mod json;
mod query;
mod relation;
mod row;

use std::future::Future;

use airside_policy::{Predicate, Relation, Timestamp, Value};
use http::HeaderValue;
use uuid::Uuid;

use crate::entity_tag;

pub use self::index::index_sql;
pub use self::json::Json;
pub(crate) use self::query::probe;
pub(crate) use self::relation::{ambiguous_reference, parameters, pinned, pins, within};
pub use self::{
    belongs_to::BelongsTo,
    error::RecordsError,
    query::{Count, Order, Query},
    relation::shape,
    row::{FromRow, ReadColumn, RowAdapter},
};

/// A kind of object: one table, one row an object.
///
/// The columns named here are those that rules see; a row may have more.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record that an action can be about",
    label = "implement `Record` for it: its table, its key and who owns it"
)]
pub trait Record: Sized + Send + Sync + 'static {
    /// The type of the key.
    type Key: Key;
    /// The adapter that keeps the records.
    type Records: Records<Self>;
    /// The name in policies, logs and tables.
    const TYPE: &'static str;
    /// The table.
    const TABLE: &'static str;
    /// The column of the key.
    const KEY: &'static str = "id";
    /// The columns within which the key is unique, if it is not in the whole table, as for a primary key of
    /// `(project, number)`: those of the owner, the tenant or the parent. `build` refuses a rule by which a
    /// caller could mean several records: it must be `.owner()`, `.tenant(…)`, or `.through` a parent that
    /// the path names.
    const KEY_WITHIN: &'static [&'static str] = &[];
    /// The path parameter that holds the key.
    const PARAMETER: &'static str = Self::KEY;
    /// The column of the owner: the `sub` of a person. Set from the token when one is made.
    const OWNER: Option<&'static str> = None;
    /// The column of the tenant. Set from the token when one is made.
    const TENANT: Option<&'static str> = None;
    /// The column of the version: a whole number, 1 for a new record, to which each change by the library adds
    /// one. A change then counts only for the version that was loaded: see [`Self::etag`].
    const VERSION: Option<&'static str> = None;
    /// The columns that handlers may set, in the spelling that they use. Key, owner and tenant are never
    /// among them, in no spelling that a database takes for theirs; a new record may have its key set.
    const WRITABLE: &'static [&'static str] = &[];

    /// Returns a condition under which a record is hidden from every caller, such as
    /// `Predicate::Has("deleted_at".into())`: it is in no list, cannot be loaded, and neither can the records that belong to it.
    /// [`Authorized::hide`](crate::Authorized::hide) sets its columns.
    #[must_use]
    fn hidden_when() -> Option<Predicate> {
        None
    }

    /// Returns the version as a strong entity tag (RFC 9110 §8.8.3), for the header `ETag`; `None` without a
    /// [`Self::VERSION`]. A request with `If-Match` that names another version is answered 412 before the
    /// handler is called.
    #[must_use]
    fn etag(&self) -> Option<HeaderValue> {
        entity_tag::etag(entity_tag::version(&self.column(Self::VERSION?))?)
    }

    /// Lists the parents and members of a record for [policies](crate::policy::cedar):
    /// [`BelongsTo::relation`] for each parent, and [`Relation::Members`] for people.
    #[must_use]
    fn relations() -> Vec<Relation> {
        Vec::new()
    }

    /// Returns the value of a column; [`Value::Null`] for one that is not known.
    fn column(&self, name: &str) -> Value;
}

/// A type that a rule can compare: the type of a field in `#[derive(Record)]`.
#[diagnostic::on_unimplemented(
    message = "no rule can compare a `{Self}`",
    label = "write `#[record(opaque)]` at the field, which rules do not compare then"
)]
pub trait ColumnValue {
    /// Returns it as rules see it.
    fn column_value(&self) -> Value;
}

/// A key of a record, as it is written in a path.
pub trait Key: Send + Sync + Sized + 'static {
    /// Parses a key; `None` if there cannot be such a record.
    fn parse(text: &str) -> Option<Self>;

    /// Returns the value of the key's column.
    fn value(&self) -> Value;
}

/// An adapter that keeps the records of one kind.
///
/// There are adapters for SQLite and PostgreSQL (features `sqlite` and `postgres`), and one that keeps
/// them in [`memory`](crate::memory). Another database runs what [`Query::sql`] writes, in one transaction
/// after the query of [`Query::precondition`]. An adapter without SQL runs the query itself, and calls
/// [`Predicate::holds_among`] for each record that it would answer or change. `testing::contract` tests an
/// adapter.
pub trait Records<T: Record>: Clone + Send + Sync + 'static {
    /// Runs a query and answers the records concerned, as they are afterwards; a deleted one as it
    /// was.
    fn run(&self, query: Query) -> impl Future<Output = Result<Vec<T>, RecordsError>> + Send;

    /// Tells whether an index, or the primary key, of a table begins with a column. An adapter that does not
    /// know says that one does.
    fn has_index(
        &self,
        table: &str,
        column: &str,
    ) -> impl Future<Output = Result<bool, RecordsError>> + Send {
        let _ = (table, column);
        std::future::ready(Ok(true))
    }

    /// Counts the records that a rule allows.
    fn count(&self, count: Count) -> impl Future<Output = Result<u64, RecordsError>> + Send;
}

/// Returns a column of [`Record::WRITABLE`] that no handler may set.
///
/// The column of the parent may be set, in its own spelling: the rule looks at the new one then.
pub(crate) fn never_writable<T: Record>(parent: Option<&'static str>) -> Option<&'static str> {
    let named = [Some(T::KEY), T::OWNER, T::TENANT, T::VERSION]
        .into_iter()
        .flatten();
    let own: Vec<_> = named.chain(ROW_IDS).collect();
    let is_parents = |column: &str| {
        parent.is_some_and(|parent| parent != column && parent.eq_ignore_ascii_case(column))
    };
    let mut writable = T::WRITABLE.iter().copied();
    writable.find(|column| {
        is_parents(column) || own.iter().any(|name| name.eq_ignore_ascii_case(column))
    })
}

/// The names that SQLite takes for the key of a table, beside its own.
const ROW_IDS: [&str; 3] = ["rowid", "_rowid_", "oid"];

impl ColumnValue for String {
    fn column_value(&self) -> Value {
        self.as_str().into()
    }
}

impl ColumnValue for Uuid {
    /// Returns the UUID in lower case with hyphens (RFC 9562 §4).
    fn column_value(&self) -> Value {
        self.hyphenated().to_string().into()
    }
}

impl<T: ColumnValue> ColumnValue for Option<T> {
    fn column_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::column_value)
    }
}

macro_rules! column_values {
    ($($type:ty: $into:ty),*) => {$(
        impl ColumnValue for $type {
            fn column_value(&self) -> Value {
                <$into>::from(*self).into()
            }
        }
    )*};
}

column_values!(bool: bool, i8: i64, i16: i64, i32: i64, i64: i64, u8: i64, u16: i64, u32: i64);
column_values!(f32: f64, f64: f64, Timestamp: Timestamp);

impl ColumnValue for Vec<u8> {
    fn column_value(&self) -> Value {
        self.clone().into()
    }
}

impl Key for i64 {
    /// Accepts one spelling of each number: `007` and `+7` are not keys.
    fn parse(text: &str) -> Option<Self> {
        let number: Self = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Key for String {
    /// Accepts 1 to 255 bytes without control characters.
    fn parse(text: &str) -> Option<Self> {
        let fits = (1..=255).contains(&text.len()) && !text.contains(char::is_control);
        fits.then(|| text.to_owned())
    }

    fn value(&self) -> Value {
        self.as_str().into()
    }
}

impl Key for Uuid {
    /// Accepts one spelling of each UUID: lower case with hyphens (RFC 9562 §4).
    fn parse(text: &str) -> Option<Self> {
        let uuid = Self::try_parse(text).ok()?;
        (uuid.hyphenated().to_string() == text).then_some(uuid)
    }

    fn value(&self) -> Value {
        self.hyphenated().to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let uuid = "01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(
            <Uuid as Key>::parse(uuid).map(|key| key.value()),
            Some(uuid.into())
        );
        for text in OTHER_SPELLINGS {
            assert_eq!(<Uuid as Key>::parse(text), None, "{text}");
        }
        assert_eq!(<i64 as Key>::parse("-7"), Some(-7));
        for text in ["", "007", "+7", "7 ", "9223372036854775808"] {
            assert_eq!(<i64 as Key>::parse(text), None, "{text}");
        }
        assert!(<String as Key>::parse("a\0b").is_none());
        assert!(<String as Key>::parse("").is_none());
    }

    const OTHER_SPELLINGS: [&str; 6] = [
        "",
        "0123456789abcdef0123456789abcdef",
        "{01234567-89ab-cdef-0123-456789abcdef}",
        "urn:uuid:01234567-89ab-cdef-0123-456789abcdef",
        "01234567-89AB-cdef-0123-456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdeg",
    ];
}
