//! JSON pointers (RFC 6901).

/// Splits a JSON pointer into its first token and the rest.
pub(crate) fn split(pointer: &str) -> Option<(String, &str)> {
    let rest = pointer.strip_prefix('/')?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (first, behind) = rest.split_at_checked(end)?;
    Some((unescaped(first), behind))
}

/// Returns the name of the top-level member that a JSON pointer leads to.
pub(crate) fn first(pointer: &str) -> Option<String> {
    split(pointer).map(|(first, _)| first)
}

/// Unescapes a token of a JSON pointer (RFC 6901 §4).
pub(crate) fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// Returns the unescaped tokens of a JSON pointer.
pub(crate) fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescaped).collect()
}

/// Returns the position that a token names in a list (RFC 6901 §4).
pub(crate) fn index(token: &str) -> Option<usize> {
    let is_one = token == "0" || !token.starts_with(['0', '+']);
    is_one.then(|| token.parse().ok()).flatten()
}
