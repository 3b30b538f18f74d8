//! Ids of rules: a specification and a section, in one spelling.

use std::cmp::Ordering;

/// The id of a rule, as in `RFC6749-4.1.2`, `OIDC-Core-9` or, of a draft with its number,
/// `draft-ietf-oauth-status-list-21-8.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(pub String);

impl Id {
    /// Splits an id off the front of `text`.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        let is_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
        let end = text.find(|letter| !is_id(letter)).unwrap_or(text.len());
        let word = text.get(..end)?.trim_end_matches('.');
        let (specification, section) = word.rsplit_once('-')?;
        let is_known = is_rfc(specification)
            || SPECIFICATIONS.contains(&specification)
            || is_draft(specification);
        let (section, _) = split_section(section).filter(|(_, rest)| rest.is_empty())?;
        (is_known && !section.is_empty())
            .then(|| (Self(word.to_owned()), text.get(word.len()..).unwrap_or("")))
    }

    /// Returns the id of another section of the same specification.
    pub(super) fn with_section(&self, section: &str) -> String {
        let specification = self.0.rsplit_once('-').map_or("", |(before, _)| before);
        format!("{specification}-{section}")
    }

    /// The parts between dots and dashes; numbers compare as numbers, appendices come last.
    fn parts(&self) -> impl Iterator<Item = (u64, &str)> {
        let number = |part: &str| {
            let digits: String = part.chars().filter(char::is_ascii_digit).collect();
            digits.parse().unwrap_or(u64::MAX)
        };
        self.0
            .split(['-', '.'])
            .map(move |part| (number(part), part))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        // `RFC` and `OIDC` first, so that the two families do not mix
        let family = |id: &Self| id.0.starts_with("RFC");
        family(self)
            .cmp(&family(other))
            .then_with(|| self.parts().cmp(other.parts()))
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Finds an id at the front of `text`, in any spelling: the text of it, and what to do about it.
pub(super) fn loose(text: &str) -> Option<(&str, String)> {
    let (specification, rest) = loose_rfc(text)
        .or_else(|| loose_name(text))
        .or_else(|| other_name(text))?;
    let (section, rest) = split_section(skip_to_section(rest))?;
    let found = text.strip_suffix(rest).unwrap_or(text).trim();
    let advice = match specification {
        Some(specification) => format!("write `{specification}-{section}`"),
        None => format!("use one of {SPECIFICATIONS:?}, or a draft with its number"),
    };
    (rest.is_empty() || rest.starts_with([',', '.', ';'])).then_some((found, advice))
}

/// Returns the section at the front of `text`, if nothing else is there.
pub(super) fn bare_section(text: &str) -> Option<&str> {
    let (section, rest) = split_section(text.trim_start_matches('§'))?;
    let ends = rest.is_empty() || rest.starts_with(',');
    (ends && section.starts_with(|first: char| first.is_ascii_digit())).then_some(section)
}

/// Reads `RFC 6749`, `rfc-6749` and the like.
fn loose_rfc(text: &str) -> Option<(Option<String>, &str)> {
    let rest = after_letters(text, "rfc")?.trim_start_matches(SEPARATORS);
    let end = rest.find(|letter: char| !letter.is_ascii_digit());
    let (number, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let (suffix, rest) = match rest.strip_prefix("bis") {
        Some(rest) => ("bis", rest),
        None => ("", rest),
    };
    (!number.is_empty()).then(|| (Some(format!("RFC{number}{suffix}")), rest))
}

/// Reads `OIDC Core`, `OpenID Connect Core`, `OAUTH 2.1` and the like.
fn loose_name(text: &str) -> Option<(Option<String>, &str)> {
    let known = SPECIFICATIONS.iter().find_map(|name| {
        let long = name.replace("OIDC-", "OpenID Connect ");
        let rest = after_letters(text, name).or_else(|| after_letters(text, &long))?;
        Some((name, rest))
    });
    known.map(|(name, rest)| (Some((*name).to_owned()), rest))
}

/// Reads `OIDC-Session-2` or a draft without a number: nothing that is known.
fn other_name(text: &str) -> Option<(Option<String>, &str)> {
    let is_other = text.starts_with("OIDC-") || text.starts_with("draft-");
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-.".contains(letter));
    let word = text.get(..end.unwrap_or(text.len()))?;
    let (name, _) = word.rsplit_once('-').filter(|_| is_other)?;
    Some((None, text.strip_prefix(name)?))
}

/// Returns the text after `name`, ignoring case and separators.
fn after_letters<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    for letter in name.chars().filter(|letter| !SEPARATORS.contains(letter)) {
        let mut letters = rest.trim_start_matches(SEPARATORS).chars();
        if !letters.next()?.eq_ignore_ascii_case(&letter) {
            return None;
        }
        rest = letters.as_str();
    }
    Some(rest)
}

fn skip_to_section(text: &str) -> &str {
    let mut rest = text.trim_start_matches(BEFORE_SECTION);
    for word in ["section", "appendix"] {
        rest = after_letters(rest, word)
            .map_or(rest, |after| after.trim_start_matches(BEFORE_SECTION));
    }
    rest
}

/// Splits `4.1.2`, or an appendix as `A.1`, off the front of `text`.
fn split_section(text: &str) -> Option<(&str, &str)> {
    let is_section = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let end = text
        .find(|letter| !is_section(letter))
        .unwrap_or(text.len());
    let section = text.get(..end)?.trim_end_matches('.');
    let mut parts = section.split('.');
    let first = parts.next()?;
    let is_number =
        |part: &str| !part.is_empty() && part.chars().all(|digit| digit.is_ascii_digit());
    let is_appendix = first.len() == 1 && first.chars().all(|letter| letter.is_ascii_uppercase());
    let is_whole = (is_number(first) || is_appendix) && parts.all(is_number);
    is_whole.then(|| (section, text.get(section.len()..).unwrap_or("")))
}

fn is_rfc(specification: &str) -> bool {
    let number = specification.strip_prefix("RFC").unwrap_or_default();
    let number = number.strip_suffix("bis").unwrap_or(number);
    !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())
}

/// Returns true if it is a draft with its version.
fn is_draft(specification: &str) -> bool {
    let name = specification.strip_prefix("draft-");
    let version = name.and_then(|name| name.rsplit_once('-'));
    version.is_some_and(|(_, version)| version.chars().all(|digit| digit.is_ascii_digit()))
}

/// Those that are no RFC and no draft.
const SPECIFICATIONS: [&str; 9] = [
    "OIDC-Core",
    "OIDC-Create",
    "OIDC-Discovery",
    "OIDC-FormPost",
    "OIDC-Registration",
    "OIDC-RPInitiated",
    "OAuth2.1",
    "UTS39",
    "ASVS",
];

const SEPARATORS: [char; 3] = [' ', '-', '_'];
const BEFORE_SECTION: [char; 5] = [' ', '-', ',', '§', '#'];
