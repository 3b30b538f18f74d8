//! Names in lists that are separated by spaces.

/// Tells whether a text is one scope name: visible ASCII without `"` and `\`, at least one character.
#[must_use]
pub fn is_scope_token(name: &str) -> bool {
    // RFC6749-3.3: %x21 / %x23-5B / %x5D-7E
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

/// Tells whether a text is the name of a role: a scope name without a comma.
///
/// Roles are joined by spaces or commas in headers to an API, where any other text could become two roles, or
/// none.
#[must_use]
pub fn is_role(name: &str) -> bool {
    is_scope_token(name) && !name.contains(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_ONE_WORD: [&str; 15] = [
        "",
        " ",
        "viewer admin",
        " admin",
        "admin ",
        "a\tb",
        "a\nb",
        "a\0b",
        "\u{7f}",
        "a,b",
        "a\"b",
        "a\\b",
        "a\u{a0}b",
        "a\u{2003}b",
        "r\u{f4}le",
    ];

    #[test]
    fn a_role_is_one_word_however_a_list_is_joined() {
        for name in ["admin", "accounts:read", "team/1", "a-b_c.d", "!"] {
            assert!(is_role(name), "{name}");
        }
        for name in NOT_ONE_WORD {
            assert!(!is_role(name), "{name:?}");
        }
        assert!(is_scope_token("a,b") && !is_scope_token("a b") && !is_scope_token(""));
    }
}
