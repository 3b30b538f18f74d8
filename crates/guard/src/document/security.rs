//! What a document's security requirements add to a rule.

use airside_api::document::{Alternative, Scheme, Security};

use crate::rule::RuleText;

/// What was added.
#[derive(Default)]
pub(super) struct Added {
    /// The document requires nothing.
    pub(super) is_public: bool,
    /// An alternative is not judged, and nobody gets in by it.
    pub(super) leaves_out: bool,
}

/// Adds what an operation requires to its rule.
///
/// # Errors
///
/// Why it cannot be judged, and what to write.
pub(super) fn add_security(rule: &mut RuleText<'_>, security: &Security) -> Result<Added, String> {
    let alternatives = match security {
        Security::Unsaid => return Ok(Added::default()),
        Security::Nothing => {
            let is_public = rule.public.is_none();
            let why = || "the document requires no security".to_owned();
            rule.public.get_or_insert_with(why);
            return Ok(Added {
                is_public,
                leaves_out: false,
            });
        }
        Security::Alternatives(alternatives) => alternatives,
    };
    let mut scopes: Vec<Vec<&String>> = Vec::new();
    let mut why = None;
    for alternative in alternatives {
        match require_judged(alternative) {
            Err(reason) => why = why.or(Some(reason)),
            Ok(()) => {
                let all = alternative.iter().flat_map(|one| &one.scopes);
                let mut all: Vec<_> = all.collect();
                all.sort_unstable();
                all.dedup();
                if !scopes.contains(&all) {
                    scopes.push(all);
                }
            }
        }
    }
    let leaves_out = why.is_some();
    match (scopes.as_slice(), why) {
        ([], why) => return Err(why.unwrap_or_default()),
        ([one], _) => rule.scope.extend(one.iter().map(|scope| (*scope).clone())),
        // the operator has chosen one
        _ if rule.any_token || !rule.scope.is_empty() => {}
        _ => return Err(SEVERAL.to_owned()),
    }
    rule.any_token = true;
    Ok(Added {
        is_public: false,
        leaves_out,
    })
}

/// Only access tokens are verified here.
fn require_judged(alternative: &Alternative) -> Result<(), String> {
    if alternative.is_empty() {
        return Err(
            "`{}` in `security` lets everybody in, and does not count: write `security: []` if it is meant"
                .to_owned(),
        );
    }
    for one in alternative {
        let kind = match &one.scheme {
            Scheme::AccessToken => continue,
            Scheme::ApiKey => "is an `apiKey`",
            Scheme::Basic => "is HTTP `basic`",
            Scheme::Http => "is another HTTP scheme than `bearer`",
            Scheme::MutualTls => "is `mutualTLS`",
            Scheme::Unknown(why) => why,
        };
        let name = &one.name;
        return Err(format!(
            "{name} {kind}, and the guard verifies access tokens: declare the operation in `guard.toml`"
        ));
    }
    Ok(())
}

const SEVERAL: &str = "`security` has alternatives with different scopes: say which is required, by `scope` or `any_token` in `x-airside`, or in `guard.toml`";
