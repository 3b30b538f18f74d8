//! Functions of administrators that are open to others.
//!
//! | module | holds |
//! |---|---|
//! | `caller` | the identifiers of a function |
//! | `create` | functions of administrators that make something |
//! | `foreign` | functions of administrators at the victim's objects |

mod caller;
mod create;
mod foreign;

use self::{caller::any_ids, create::create, foreign::foreign};
use crate::{
    check::{Attempt, Context, Untested, object_read::send},
    document::{DeclaredToken, Hint, Kind, Operation},
    exchange::{IdentityIndex, Recorded},
    report::model::{Class, Part},
    request::Assignment,
    verdict::{Verdict, differs_from, masked},
};

/// Checks every operation that only administrators should be able to call and that attacks no object.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let operations = session.api.operations.iter();
    for operation in operations.filter(|one| one.administrative.is_some()) {
        (session.progress)(&operation.name());
        let is_create = operation.kind == Kind::Create && operation.slots.is_empty();
        if !operation.is_read() && !is_create {
            continue;
        }
        let attempt = async |_| match operation.is_read() {
            true => read(context, operation).await,
            false => create(context, operation).await,
        };
        context
            .prove(operation.index, Class::Function, attempt)
            .await;
    }
}

async fn read(context: &Context<'_>, operation: &Operation) -> Result<Attempt, Untested> {
    let ids = any_ids(context, operation)
        .ok_or("no value is known for its identifiers: give an example of them in the document")?;
    let attack = send(context, operation, &ids, Some(context.attacker)).await?;
    context.session.note(&attack, Part::Foreign);
    let call = Call {
        context,
        operation,
        ids,
        attack,
    };
    match call.attack.answer.is_accepted() {
        false => call.refused().await,
        true => call.shown().await,
    }
}

/// A call of a function of administrators by somebody else.
struct Call<'a> {
    context: &'a Context<'a>,
    operation: &'a Operation,
    ids: Assignment,
    attack: Recorded,
}

