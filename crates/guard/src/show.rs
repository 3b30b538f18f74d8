//! The fields of an answer that its caller sees.

use std::{collections::BTreeSet, fmt};

use airside_api::json_reader::JsonKind;

use crate::field::Fields;

/// The fields of an answer that callers see; the others are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    everyone: Fields,
    scoped: Vec<ScopedField>,
    /// All fields, for every caller: the form that an answer must have.
    all: Fields,
}

/// A field that only callers with a scope see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScopedField {
    pub(crate) field: String,
    pub(crate) scope: String,
}

impl Show {
    /// Reads JSON pointers (RFC 6901), in which `*` stands for every item of a list.
    ///
    /// # Errors
    ///
    /// Describes the text that is not a pointer to a field.
    pub(crate) fn parse(everyone: &[String], scoped: Vec<ScopedField>) -> Result<Self, String> {
        let everyone = Fields::parse(everyone)?;
        let mut all = everyone.clone();
        for ScopedField { field, .. } in &scoped {
            all.add(field)?;
        }
        Ok(Self {
            everyone,
            scoped,
            all,
        })
    }

    /// Returns true if an answer of this kind has the form that some pointer says.
    pub(crate) fn has_form_of(&self, answer: JsonKind) -> bool {
        self.all.has_form_of(answer)
    }

    /// Returns the fields that a caller with these scopes sees.
    pub(crate) fn seen(&self, scopes: &BTreeSet<String>) -> Fields {
        let mut seen = self.everyone.clone();
        for ScopedField { field, scope } in &self.scoped {
            if scopes.contains(scope) {
                // `parse` has refused what is not a pointer
                let _added = seen.add(field);
            }
        }
        seen
    }
}

impl fmt::Display for Show {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.everyone)?;
        for ScopedField { field, scope } in &self.scoped {
            write!(formatter, ", with scope `{scope}` also `{field}`")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::scan::{self, Wanted};

    fn show(everyone: &[&str], scoped: &[(&str, &str)]) -> Show {
        let everyone: Vec<_> = everyone.iter().map(|&one| one.to_owned()).collect();
        let scoped = scoped.iter().map(|&(field, scope)| ScopedField {
            field: field.to_owned(),
            scope: scope.to_owned(),
        });
        Show::parse(&everyone, scoped.collect()).unwrap()
    }

    fn seen(show: &Show, scopes: &str, answer: &str) -> Option<String> {
        let scopes = scopes.split_whitespace().map(str::to_owned).collect();
        let fields = show.seen(&scopes);
        let scanned = scan::copy(answer.as_bytes(), Wanted::Nothing, fields.tree()).unwrap();
        show.has_form_of(scanned.kind)
            .then(|| scanned.copy.into_owned())
    }

    const ANSWER: &str = r#"{"id":1.0,"ssn":"078","items":[{"price":1e400,"cost":2},7,[{"price":3}],{}],"to":{"iban":"X","bank":{"a/b":1}}}"#;

    #[test]
    fn what_is_not_named_is_left_out() {
        for (named, left) in LEFT {
            let found = seen(&show(named, &[]), "", ANSWER);
            assert_eq!(found.as_deref(), Some(left), "{named:?}");
        }
        let escaped = seen(
            &show(&["/ssn"], &[]),
            "",
            r#"{"\u0073sn":"\u00e9","SSN":1}"#,
        );
        assert_eq!(escaped.as_deref(), Some(r#"{"\u0073sn":"\u00e9"}"#));
    }

    #[test]
    fn a_scope_shows_more() {
        let scoped = [
            ("/ssn", "pii"),
            ("/to/bank", "bank"),
            ("/items/*/cost", "pii"),
        ];
        let rule = show(&["/id"], &scoped);
        for (scopes, left) in SHOWN_TO_SCOPES {
            let shown = seen(&rule, scopes, ANSWER);
            assert_eq!(shown.as_deref(), Some(left), "{scopes}");
        }
        assert_eq!(
            rule.to_string(),
            "`/id`, with scope `pii` also `/ssn`, with scope `bank` also `/to/bank`, with scope `pii` also `/items/*/cost`"
        );
    }

    #[test]
    fn a_list_is_named_by_its_items() {
        let rule = show(&["/*/id"], &[]);
        let left = seen(&rule, "", r#"[{"id":1,"x":2},{"x":3},4]"#);
        assert_eq!(left.as_deref(), Some(r#"[{"id":1},{}]"#));
        let rule = show(&[], &[("/*/id", "pii")]);
        assert_eq!(seen(&rule, "", r#"[{"id":1}]"#).as_deref(), Some("[]"));
        let left = seen(&rule, "pii", r#"[{"id":1,"x":2}]"#);
        assert_eq!(left.as_deref(), Some(r#"[{"id":1}]"#));
    }

    #[test]
    fn an_answer_of_another_form_is_not_shown() {
        for (named, answer) in [
            ("/id", r#"[{"id":1}]"#),
            ("/*/id", r#"{"id":1}"#),
            ("/id", "1"),
            ("/id", "null"),
            ("/id", r#""id""#),
        ] {
            assert_eq!(seen(&show(&[named], &[]), "", answer), None, "{named}");
            assert_eq!(seen(&show(&[], &[(named, "pii")]), "", answer), None);
        }
        assert!(Show::parse(&["id".to_owned()], Vec::new()).is_err());
    }

    /// Fields that are named, and what is left of [`ANSWER`].
    const LEFT: [(&[&str], &str); 8] = [
        (&["/id"], r#"{"id":1.0}"#),
        (&["/items/*/price"], r#"{"items":[{"price":1e400},{}]}"#),
        (&["/to"], r#"{"to":{"iban":"X","bank":{"a/b":1}}}"#),
        (&["/to/bank/a~1b"], r#"{"to":{"bank":{"a/b":1}}}"#),
        (
            &["/items/*", "/x"],
            r#"{"items":[{"price":1e400,"cost":2},7,[{"price":3}],{}]}"#,
        ),
        (&["/items/*/*/price"], r#"{"items":[[{"price":3}]]}"#),
        (&["/to/*", "/id/x", "/items/price", "/Id"], r"{}"),
        (&[], "{}"),
    ];

    const SHOWN_TO_SCOPES: [(&str, &str); 4] = [
        ("", r#"{"id":1.0}"#),
        ("pi pii2 PII", r#"{"id":1.0}"#),
        ("pii", r#"{"id":1.0,"ssn":"078","items":[{"cost":2},{}]}"#),
        ("x bank", r#"{"id":1.0,"to":{"bank":{"a/b":1}}}"#),
    ];
}
