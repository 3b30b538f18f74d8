//! The comments that carry ids: `// RFC6749-4.1.2: a code is redeemed once`.

use std::cmp::Ordering;

/// The id of a rule: a specification and a section, as in `RFC6749-4.1.2`, `OIDC-Core-9` or, of a draft
/// with its number, `draft-ietf-oauth-status-list-21-8.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(pub String);

/// What one comment says of one or more ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Never empty.
    pub ids: Vec<Id>,
    /// Empty where the ids stand alone.
    pub text: String,
}

impl Id {
    /// Splits an id off the front of `text`.
    fn split(text: &str) -> Option<(Self, &str)> {
        let is_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
        let end = text.find(|letter| !is_id(letter)).unwrap_or(text.len());
        let word = text.get(..end)?.trim_end_matches('.');
        let (specification, section) = word.rsplit_once('-')?;
        let is_section = section.chars().next().is_some_and(|first| {
            first.is_ascii_digit() || (first.is_ascii_uppercase() && is_appendix(section))
        });
        let is_known = specification
            .strip_prefix("RFC")
            .is_some_and(starts_with_digit)
            || specification
                .strip_prefix("OIDC-")
                .is_some_and(|name| !name.is_empty())
            || specification == "OAuth2.1"
            || is_draft(specification);
        (is_section && is_known)
            .then(|| (Self(word.to_owned()), text.get(word.len()..).unwrap_or("")))
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

/// Finds every rule with the index of its line. A rule goes on over the comment lines that follow.
pub fn rules(lines: &[&str]) -> Vec<(usize, Rule)> {
    let mut found: Vec<(usize, Rule)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in lines.iter().enumerate() {
        let Some((code, comment)) = line.split_once("// ") else {
            goes_on = false;
            continue;
        };
        let is_whole_line = code.trim().is_empty();
        let rules = parse(comment);
        if !rules.is_empty() {
            found.extend(rules.into_iter().map(|rule| (number, rule)));
            goes_on = is_whole_line;
        } else if let Some((_, last)) = found.last_mut().filter(|_| goes_on && is_whole_line) {
            last.text.push(' ');
            last.text.push_str(comment.trim());
        } else {
            goes_on = false;
        }
    }
    found
}

/// Reads `ID, ID: text; ID: text`.
fn parse(comment: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for piece in comment.split("; ") {
        match (heading(piece), rules.last_mut()) {
            (Some(rule), _) => rules.push(rule),
            (None, Some(last)) => last.text = format!("{}; {}", last.text, piece.trim_end()),
            (None, None) => return Vec::new(),
        }
    }
    rules
}

/// Reads `ID, ID: text`; nothing if it does not start with an id.
fn heading(piece: &str) -> Option<Rule> {
    let (first, mut rest) = Id::split(piece.trim_start())?;
    let mut ids = vec![first];
    while let Some((id, after)) = rest.strip_prefix(", ").and_then(Id::split) {
        ids.push(id);
        rest = after;
    }
    let text = rest.strip_prefix(':').unwrap_or(rest).trim();
    Some(Rule {
        ids,
        text: text.to_owned(),
    })
}

/// Whether it is a draft, and says which version of it.
fn is_draft(specification: &str) -> bool {
    let name = specification.strip_prefix("draft-");
    let version = name.and_then(|name| name.rsplit_once('-'));
    version.is_some_and(|(_, version)| starts_with_digit(version))
}

fn starts_with_digit(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|first| first.is_ascii_digit())
}

/// `A.1`, but not `Core`.
fn is_appendix(section: &str) -> bool {
    section.chars().nth(1).is_none_or(|second| second == '.')
}
