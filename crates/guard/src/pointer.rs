//! JSON pointers (RFC 6901).

/// The first token of a JSON pointer, and the pointer behind it.
pub(crate) fn split(pointer: &str) -> Option<(String, &str)> {
    let rest = pointer.strip_prefix('/')?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (first, behind) = rest.split_at_checked(end)?;
    Some((unescaped(first), behind))
}

/// The name of the member at the top in which a JSON pointer ends.
pub(crate) fn first(pointer: &str) -> Option<String> {
    split(pointer).map(|(first, _)| first)
}

/// A token of a JSON pointer as it is meant (RFC 6901 §4).
pub(crate) fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
