//! Names by which people call the owner of an object, the caller, and those for whom a caller acts.
//!
//! They are guesses, from which proposals are made and never rules.

/// Returns how likely a field holds an object's owner: 0 is the most likely; `None` is not at all.
pub(crate) fn owner_rank(field: &str) -> Option<usize> {
    rank(field, &OWNERS)
}

/// Tells whether a parameter of a path is the caller by its name, or the one of a collection of callers.
pub(crate) fn is_caller(parameter: &str, collection: &str) -> bool {
    rank(parameter, &CALLERS).is_some() || is_id(parameter) && is_of(collection, &CALLERS)
}

/// Tells whether a parameter is an account: accounts are callers of some APIs and objects of others.
pub(crate) fn is_account(parameter: &str, collection: &str) -> bool {
    rank(parameter, &ACCOUNTS).is_some() || is_id(parameter) && is_of(collection, &ACCOUNTS)
}

/// Tells whether a parameter of a path is something that callers belong to.
pub(crate) fn is_tenant(parameter: &str, collection: &str) -> bool {
    rank(parameter, &TENANTS).is_some() || is_id(parameter) && is_of(collection, &TENANTS)
}

/// Tells whether a text of a path stands for the caller.
pub(crate) fn is_me(segment: &str) -> bool {
    matches!(
        segment,
        "me" | "self" | "@me" | "current_user" | "current-user"
    )
}

/// Tells whether a name is that of an object's own identifier.
pub(crate) fn is_id(name: &str) -> bool {
    SUFFIXES.contains(&folded(name).as_str()) && !name.is_empty()
}

fn rank(name: &str, bases: &[&str]) -> Option<usize> {
    let name = folded(name);
    bases.iter().position(|base| {
        let suffix = name.strip_prefix(base);
        suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix))
    })
}

/// Tells whether a segment of a path names a collection of these.
fn is_of(collection: &str, bases: &[&str]) -> bool {
    let collection = folded(collection);
    let one = collection.strip_suffix('s').unwrap_or(&collection);
    bases.contains(&one) || collection == "people" && bases.contains(&"person")
}

fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|sign| sign.to_ascii_lowercase()).collect()
}

const OWNERS: [&str; 9] = [
    "owner",
    "ownedby",
    "user",
    "account",
    "createdby",
    "creator",
    "author",
    "customer",
    "sub",
];

const CALLERS: [&str; 9] = [
    "user", "owner", "customer", "person", "profile", "employee", "patient", "member", "username",
];

const ACCOUNTS: [&str; 1] = ["account"];

const TENANTS: [&str; 9] = [
    "namespace",
    "tenant",
    "org",
    "organization",
    "organisation",
    "workspace",
    "company",
    "team",
    "project",
];

/// The suffixes of names, and names of their own.
const SUFFIXES: [&str; 7] = ["", "id", "sid", "uid", "uuid", "pk", "sub"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_every_spelling() {
        assert!(owner_rank("owner_id") < owner_rank("userId"));
        for field in ["AccountSid", "created_by", "owner", "owned-by", "sub"] {
            assert!(owner_rank(field).is_some(), "{field}");
        }
        for field in ["ownership", "users", "id", "", "subject", "user_agent"] {
            assert_eq!(owner_rank(field), None, "{field}");
        }
        for (parameter, collection) in [("user_id", "x"), ("id", "users"), ("pk", "people")] {
            assert!(is_caller(parameter, collection), "{parameter}");
        }
        for (parameter, collection) in [("id", "orders"), ("order_id", "users"), ("", "users")] {
            assert!(!is_caller(parameter, collection), "{parameter}");
        }
        assert!(is_account("Sid", "Accounts") && is_account("AccountSid", ""));
        assert!(is_tenant("namespace", "namespaces") && is_tenant("id", "teams"));
        assert!(is_id("Sid") && !is_id("") && !is_id("name"));
    }
}
