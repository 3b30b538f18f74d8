//! A verified token that its callers share, with the principal that was made of it.

use std::{fmt, sync::Arc};

use airside_jose::{UnixSeconds, VerifiedToken, is_role};
use airside_policy::Principal;
use arc_swap::ArcSwapOption;
use serde_json::Value;

/// A verified token, and the principal that was last made of it.
pub(crate) struct SharedToken {
    token: VerifiedToken,
    last: ArcSwapOption<LastPrincipal>,
}

struct LastPrincipal {
    principal: Arc<Principal>,
    of_another_issuer: bool,
}

impl SharedToken {
    pub(crate) fn new(token: VerifiedToken) -> Self {
        Self {
            token,
            last: ArcSwapOption::empty(),
        }
    }

    pub(crate) fn token(&self) -> &VerifiedToken {
        &self.token
    }

    /// Returns the principal. It is made once, or once a second if the token has the time of a sign-in.
    pub(super) fn principal(&self, now: UnixSeconds, of_another_issuer: bool) -> Arc<Principal> {
        let auth_time = self.token.claim("auth_time").and_then(Value::as_i64);
        let seconds_ago = auth_time.map(|at| now.seconds_since(UnixSeconds::new(at)));
        if let Some(last) = &*self.last.load()
            && last.of_another_issuer == of_another_issuer
            && last.principal.signed_in_seconds_ago == seconds_ago
        {
            return Arc::clone(&last.principal);
        }
        let principal = Arc::new(Principal {
            signed_in_seconds_ago: seconds_ago,
            ..made_of(&self.token, of_another_issuer)
        });
        self.last.store(Some(Arc::new(LastPrincipal {
            principal: Arc::clone(&principal),
            of_another_issuer,
        })));
        principal
    }
}

fn made_of(token: &VerifiedToken, of_another_issuer: bool) -> Principal {
    let name = |name: &str| match of_another_issuer {
        true => format!("{}|{name}", token.issuer()),
        false => name.to_owned(),
    };
    let mut principal = match token.is_machine() {
        true => Principal::client(name(token.client_id())),
        false => Principal::user(name(token.subject()), name(token.client_id())),
    };
    principal.scopes = token.scope().map(str::to_owned).collect();
    // a name with a blank in it would become two where roles are joined
    let roles = token.roles().iter().filter(|role| is_role(role));
    principal.roles = roles.cloned().collect();
    principal.claims = token.claims().iter().filter_map(text_claim).collect();
    principal
}

impl fmt::Debug for SharedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.token.fmt(formatter)
    }
}

/// Returns a claim whose value is a text.
pub(crate) fn text_claim((name, value): (&String, &Value)) -> Option<(String, String)> {
    Some((name.clone(), value.as_str()?.to_owned()))
}
