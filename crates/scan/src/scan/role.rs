//! The roles of callers who have more rights than others.

use crate::identity::{Identity, NamedIdentity, is_privileged_role, rank};

/// Returns the roles, of those that the operator names, that have more rights than the least of the callers has: an
/// operator beside callers without a role, whatever such a role is called.
pub(super) fn greater_roles(identities: &[NamedIdentity]) -> Vec<String> {
    let ranks = identities.iter().map(|one| rank(one.role.as_deref()));
    let least = ranks.min().unwrap_or(0).max(rank(None));
    let roles = identities.iter().filter_map(|one| one.role.clone());
    let greater = roles.filter(|role| rank(Some(role)) > least || is_privileged_role(role));
    greater.collect()
}

/// Makes the callers; those with a greater role have rights of an administrator.
pub(super) fn callers(identities: Vec<NamedIdentity>, greater: &[String]) -> Vec<Identity> {
    let made = identities.into_iter().map(Identity::new);
    let marked = made.inspect(|one| {
        let is_greater = one.role.as_ref().is_some_and(|role| greater.contains(role));
        if is_greater {
            *one.is_privileged.write() = true;
        }
    });
    marked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Credential, Secret};

    fn greater(roles: &[Option<&str>]) -> Vec<String> {
        let identities = roles.iter().map(|role| NamedIdentity {
            name: "x".to_owned(),
            role: role.map(str::to_owned),
            tenant: None,
            credential: Credential::Token(Secret::new("x")),
        });
        greater_roles(&identities.collect::<Vec<_>>())
    }

    #[test]
    fn a_role_is_greater_than_that_of_others_whatever_it_is_called() {
        for role in [
            "operator",
            "merchant",
            "support",
            "manager",
            "tenant_admin",
            "admin",
        ] {
            assert_eq!(greater(&[None, None, Some(role)]), [role]);
        }
        assert_eq!(greater(&[Some("customer"), Some("support")]), ["support"]);
        // the controls: roles of equal rank, and one that everybody has
        assert!(greater(&[Some("doctor"), Some("patient")]).is_empty());
        assert!(greater(&[Some("user"), None]).is_empty());
        assert!(greater(&[Some("viewer"), Some("member")]).is_empty());
    }
}
