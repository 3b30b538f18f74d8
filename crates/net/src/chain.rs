//! Errors with their causes, as texts.

use crate::tls::{self, TlsFault};

/// Returns an error with everything that caused it, for the log. A fault of TLS is told as a
/// [`TlsFault`], which says what to do.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    chain_naming(error, tls::GUARD_SETTINGS)
}

/// Returns an error as [`chain`] does, for a program that trusts authorities by another `setting` than the
/// guard's.
#[must_use]
pub fn chain_naming(error: &(dyn std::error::Error + 'static), setting: &str) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(fault) = TlsFault::of_this(cause) {
            // its causes say the same in other words
            texts.push(fault.naming(setting).to_string());
            break;
        }
        let text = cause.to_string();
        match texts.last_mut() {
            // many errors repeat their cause, or are repeated by it
            Some(last) if last.contains(&text) => {}
            Some(last) if text.contains(last.as_str()) => *last = text,
            _ => texts.push(text),
        }
        next = cause.source();
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Told(&'static str, #[source] Option<Box<Told>>);

    fn told(texts: &[&'static str]) -> String {
        let whole = texts
            .iter()
            .rev()
            .fold(None, |cause, text| Some(Box::new(Told(text, cause))));
        chain(whole.unwrap().as_ref())
    }

    #[test]
    fn nothing_is_said_twice() {
        let expected = "cannot listen on `a`: address in use";
        assert_eq!(told(&["cannot listen on `a`", "address in use"]), expected);
        assert_eq!(told(&[expected, "address in use"]), expected);
        let database = "`a.db` cannot be used";
        let sqlite = ["file is not a database", "error 26: file is not a database"];
        let expected = "`a.db` cannot be used: error 26: file is not a database";
        assert_eq!(told(&[database, sqlite[0], sqlite[1]]), expected);
    }
}
