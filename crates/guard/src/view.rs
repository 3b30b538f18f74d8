//! The name of a view in the API's database.

use std::fmt;

/// The name of a view or table: all that is ever written into a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ViewName(String);

impl ViewName {
    /// Reads a plain identifier, or a schema and a view with a dot between.
    ///
    /// # Errors
    ///
    /// Describes a valid name.
    pub fn parse(name: &str) -> Result<Self, String> {
        let plain = |part: &str| {
            let digit_first = part.starts_with(|first: char| first.is_ascii_digit());
            let known = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            known && !digit_first && (1..=MAX_NAME).contains(&part.len())
        };
        match name.split('.').count() <= 2 && name.split('.').all(plain) {
            true => Ok(Self(name.to_owned())),
            false => Err(format!(
                "`{name}` is not the name of a view: letters, digits and `_`, as in `airside_account_owner` or `schema.view`"
            )),
        }
    }

    /// Quotes the name for a statement: never a keyword, never in another case.
    pub(crate) fn quoted(&self) -> String {
        let parts: Vec<_> = self.0.split('.').collect();
        format!("\"{}\"", parts.join("\".\""))
    }
}

impl fmt::Display for ViewName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The maximum length; PostgreSQL truncates longer names.
const MAX_NAME: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_a_plain_name() {
        for (name, quoted) in [
            ("airside_account_owner", r#""airside_account_owner""#),
            ("bank.Owner2", r#""bank"."Owner2""#),
            // a keyword is a name as well
            ("user", r#""user""#),
        ] {
            assert_eq!(ViewName::parse(name).unwrap().quoted(), quoted);
        }
        let long = "x".repeat(MAX_NAME + 1);
        for name in UNQUOTABLE.into_iter().chain([long.as_str()]) {
            assert!(ViewName::parse(name).is_err(), "{name}");
        }
    }

    /// Names that are not plain.
    const UNQUOTABLE: [&str; 13] = [
        "",
        ".",
        "a.",
        ".a",
        "a.b.c",
        "1a",
        "a b",
        "a-b",
        "a\"b",
        "a;DROP TABLE account",
        "(SELECT 1)",
        "übersicht",
        "a\0",
    ];
}
