//! The names that frameworks treat as the same parameter.
//!
//! Names are compared after every fold that a framework makes: case, with the Unicode folds of Go's
//! JSON (`ſ` is `s`, the Kelvin sign `k`); brackets (`id[]`, `[id]`, `id]` and `id[x]` are `id` to Rack,
//! qs, PHP or Spring); `.`, a space and a lone `[` as `_` (PHP); blanks, quotes, a BOM or a `?` around a
//! name; and a NUL that ends it.

/// Returns true if a framework could take the parameter `key` for the parameter `name`.
///
/// A parent counts too: `filter=x` replaces `filter[owner]=a` in PHP.
#[must_use]
pub fn is_alike(key: &str, name: &str) -> bool {
    if is_plain(key) && is_plain(name) {
        return key.eq_ignore_ascii_case(name);
    }
    let name = folded(trimmed(name));
    let (whole, key) = (folded(key), folded(trimmed(key)));
    if key.is_empty() || name.is_empty() {
        return false;
    }
    let underscored = php(&name);
    // PHP takes `user.id[x]` apart at its bracket first
    [&whole, &key, before_bracket(&key)]
        .iter()
        .any(|one| php(one) == underscored)
        || nests(&key, &name)
}

/// Returns true if a framework could take a parameter's name for `_method`, by which a form of a POST says
/// that another method is meant, or for `X-HTTP-Method-Override`, which ASP.NET reads there too.
#[must_use]
pub fn overrides_method(key: &str) -> bool {
    // most names are told apart by this
    let mut windows = key.as_bytes().windows(b"method".len());
    windows.any(|window| window.eq_ignore_ascii_case(b"method"))
        && ["_method", "x-http-method-override"]
            .iter()
            .any(|name| is_alike(key, name))
}

/// The maximum number of names that are read; frameworks with a limit stop at 1 000 silently.
pub const MAX_NAMES: usize = 1_000;

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Returns a name without the characters around it that frameworks remove.
fn trimmed(name: &str) -> &str {
    let name = name.trim_start_matches(is_around);
    let name = name.split('\0').next().unwrap_or_default();
    name.trim_end_matches(is_around)
}

/// Folds a name to lower case, by way of upper case: that folds `ſ`, and lower case the Kelvin sign.
fn folded(name: &str) -> String {
    let upper = name.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

fn is_around(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{feff}' | '?' | '"' | '\'')
}

fn php(name: &str) -> String {
    name.replace(
        |one: char| matches!(one, '.' | '[') || one.is_whitespace(),
        "_",
    )
}

fn before_bracket(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

/// Tells whether one name is the other, a part of it, or its parent: `filter[owner]`, `filter.owner`.
fn nests(key: &str, name: &str) -> bool {
    let mut pairs = parts(key).zip(parts(name)).peekable();
    pairs.peek().is_some() && pairs.all(|(one, other)| one == other)
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(['[', ']', '.']).map(str::trim);
    parts.filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G15
    #[test]
    fn every_spelling_that_a_framework_takes_for_a_name_is_alike() {
        for key in ALIKE {
            assert!(is_alike(key, "from"), "{key:?}");
        }
        // the controls: what no framework takes for it
        for key in [
            "", "[]", "xfrom", "fromx", "from_", "x[from]", "x.from", "form", "from-x",
        ] {
            assert!(!is_alike(key, "from"), "{key:?}");
        }
    }

    #[test]
    fn letters_fold_as_go_folds_them() {
        for (key, name) in [
            ("uſer", "user"),
            ("\u{212a}ey", "key"),
            ("É", "é"),
            ("as", "aſ"),
        ] {
            assert!(is_alike(key, name), "{key} {name}");
        }
        assert!(!is_alike("uzer", "user"));
    }

    /// G15
    #[test]
    fn php_writes_an_underscore_for_what_it_cannot_have_in_a_name() {
        for key in [
            "user.id",
            "user id",
            "user[id",
            "USER_ID",
            " user.id",
            "user.id[]",
            "user id[x]",
            "user_id[x]",
            "user_id\0",
            "user\tid",
        ] {
            assert!(is_alike(key, "user_id"), "{key:?}");
        }
        for key in ["user", "userid", "user-id", "user_id_x", "id", "user[id]x]"] {
            assert!(!is_alike(key, "user_id"), "{key:?}");
        }
    }

    #[test]
    fn a_nested_name_has_several_spellings_and_parents() {
        for key in [
            "filter[owner]",
            "filter.owner",
            "filter[ owner]",
            "filter",
            "FILTER[OWNER][]",
        ] {
            assert!(is_alike(key, "filter[owner]"), "{key:?}");
        }
        for key in ["filter[state]", "filter.state", "owner", "filters[owner]"] {
            assert!(!is_alike(key, "filter[owner]"), "{key:?}");
        }
    }

    /// G06
    #[test]
    fn a_method_is_overridden_in_many_spellings() {
        for key in OVERRIDES {
            assert!(overrides_method(key), "{key:?}");
        }
        for key in [
            "method",
            "payment_method",
            "shipping[_method]",
            "_methods",
            "x_method",
            "m",
        ] {
            assert!(!overrides_method(key), "{key:?}");
        }
    }

    /// Spellings that a framework takes for `from`.
    const ALIKE: [&str; 25] = [
        "from",
        "FROM",
        "From",
        "from[]",
        "from[x]",
        "from[$ne]",
        "from]",
        "[from]",
        "[from",
        "from[",
        "from.",
        "from.x",
        " from",
        "from ",
        "\tfrom",
        "\nfrom",
        "from\0",
        "from\0x",
        "\u{feff}from",
        "?from",
        "'from'",
        "\"from\"",
        " from []",
        "[from][x]",
        "from[][x]",
    ];

    /// Names by which a method is overridden.
    const OVERRIDES: [&str; 12] = [
        "_method",
        "_METHOD",
        "_Method",
        ".method",
        " method",
        "[method",
        " _method",
        "_method[]",
        "[_method]",
        "_method.x",
        "_method\0x",
        "?_method",
    ];
}
