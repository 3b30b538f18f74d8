//! Tokens that work after their end: after their person has signed out, or after their time.
//!
//! | module | holds |
//! |---|---|
//! | `trial` | a token that is tried alive and dead |

mod trial;

use std::time::Duration;

use parking_lot::Mutex;

use self::trial::Trial;
use crate::{
    check::{Attempt, Context, Untested},
    exchange::{IdentityIndex, RequestSpec},
    report::model::Class,
    session::FreshToken,
    verdict::Verdict,
};

/// Tries tokens of one caller after they have been signed out, and after their time.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let Some((caller, pulse)) = caller(context) else {
        session.remark(
            "whether tokens die is not tested: no read is known that needs a token and no identifier",
        );
        return;
    };
    let check = DeadTokens {
        context,
        caller,
        pulse,
    };
    let signed_out = async |_| check.signed_out().await;
    check.prove("at sign-out", signed_out).await;
    match check.tokens_over().await {
        Ok(tokens) => {
            let tokens = Mutex::new(tokens);
            let expired = async |_| {
                let token = tokens.lock().pop();
                let (trial, life) = token.ok_or("no token is left")?;
                check.expired(trial, life).await
            };
            check.prove("after its time", expired).await;
        }
        Err(why) => {
            let untested = async |_| Err(Untested(why.0.clone()));
            check.prove("after its time", untested).await;
        }
    }
}

/// Returns a caller whose tokens are tried, with a read that tells whether one works: one whose tokens can be
/// renewed, and the attacker before others.
fn caller(context: &Context<'_>) -> Option<(IdentityIndex, RequestSpec)> {
    let session = context.session;
    let identities = session.identities();
    let all = identities.iter().enumerate();
    let usable = all.filter(|(_, one)| one.lost.read().is_none());
    let mut usable: Vec<_> = usable
        .filter_map(|(index, one)| Some((index, one.is_renewable(), session.pulse(index)?)))
        .collect();
    usable.sort_by_key(|(index, is_renewable, _)| (!is_renewable, *index != context.attacker));
    let (index, _, pulse) = usable.into_iter().next()?;
    Some((index, pulse))
}

/// The tokens of one caller, and a read that tells whether one works.
struct DeadTokens<'a> {
    context: &'a Context<'a>,
    caller: IdentityIndex,
    pulse: RequestSpec,
}

impl DeadTokens<'_> {
    /// Runs a test; what is not tested is remarked too, as another test of the same operation may be.
    async fn prove<A>(&self, when: &str, attempt: A)
    where
        A: AsyncFn(bool) -> Result<Attempt, Untested>,
    {
        let proven = self
            .context
            .prove(self.pulse.operation, Class::Session, attempt);
        if let Verdict::NotTested(why) = proven.await {
            let session = self.context.session;
            session.remark(format!("whether a token dies {when} is not tested: {why}"));
        }
    }

    async fn trial(&self) -> Result<(Trial<'_>, Option<Duration>), Untested> {
        let session = self.context.session;
        let fresh = session.fresh_token(self.caller).await?;
        let FreshToken {
            token,
            sign_in,
            life,
        } = fresh;
        let trial = Trial::begin((session, self.caller), (token, sign_in), &self.pulse);
        Ok((trial.await?, life))
    }

    /// Signs a token out, and tries it again.
    async fn signed_out(&self) -> Result<Attempt, Untested> {
        let session = self.context.session;
        if !session.allow_writes {
            return Err("signing out needs --allow-writes".into());
        }
        let identity = session.identity(self.caller);
        let account = identity.and_then(|one| one.account.read().clone());
        let account = account.ok_or("another token cannot be had without an account: give one (--account, or --sign-in FILE)")?;
        let sign_out = session.sign_out_spec(&account);
        let sign_out =
            sign_out.ok_or("neither the recipe nor the document has a request that signs out")?;
        let (mut trial, _) = self.trial().await?;
        trial.sign_out(sign_out).await?;
        let name = session.name(self.caller);
        trial.end(&format!("after {name} has signed out")).await
    }

    /// Gets as many tokens as a proof needs, and waits until they are over.
    async fn tokens_over(&self) -> Result<Vec<(Trial<'_>, Duration)>, Untested> {
        let mut tokens = Vec::new();
        for _ in 0..TOKENS {
            let (trial, life) = self.trial().await?;
            let life = life.ok_or("nothing says how long a token works")?;
            if life > LONGEST {
                let seconds = life.as_secs();
                return Err(Untested(format!(
                    "a token works for {seconds} s, which is longer than a scan waits"
                )));
            }
            tokens.push((trial, life));
        }
        let longest = tokens.iter().map(|(_, life)| *life).max();
        self.wait(longest.unwrap_or_default() + LEEWAY).await;
        Ok(tokens)
    }

    async fn wait(&self, time: Duration) {
        let session = self.context.session;
        for second in 0..time.as_secs() {
            if session.probe.is_interrupted() {
                return;
            }
            let left = time.as_secs() - second;
            (session.progress)(&format!("waiting {left} s until tokens are over"));
            session.probe.waiting().pass(Duration::from_secs(1)).await;
        }
    }

    async fn expired(&self, trial: Trial<'_>, life: Duration) -> Result<Attempt, Untested> {
        let (over, life) = ((life + LEEWAY).as_secs(), life.as_secs());
        let when = format!("{over} s after it was made, and it was to work for {life} s");
        let ended = trial.end(&when).await?;
        Ok(Attempt {
            pause_seconds: Some(over),
            ..ended
        })
    }
}

/// The longest time for which a token may work, to be waited for.
const LONGEST: Duration = Duration::from_secs(120);

/// The time after its end during which a token may still be accepted: clocks differ.
const LEEWAY: Duration = Duration::from_secs(60);

/// A test and its two repetitions.
const TOKENS: usize = 3;
