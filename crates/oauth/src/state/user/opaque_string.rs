//! Passwords: the profile OpaqueString of RFC 8265.

use precis_profiles::{OpaqueString, precis_core::profile::PrecisFastInvocation};

use crate::key::secret::Secret;

/// The text has characters that a new password cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password has no control characters and none that RFC 8265 does not allow")]
pub struct ForbiddenCharacter;

/// Brings a password into the form that is hashed: spaces of every kind are one, and letters are composed
/// with their accents, however a keyboard sends them.
///
/// # Errors
///
/// [`ForbiddenCharacter`] if RFC 8265 does not allow the text, the empty one included.
pub fn enforce(password: &str) -> Result<Secret, ForbiddenCharacter> {
    // RFC8265-4.2.2: allowed characters, spaces, normalization; neither width nor case
    let enforced = OpaqueString::enforce(password).map_err(|_| ForbiddenCharacter)?;
    Ok(Secret::new(enforced))
}

/// Returns the form in which a password is hashed from now on.
///
/// A password that RFC 8265 does not allow is hashed as it was typed, so that it can still be verified.
pub fn hashed(password: &Secret) -> Secret {
    enforce(password.expose()).unwrap_or_else(|_| Secret::new(password.expose()))
}

/// Returns every form in which a typed password may have been hashed: the one of RFC 8265 and, where
/// it differs, the text itself, which earlier versions hashed.
///
/// The number of forms depends on the text alone, so that the time of a sign-in says nothing about
/// accounts.
pub fn spellings(password: Secret) -> Vec<Secret> {
    match enforce(password.expose()) {
        Ok(enforced) if enforced.expose() != password.expose() => vec![enforced, password],
        Ok(_) | Err(ForbiddenCharacter) => vec![password],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(password: &str) -> Vec<String> {
        let spellings = spellings(Secret::new(password));
        spellings.iter().map(|s| s.expose().to_owned()).collect()
    }

    #[test]
    fn passwords_are_what_the_examples_of_rfc_8265_say() {
        // RFC8265-4.2.2, RFC8265-4.3: tables 3 and 4
        for (typed, hashed) in [
            (
                "correct horse battery staple",
                "correct horse battery staple",
            ),
            (
                "Correct Horse Battery Staple",
                "Correct Horse Battery Staple",
            ),
            ("πßå", "πßå"),
            ("Jack of ♦s", "Jack of ♦s"),
            ("foo\u{1680}bar", "foo bar"),
        ] {
            assert_eq!(enforce(typed).unwrap().expose(), hashed);
        }
        for typed in ["", "my cat is a \tby"] {
            assert_eq!(enforce(typed).unwrap_err(), ForbiddenCharacter, "{typed:?}");
        }
    }

    #[test]
    fn spaces_and_accents_are_one_however_they_are_sent_and_width_and_case_are_not() {
        let same = |a: &str, b: &str| enforce(a).unwrap().expose() == enforce(b).unwrap().expose();
        assert!(same("caf\u{e9} au lait", "cafe\u{301} au lait"));
        assert!(same("a b", "a\u{a0}b") && same("a b", "a\u{3000}b"));
        assert!(!same("password", "ｐａｓｓｗｏｒｄ") && !same("password", "Password"));
        assert!(!same("a b", "a  b") && !same("a", "a "));
    }

    #[test]
    fn a_text_is_tried_twice_only_if_it_has_another_form() {
        // T31
        assert_eq!(texts("correct horse"), ["correct horse"]);
        assert_eq!(texts("cafe\u{301}"), ["café", "cafe\u{301}"]);
        assert_eq!(texts("tab\t"), ["tab\t"]);
        assert_eq!(hashed(&Secret::new("tab\t")).expose(), "tab\t");
        assert_eq!(hashed(&Secret::new("cafe\u{301}")).expose(), "café");
    }
}
