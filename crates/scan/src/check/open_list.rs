//! Reads without an identifier that show what is another's.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    check::{Attempt, Context, reread::prove_read},
    document::{DeclaredToken, Kind, Operation},
    exchange::{Answer, Recorded},
    report::model::Class,
    tree::leaves,
    value::says_who_sees,
    verdict::{MarkerSource, Verdict, disclosed, markers},
    word::{folded, is_password, words},
    world::Object,
};

/// Looks for the victim's objects in what the attacker is answered, and in what is answered without a token.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.legitimate_reads(Some(context.attacker)).await;
    for exchange in reads {
        let operation = session.operation(exchange.request.operation);
        let Some(operation) = operation.filter(|one| is_closed(one)) else {
            continue;
        };
        let found = async |one: &Recorded| found(context, operation, one).await;
        prove_read(context, operation, &exchange, found).await;
    }
}

/// Returns true unless an operation is for everybody, or for administrators: their functions are checked by
/// themselves.
fn is_closed(operation: &Operation) -> bool {
    operation.kind == Kind::Read
        && operation.administrative.is_none()
        && !operation.declared.any_object
        && operation.declared.token != DeclaredToken::Public
}

/// Returns what a read shows of the victim's: without a token first, since that is worse.
async fn found(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    let session = context.session;
    let shown = Shown::find(context, &exchange.answer);
    let is_required = operation.declared.token == DeclaredToken::Required;
    if shown.is_none() && !is_required {
        return None;
    }
    let anonymous = session.send(None, exchange.request.clone()).await.ok()?;
    match Shown::find(context, &anonymous.answer) {
        Some(open) if is_required => Some(open.without_token(context, &anonymous)),
        // it is public
        Some(_) => None,
        None => shown?.for_attacker(context, exchange),
    }
}

/// An object of the victim in an answer.
struct Shown {
    object: Arc<Object>,
    pointer: String,
    /// The member of its row that says that it is private.
    private: Option<String>,
}

impl Shown {
    fn find(context: &Context<'_>, answer: &Answer) -> Option<Self> {
        let session = context.session;
        let victim = session.identity(context.victim)?;
        let attacker = session.identity(context.attacker)?;
        let leaves = leaves(answer.json.as_ref().filter(|_| answer.is_accepted())?);
        let world = session.world.lock();
        let own = world.all().iter().filter(|one| one.owner == context.victim);
        // people are named in what others have
        let mut own = own.filter(|one| one.entity != "user" && one.is_marked_in(&answer.text));
        own.find_map(|object| {
            let mut found = markers([answer, answer], &object.canaries, &[], "");
            found.retain(|one| one.source == MarkerSource::Canary);
            let shown = disclosed(&found, answer, object, (&victim, &attacker)).shown;
            let (_, pointer) = shown.into_iter().next()?;
            let row = leaves.get(&pointer).and_then(|leaf| leaf.around);
            // a message to the attacker is the attacker's too
            if row.is_some_and(|row| attacker.is_carried_by(row)) {
                return None;
            }
            Some(Self {
                object: Arc::clone(object),
                private: row.and_then(private_member),
                pointer,
            })
        })
    }

    fn without_token(self, context: &Context<'_>, anonymous: &Recorded) -> Attempt {
        let victim = context.session.name(context.victim);
        let what = format!(
            "it shows `{}` of {victim}'s object without a token, and the document requires one",
            self.pointer
        );
        let verdict = match context.session.refuses_without_token() {
            true => Verdict::Confirmed(what),
            false => Verdict::Suspect(format!("{what}; it may need none")),
        };
        self.attempt(Class::Authentication, verdict, anonymous)
    }

    fn for_attacker(self, context: &Context<'_>, exchange: &Recorded) -> Option<Attempt> {
        let session = context.session;
        let (attacker, victim) = (session.name(context.attacker), session.name(context.victim));
        let tenant = |index| session.identity(index).and_then(|one| one.tenant.clone());
        let own = tenant(context.victim);
        let is_same_tenant = own.is_some() && own == tenant(context.attacker);
        let what = format!(
            "it shows {attacker} `{}` of {victim}'s object",
            self.pointer
        );
        let verdict = match &self.private {
            Some(name) => Verdict::Confirmed(format!("{what}, which is private by its `{name}`")),
            None if is_same_tenant => return None,
            None => Verdict::Suspect(format!("{what}: the list may be meant for all")),
        };
        let attempt = self.attempt(Class::ObjectRead, verdict, exchange);
        Some(Attempt {
            attacker: Some(context.attacker),
            ..attempt
        })
    }

    fn attempt(&self, class: Class, verdict: Verdict, last: &Recorded) -> Attempt {
        let history = self.object.history.iter().copied();
        Attempt {
            victim: Some(self.object.owner),
            ..Attempt::new(class, verdict, history.chain([last.number]).collect())
        }
    }
}

/// Returns the member of a row that says that others may not see it: a visibility, or a secret.
fn private_member(row: &Map<String, Value>) -> Option<String> {
    let found = row.iter().find(|(name, value)| match value {
        Value::String(text) => {
            let is_private = says_who_sees(name) && text.eq_ignore_ascii_case("private");
            is_private || is_secret(name) && !text.contains('*') && text.len() >= MIN_SECRET
        }
        Value::Bool(true) => matches!(folded(name).as_str(), "private" | "isprivate"),
        Value::Bool(false) => matches!(folded(name).as_str(), "public" | "ispublic"),
        _ => false,
    });
    found.map(|(name, _)| name.clone())
}

fn is_secret(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(String::as_str);
    is_password(name) || matches!(last, Some("secret" | "token"))
}

/// The length of a text that may be a secret.
const MIN_SECRET: usize = 8;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_says_by_a_member_that_it_is_private() {
        for (row, name) in [
            (json!({"id": 1, "visibility": "private"}), "visibility"),
            (json!({"is_public": false}), "is_public"),
            (json!({"isPrivate": true}), "isPrivate"),
            (
                json!({"webhook_secret": "whsec-81f20c4e"}),
                "webhook_secret",
            ),
        ] {
            let found = private_member(row.as_object().unwrap());
            assert_eq!(found.as_deref(), Some(name), "{row}");
        }
        // the control
        for row in [
            json!({"visibility": "public", "is_public": true, "private": false}),
            json!({"status": "private", "secret": "********", "token": ""}),
        ] {
            assert_eq!(private_member(row.as_object().unwrap()), None, "{row}");
        }
    }
}
