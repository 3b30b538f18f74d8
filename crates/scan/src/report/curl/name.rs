//! Names of shell variables.

use std::collections::BTreeSet;

use crate::word::folded;

/// Returns the shell variable for the token of a caller.
#[must_use]
pub fn variable(name: &str) -> String {
    format!("{TOKEN}{}", letters(name))
}

/// The variables that lines set, each once.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Returns a new variable for the member `field` of an object of a kind: `ORDER_ID`, then `ORDER_ID_2`.
    pub(super) fn add(&mut self, kind: &str, field: &str) -> String {
        let name = name_of(kind, field);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|one| !self.0.contains(one)).unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

/// Returns the name of a member of an object, which has the kind in it once.
fn name_of(kind: &str, field: &str) -> String {
    let has_kind = folded(field).starts_with(&folded(kind));
    let name = match has_kind && !kind.is_empty() {
        true => letters(field),
        false if kind.is_empty() => format!("OBJECT_{}", letters(field)),
        false => format!("{}_{}", letters(kind), letters(field)),
    };
    let name = name.trim_matches('_');
    // `PATH` is the shell's, and tokens and passwords of callers have variables of their own
    let is_taken = [TOKEN, PASSWORD].iter().any(|own| name.starts_with(own));
    match is_taken || !name.contains('_') || name.starts_with(|sign: char| sign.is_ascii_digit()) {
        true => format!("OBJECT_{name}"),
        false => name.to_owned(),
    }
}

/// Returns a name in the letters of a shell variable.
fn letters(name: &str) -> String {
    let letters = name.chars().map(|sign| match sign.is_ascii_alphanumeric() {
        true => sign.to_ascii_uppercase(),
        false => '_',
    });
    letters.collect()
}

const TOKEN: &str = "TOKEN_";
const PASSWORD: &str = "PASSWORD_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_the_name_of_what_it_holds() {
        let mut names = Names::default();
        for (kind, field, name) in [
            ("order", "id", "ORDER_ID"),
            ("order", "id", "ORDER_ID_2"),
            ("order", "order_id", "ORDER_ID_3"),
            ("team", "slug", "TEAM_SLUG"),
            ("", "_id", "OBJECT__ID"),
            ("token", "id", "OBJECT_TOKEN_ID"),
            ("path", "path", "OBJECT_PATH"),
            ("2fa", "id", "OBJECT_2FA_ID"),
        ] {
            assert_eq!(names.add(kind, field), name, "{kind} {field}");
        }
        assert_eq!(variable("al-ice 2"), "TOKEN_AL_ICE_2");
    }
}
