//! Names of fields, parameters and paths, in the spellings that APIs give them.
//!
//! | module | holds |
//! |---|---|
//! | `table` | words and what they say |

mod table;

use self::table::{
    ADMIN, ADMIN_NAMES, ADMIN_ROLES, ADMIN_SCOPES, BULK, ID_WORDS, IRREGULAR, ONLY_BEFORE,
    ONLY_BEHIND, OWNERS, PREFIXES, PRIVILEGED, PRIVILEGED_WHOLE, SENSITIVE, SENSITIVE_WHOLE, VERBS,
};

pub(crate) use table::KNOWN_KINDS;

/// Splits a name into lower-case words: `orderId`, `order_id` and `Order-ID` are `order` and `id`.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let signs: Vec<char> = name.chars().collect();
    for (at, sign) in signs.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| signs.get(at));
        let after = signs.get(at + 1);
        let begins = sign.is_uppercase()
            && (before.is_some_and(|sign| sign.is_lowercase() || sign.is_ascii_digit())
                || before.is_some_and(|sign| sign.is_uppercase())
                    && after.is_some_and(|sign| sign.is_lowercase()));
        if !sign.is_alphanumeric() || begins {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        if sign.is_alphanumeric() {
            word.extend(sign.to_lowercase());
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// Returns a name as its words joined, by which names are compared.
#[must_use]
pub fn folded(name: &str) -> String {
    words(name).concat()
}

/// Returns the singular of an English word.
#[must_use]
pub fn singular(word: &str) -> String {
    let irregular = IRREGULAR.iter().find(|(plural, _)| *plural == word);
    if let Some((_, one)) = irregular {
        return (*one).to_owned();
    }
    let keeps = ["ss", "us", "is", "news", "series"];
    if keeps.iter().any(|end| word.ends_with(end)) || word.len() < 3 {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let hissed = ["sses", "xes", "ches", "shes", "zes"];
    if hissed.iter().any(|end| word.ends_with(end)) {
        return word.strip_suffix("es").unwrap_or(word).to_owned();
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// Returns the kind of object that a segment of a path names, or `None` for a version or a prefix.
#[must_use]
pub fn kind_of_segment(segment: &str) -> Option<String> {
    let mut words = words(segment);
    let last = words.pop()?;
    let number = last.strip_prefix('v').unwrap_or(&last);
    let is_version = number.starts_with(|sign: char| sign.is_ascii_digit());
    let is_bare = words.is_empty() || is_version && words.iter().all(|word| word.len() < 3);
    if is_bare && (is_version || PREFIXES.contains(&last.as_str())) {
        return None;
    }
    words.push(singular(&last));
    Some(words.concat())
}

/// Returns true if a segment of a path says what to do, as in `/orders/create` and `/orders/bulk-delete`.
#[must_use]
pub fn is_verb(segment: &str) -> bool {
    let words = words(segment);
    let first = words.first().map(String::as_str).unwrap_or_default();
    let verb = verb(segment);
    VERBS.contains(&verb.as_str()) || BULK.contains(&first) && verb.is_empty()
}

/// Returns the first word of a segment of a path behind those that say that it is about several objects:
/// `delete` of `bulk-delete`.
#[must_use]
pub fn verb(segment: &str) -> String {
    let words = words(segment).into_iter();
    let mut words = words.skip_while(|word| BULK.contains(&word.as_str()));
    words.next().unwrap_or_default()
}

/// Returns true if a name is that of an identifier: `id`, `order_id`, `uuid`, `slug`.
#[must_use]
pub fn is_id_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else {
        return false;
    };
    ID_WORDS.contains(&last.as_str())
        || words.len() == 1 && (last.len() > 3 && last.ends_with("uuid") || last == "pk")
        || words.len() == 1 && last.len() > 3 && last.ends_with("id") && is_run_together(last)
}

/// Returns true for `userid` and its like, where the words are run together.
fn is_run_together(word: &str) -> bool {
    let stem = word.strip_suffix("id").unwrap_or(word);
    KNOWN_KINDS.contains(&stem)
}

/// Returns true if a name is that of something that only its owner should see.
#[must_use]
pub fn is_sensitive(name: &str) -> bool {
    let words = words(name);
    let whole = words.concat();
    words
        .iter()
        .any(|word| SENSITIVE.contains(&word.as_str()) || SENSITIVE.contains(&&*singular(word)))
        || SENSITIVE_WHOLE.contains(&whole.as_str())
}

/// Returns true if a name is that of a password.
#[must_use]
pub fn is_password(name: &str) -> bool {
    let whole = folded(name);
    ["password", "passwd", "passphrase", "pwd"]
        .iter()
        .any(|word| whole.contains(word))
        || whole == "pass"
}

/// Returns true if a name is that of a property that an owner may not set: a role, a balance, an owner.
#[must_use]
pub fn is_privileged(name: &str) -> bool {
    let words = words(name);
    let whole = words.concat();
    words
        .iter()
        .any(|word| PRIVILEGED.contains(&word.as_str()) || PRIVILEGED.contains(&&*singular(word)))
        || PRIVILEGED_WHOLE.contains(&whole.as_str())
}

/// Returns true if text says that only administrators, or callers of one of these roles, may do something.
#[must_use]
pub fn says_only(text: &str, roles: &[String]) -> bool {
    let words: Vec<String> = text
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| singular(&word.to_lowercase()))
        .collect();
    let has = |words: Option<&[String]>, all: &[&str]| {
        let mut words = words.into_iter().flatten();
        words.any(|word| all.contains(&word.as_str()))
    };
    let is_role = |word: &String| {
        ADMIN_ROLES.contains(&word.as_str()) || roles.iter().any(|role| folded(role) == *word)
    };
    words.iter().enumerate().any(|(at, word)| {
        let before = words.get(at.saturating_sub(4)..at);
        let behind = words.get(at + 1..(at + 4).min(words.len()));
        is_role(word) && (has(before, &ONLY_BEFORE) || has(behind, &ONLY_BEHIND))
    })
}

/// Returns true if text says that only the owner sees something.
#[must_use]
pub fn says_owner_only(text: &str) -> bool {
    let words = words(text);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    has(&["only", "private"]) && has(&OWNERS)
}

/// Returns true if a word of a path or tag names what administrators do.
#[must_use]
pub fn is_admin_segment(segment: &str) -> bool {
    let is_admin = |word: &str| ADMIN.contains(&singular(word).as_str());
    is_admin(&folded(segment)) || words(segment).iter().any(|word| is_admin(word))
}

/// Returns true if a segment of a path or a tag is often the name of an area for some callers only.
#[must_use]
pub fn is_admin_name(name: &str) -> bool {
    ADMIN_NAMES.contains(&singular(&folded(name)).as_str())
}

/// Returns true if a scope gives more than reading and writing, by its words.
#[must_use]
pub fn is_admin_scope(scope: &str) -> bool {
    words(scope)
        .iter()
        .any(|word| ADMIN_SCOPES.contains(&word.as_str()))
}

#[cfg(test)]
mod tests;
