//! The kinds of objects that names of parameters and members identify.

use crate::word::{KNOWN_KINDS, is_id_name, singular};

/// Returns the kinds of objects that a name could identify, and the field that does; `near` is the kind that
/// the path names before it.
pub(super) fn entities_and_field(words: &[String], near: Option<String>) -> (Vec<String>, String) {
    let near: Vec<String> = near.into_iter().collect();
    let Some(last) = words.last() else {
        return (near, String::new());
    };
    let last = last.as_str();
    let of = |own: String, field: &str| {
        let entities = [own].into_iter().chain(near.clone()).collect();
        (unique(entities), field.to_owned())
    };
    // `userid`, in one word
    let run_together = last
        .strip_suffix("id")
        .filter(|stem| words.len() == 1 && KNOWN_KINDS.contains(stem));
    if let Some(stem) = run_together {
        return of(stem.to_owned(), "id");
    }
    if last == "username" || last == "email" || last == "login" {
        return of("user".to_owned(), last);
    }
    match words {
        [only] => of_one_word(only, last, near),
        words => of_several_words(words, last, near),
    }
}

/// Returns those of `/orders/{id}`, and of `/users/{user}`.
fn of_one_word(word: &str, last: &str, near: Vec<String>) -> (Vec<String>, String) {
    let own = singular(word);
    let is_own = near.first() == Some(&own);
    let own = person(&own);
    let is_kind = is_own || KNOWN_KINDS.contains(&own.as_str()) || near.is_empty();
    match is_kind && !is_id_name(last) {
        true => (unique([vec![own], near].concat()), String::new()),
        false => (near, last.to_owned()),
    }
}

/// Returns those of `order_id`, and of `from_account_id`.
fn of_several_words(words: &[String], last: &str, near: Vec<String>) -> (Vec<String>, String) {
    let stem_words = words.split_last().map_or(words, |(_, stem)| stem);
    let begins_near = words.first().map(|first| singular(first)) == near.first().cloned();
    if begins_near {
        let rest: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
        return (near, rest.concat());
    }
    let mut entities = vec![person(&singular(&stem_words.concat()))];
    // `from_account_id` is an account
    entities.extend(stem_words.last().map(|word| person(&singular(word))));
    entities.extend(near);
    match is_id_name(last) {
        true => (unique(entities), last.to_owned()),
        false => {
            entities.push(singular(last));
            (unique(entities), String::new())
        }
    }
}

/// Returns `user` for the names that people have beside it.
pub(super) fn person(name: &str) -> String {
    match name {
        "owner" | "author" | "creator" | "assignee" | "member" | "recipient" | "sender"
        | "receiver" | "customer" | "client" | "buyer" | "seller" | "patient" | "person"
        | "rider" | "driver" | "student" | "teacher" | "employee" | "doctor" | "player"
        | "profile" | "people" | "guest" | "subscriber" => "user".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns names without repetitions, and without empty ones.
pub(super) fn unique(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !name.is_empty() && !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}
