//! Roles: what APIs base function-level decisions on.

use std::{fmt, str::FromStr};

use airside_jose::is_role;
use schemars::json_schema;
use serde::{Deserialize, Serialize};

use crate::schema::described;

/// The name of a role: 1 to 255 visible ASCII characters without `"`, `\` and comma.
///
/// APIs get roles joined by blanks or commas, so a name is one word for all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Role(String);

/// The text cannot be the name of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role has 1 to 255 visible ASCII characters without blanks, commas, `\"` and `\\`")]
pub struct RoleError;

described!(
    Role,
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": MAX_BYTES,
        "pattern": r"^[!#-+\--\[\]-~]+$",
    })
);

impl Role {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.to_owned().try_into()
    }
}

impl TryFrom<String> for Role {
    type Error = RoleError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let is_fine = name.len() <= MAX_BYTES && is_role(&name);
        is_fine.then_some(Self(name)).ok_or(RoleError)
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const MAX_BYTES: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_one_word() {
        assert_eq!("admin".parse::<Role>().unwrap().as_str(), "admin");
        for name in ["", "viewer admin", "a\0", "a,b", &"a".repeat(256)] {
            assert_eq!(name.parse::<Role>(), Err(RoleError), "{name:?}");
        }
    }

    #[test]
    fn a_role_is_read_like_any_text_and_refused_with_the_rule() {
        let roles: Vec<Role> = serde_json::from_str(r#"["customer","a:b"]"#).unwrap();
        assert_eq!(
            serde_json::to_string(&roles).unwrap(),
            r#"["customer","a:b"]"#
        );
        let refused = serde_json::from_str::<Vec<Role>>(r#"["viewer admin"]"#).unwrap_err();
        assert!(refused.to_string().contains("without blanks"), "{refused}");
    }
}