impl Call<'_> {
    /// Calls it without a token.
    async fn anonymously(&self) -> Result<Recorded, Untested> {
        let answer = send(self.context, self.operation, &self.ids, None).await?;
        self.context.session.note(&answer, Part::Anonymous);
        Ok(answer)
    }

    fn attacker(&self) -> String {
        self.context.session.name(self.context.attacker)
    }

    /// Returns the reason why only administrators should be able to call it.
    fn why(&self) -> &str {
        self.operation.administrative.as_deref().unwrap_or_default()
    }

    /// Returns the attempt that the attack, and other exchanges, led to.
    fn attempt(&self, verdict: Verdict, others: &[u64]) -> Attempt {
        let attack = self.attack.number;
        Attempt {
            attacker: Some(self.context.attacker),
            shortest: vec![attack],
            ..Attempt::new(Class::Function, verdict, [&[attack][..], others].concat())
        }
    }

    /// Returns the attempt that a call without a token led to.
    fn open_attempt(&self, verdict: Verdict, anonymous: &Recorded) -> Attempt {
        let class = match verdict.weight() > 1 {
            true => Class::Authentication,
            false => Class::Function,
        };
        Attempt {
            shortest: vec![anonymous.number],
            ..Attempt::new(class, verdict, vec![self.attack.number, anonymous.number])
        }
    }

    /// Judges a refusal: who has no token may be answered nevertheless.
    async fn refused(&self) -> Result<Attempt, Untested> {
        let (attacker, status) = (self.attacker(), self.attack.answer.status);
        let anonymous = self.anonymously().await?;
        let json = anonymous.answer.json.as_ref();
        let is_answered = anonymous.answer.is_accepted() && json.is_some_and(|one| !is_empty(one));
        if is_answered && self.operation.declared.token != DeclaredToken::Public {
            let verdict = Verdict::Confirmed(format!(
                "a function of administrators answers without a token, and refuses {attacker} with {status}"
            ));
            return Ok(self.open_attempt(verdict, &anonymous));
        }
        Ok(self.attempt(Verdict::of_refusal(&attacker, status), &[]))
    }

    /// Judges an answer to somebody else.
    async fn shown(&self) -> Result<Attempt, Untested> {
        let anonymous = self.anonymously().await?;
        if anonymous.answer.is_accepted() {
            let verdict = self.open(&anonymous).await;
            return Ok(self.open_attempt(verdict, &anonymous));
        }
        let (attacker, why) = (self.attacker(), self.why());
        if let Some(what) = foreign(self.context, self.operation, &self.attack).await {
            let verdict = Verdict::Confirmed(format!(
                "{attacker} calls a function of administrators ({why}) and sees {what}"
            ));
            return Ok(self.attempt(verdict, &[]));
        }
        if let Some(same) = self.compared().await? {
            return Ok(same);
        }
        Ok(self.attempt(self.unproven(), &[]))
    }

    /// Returns the verdict on an answer that shows nothing of others and is not an administrator's.
    fn unproven(&self) -> Verdict {
        let (attacker, why) = (self.attacker(), self.why());
        if self.operation.hint != Hint::Declared {
            return Verdict::Refuted(format!(
                "{attacker} is answered and sees nothing of others: it may be for everybody, although {why}"
            ));
        }
        let is_empty = self.attack.answer.json.as_ref().is_none_or(is_empty);
        let has_none = self.context.session.administrators().is_empty();
        let but = match (is_empty, has_none) {
            (true, _) => ", with nothing in it",
            (_, true) => "; no administrator is named to compare with (--role NAME=ROLE)",
            (_, false) => "; administrators are answered otherwise",
        };
        Verdict::Suspect(format!(
            "{attacker} is answered by a function of administrators ({why}){but}"
        ))
    }

    /// Judges an answer without a token.
    async fn open(&self, anonymous: &Recorded) -> Verdict {
        let why = self.why();
        let shown = foreign(self.context, self.operation, anonymous).await;
        let is_empty = self.attack.answer.json.as_ref().is_none_or(is_empty);
        let requires = format!(
            "a function of administrators ({why}) answers without a token, which the document requires"
        );
        match (self.operation.declared.token, shown) {
            (DeclaredToken::Required, Some(what)) if !is_empty => {
                Verdict::Confirmed(format!("{requires}, and shows {what}"))
            }
            (DeclaredToken::Required, None) if !is_empty => Verdict::Suspect(requires),
            (DeclaredToken::Public, _) => {
                Verdict::Refuted("it is public, as the document says".to_owned())
            }
            _ => Verdict::Suspect(format!(
                "a function of administrators ({why}) is public: it answers without a token"
            )),
        }
    }

    /// Compares the answer with that to each administrator. What has the name of an area only may show everybody
    /// the same.
    async fn compared(&self) -> Result<Option<Attempt>, Untested> {
        if self.operation.hint != Hint::Declared {
            return Ok(None);
        }
        for administrator in self.context.session.administrators() {
            let same = self.compared_with(administrator).await?;
            if same.is_some() {
                return Ok(same);
            }
        }
        Ok(None)
    }

    async fn compared_with(
        &self,
        administrator: IdentityIndex,
    ) -> Result<Option<Attempt>, Untested> {
        let session = self.context.session;
        let ask = async || {
            let caller = Some(administrator);
            send(self.context, self.operation, &self.ids, caller).await
        };
        let (first, second) = (ask().await?, ask().await?);
        session.note(&first, Part::Own);
        let stable = masked([&first.answer, &second.answer]);
        let is_same = first.answer.is_accepted()
            && !stable.is_empty()
            && !differs_from(&stable, &self.attack.answer);
        let verdict = Verdict::Confirmed(format!(
            "{} is answered by a function of administrators ({}) as {} is",
            self.attacker(),
            self.why(),
            session.name(administrator)
        ));
        let others = [first.number, second.number];
        Ok(is_same.then(|| self.attempt(verdict, &others)))
    }
}

fn is_empty(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Array(items) => items.is_empty(),
        serde_json::Value::Object(members) => members
            .values()
            .all(|one| one.is_null() || one.is_array() && is_empty(one)),
        other => other.is_null(),
    }
}
