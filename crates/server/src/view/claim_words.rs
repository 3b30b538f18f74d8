//! The meaning of claims, in words for people.

use serde::Serialize;

/// One claim on the consent page.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ClaimLine<'a> {
    /// The claim, as requested.
    pub name: &'a str,
    /// The words after "see"; `None` for a claim of the operator's own.
    pub words: Option<&'static str>,
}

impl<'a> ClaimLine<'a> {
    /// Puts a claim into words (OpenID Connect Core 5.1).
    pub fn new(name: &'a str) -> Self {
        let (base, _) = name.split_once('#').unwrap_or((name, ""));
        let known = WORDS.iter().find(|(known, _)| *known == base);
        Self {
            name,
            words: known.map(|(_, words)| *words),
        }
    }
}

const WORDS: [(&str, &str); 21] = [
    ("name", "your name"),
    ("given_name", "your given name"),
    ("family_name", "your family name"),
    ("middle_name", "your middle name"),
    ("nickname", "your nickname"),
    ("preferred_username", "your username"),
    ("profile", "the address of your profile page"),
    ("picture", "your picture"),
    ("website", "the address of your website"),
    ("email", "your email address"),
    ("email_verified", "if your email address is verified"),
    ("gender", "your gender"),
    ("birthdate", "your date of birth"),
    ("zoneinfo", "your time zone"),
    ("locale", "your language"),
    ("phone_number", "your phone number"),
    ("phone_number_verified", "if your phone number is verified"),
    ("address", "your postal address"),
    ("updated_at", "when your profile last changed"),
    ("groups", "your groups"),
    ("roles", "your roles"),
];
