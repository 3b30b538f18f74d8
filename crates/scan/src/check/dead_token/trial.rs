//! A token that is tried alive and dead.

use crate::{
    check::{Attempt, Untested},
    exchange::{IdentityIndex, Recorded, RequestSpec},
    identity::Secret,
    report::model::Class,
    session::Session,
    verdict::{Verdict, differs_from, masked},
};

/// A token that is tried alive and dead.
pub(super) struct Trial<'a> {
    session: &'a Session,
    caller: IdentityIndex,
    token: Secret,
    pulse: &'a RequestSpec,
    /// The values that the token showed twice while it was alive.
    alive: Vec<(String, String)>,
    exchanges: Vec<u64>,
}

impl<'a> Trial<'a> {
    /// Tries a new token twice, which has to be answered.
    pub(super) async fn begin(
        (session, caller): (&'a Session, IdentityIndex),
        (token, sign_in): (Secret, Option<u64>),
        pulse: &'a RequestSpec,
    ) -> Result<Self, Untested> {
        let ask = async || session.send_by((caller, &token), pulse.clone()).await;
        let (first, second) = (ask().await?, ask().await?);
        let alive = masked([&first.answer, &second.answer]);
        if !first.answer.is_accepted() || alive.is_empty() {
            return Err("a new token is answered nothing that could be recognised".into());
        }
        let exchanges = sign_in.into_iter().chain([first.number]);
        Ok(Self {
            exchanges: exchanges.collect(),
            session,
            caller,
            token,
            pulse,
            alive,
        })
    }

    /// Signs the token out.
    pub(super) async fn sign_out(&mut self, request: RequestSpec) -> Result<(), Untested> {
        let answer = self.send(&self.token, request).await?;
        if !matches!(answer.answer.status, 200..=399) {
            let status = answer.answer.status;
            return Err(Untested(format!("signing out is refused with {status}")));
        }
        self.exchanges.push(answer.number);
        Ok(())
    }

    async fn send(&self, token: &Secret, request: RequestSpec) -> Result<Recorded, Untested> {
        Ok(self.session.send_by((self.caller, token), request).await?)
    }

    /// Tries the token after its end, and a token that never was one.
    pub(super) async fn end(mut self, when: &str) -> Result<Attempt, Untested> {
        let dead = self.send(&self.token, self.pulse.clone()).await?;
        self.exchanges.push(dead.number);
        let is_alive = dead.answer.is_accepted() && !differs_from(&self.alive, &dead.answer);
        let verdict = match is_alive {
            true => self.compared(when).await?,
            false => self.refused(when, dead.answer.status),
        };
        Ok(Attempt {
            attacker: Some(self.caller),
            ..Attempt::new(Class::Session, verdict, self.exchanges)
        })
    }

    fn refused(&self, when: &str, status: u16) -> Verdict {
        match status {
            401 | 403 => Verdict::Refuted(format!("a token is refused with {status} {when}")),
            429 | 500.. => Verdict::of_refusal(&self.session.name(self.caller), status),
            status => Verdict::Suspect(format!("a token is answered {status} {when}")),
        }
    }

    /// Judges a token that still works: one that never was one must not.
    async fn compared(&self, when: &str) -> Result<Verdict, Untested> {
        let nonsense = Secret::new(nonsense(self.token.reveal()));
        let other = self.send(&nonsense, self.pulse.clone()).await?;
        Ok(match other.answer.is_accepted() {
            true => Verdict::Suspect(
                "any token is answered, also one that never was one: none can die".to_owned(),
            ),
            false => Verdict::Confirmed(format!(
                "a token is answered as before {when}; one that never was one is refused with {}",
                other.answer.status
            )),
        })
    }
}

/// Returns a token of the same form that was never made: its last third is another.
fn nonsense(token: &str) -> String {
    let kept = token.chars().count() * 2 / 3;
    let signs = token.chars().enumerate().map(|(at, sign)| match sign {
        sign if at < kept => sign,
        '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from_u32(u32::from(sign) + 1).unwrap_or(sign),
        '9' => '0',
        'z' => 'a',
        'Z' => 'A',
        sign => sign,
    });
    signs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_never_was_one_has_the_same_form() {
        for (token, expected) in [("abc-Zz9", "abc-Aa0"), ("e30.e30.sig", "e30.e30.tjh")] {
            assert_eq!(nonsense(token), expected);
        }
    }
}
