//! Security requirements of a document, added to a rule.

use airside_api::document::{ExcludedAlternative, JudgedSecurity, Security};

use crate::rule::RuleText;

/// The outcome of adding security requirements.
#[derive(Default)]
pub(super) struct AddedSecurity {
    /// True if the document requires nothing.
    pub(super) is_public: bool,
    /// True if an alternative is not supported; callers cannot use it.
    pub(super) leaves_out: bool,
}

/// Adds the security requirements of an operation to its rule. Of alternatives with different scopes,
/// the rule chooses one if it is the operation's own (`is_own`).
///
/// # Errors
///
/// The reason why it cannot be judged, and what to write; nothing is quoted from other files.
pub(super) fn add_security(
    rule: &mut RuleText<'_>,
    security: &Security,
    is_own: bool,
) -> Result<AddedSecurity, String> {
    match security {
        Security::Unspecified => return Ok(AddedSecurity::default()),
        Security::Nothing => {
            let is_public = rule.public.is_none();
            let why = || "the document requires no security".to_owned();
            rule.public.get_or_insert_with(why);
            return Ok(AddedSecurity {
                is_public,
                leaves_out: false,
            });
        }
        Security::Alternatives(_) => {}
    }
    let JudgedSecurity { scopes, left_out } = security.judged();
    match (scopes.as_slice(), left_out) {
        ([], left_out) => return Err(left_out.map(|why| why_undeclared(&why)).unwrap_or_default()),
        ([one], _) => rule
            .scope
            .extend(one.iter().map(|scope| (*scope).to_owned())),
        _ if is_own && (rule.any_token || !rule.scope.is_empty()) => {}
        _ => return Err(SEVERAL.to_owned()),
    }
    rule.any_token = true;
    Ok(AddedSecurity {
        is_public: false,
        leaves_out: left_out.is_some(),
    })
}

/// Returns what to do if no alternative is supported.
fn why_undeclared(why: &ExcludedAlternative<'_>) -> String {
    match why {
        ExcludedAlternative::Everybody => format!("{why}: write `security: []` if it is meant"),
        ExcludedAlternative::Scheme(_) => format!("{why}: declare the operation in `guard.toml`"),
    }
}

const SEVERAL: &str = "`security` has alternatives with different scopes: say which is required, by `scope` or `any_token` in `x-airside`, or in `guard.toml`";
