//! The object in answers to its owner.

use serde_json::{Map, Value, json};

use crate::{
    check::Context,
    document::{Kind, Operation},
    exchange::{IdentityIndex, Recorded},
    identity::claims,
    request::Assignment,
    tree::{Leaf, leaves, text_of},
    word::{is_id_name, is_password},
    world::Object,
};

/// The object of a caller in an answer.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) members: Map<String, Value>,
    pub(super) exchange: Recorded,
}

/// Returns the rows in answers to an owner that are the object, the view of it first.
pub(super) async fn rows(
    context: &Context<'_>,
    operation: &Operation,
    owner: IdentityIndex,
    object: &Object,
) -> Vec<Row> {
    let session = context.session;
    let own_record = own_record(context, operation, owner).await;
    let mut answers = Vec::new();
    if let Ok(Some(view)) = session.view(object).await {
        answers.extend(session.send(Some(owner), view).await);
    }
    if object.entity == "user" || answers.is_empty() {
        let kinds = [object.entity.as_str()];
        let reads = session.legitimate_reads_about(Some(owner), &kinds).await;
        answers.extend(reads.iter().cloned());
    }
    let mut rows = rows_in(object, &answers);
    if rows.is_empty() && own_record.is_none() {
        // it may have left the first page
        for list in &answers {
            let pages = session.further_pages(Some(owner), list).await;
            rows.extend(rows_in(object, &pages));
        }
    }
    own_record.into_iter().chain(rows).collect()
}

fn rows_in(object: &Object, answers: &[Recorded]) -> Vec<Row> {
    let rows = answers.iter().filter_map(|exchange| {
        Some(Row {
            members: row_of(object, exchange.answer.json.as_ref()?)?,
            exchange: exchange.clone(),
        })
    });
    rows.collect()
}

/// Returns what a caller has once, which is read where it is written.
async fn own_record(
    context: &Context<'_>,
    operation: &Operation,
    owner: IdentityIndex,
) -> Option<Row> {
    let session = context.session;
    let is_own = operation.slots.is_empty() && operation.kind == Kind::Update;
    let twin = session.twin(operation).filter(|_| is_own)?;
    let spec = session.request(twin, &Assignment::new())?;
    let exchange = session.send(Some(owner), spec).await.ok()?;
    let json = exchange.answer.json.as_ref()?;
    let members = leaves(json).values().find_map(|leaf| leaf.around.cloned());
    let members = members.filter(|_| exchange.answer.is_accepted())?;
    Some(Row { members, exchange })
}

/// Returns the row of an object: the one with its canary, else the one with its identifier.
fn row_of(object: &Object, json: &Value) -> Option<Map<String, Value>> {
    let leaves = leaves(json);
    let ids = object.ids();
    let row = |is_own: &dyn Fn(&Leaf<'_>, &str) -> bool| {
        leaves.values().find_map(|leaf| {
            let text = text_of(leaf.value)?;
            leaf.around.filter(|_| is_own(leaf, &text))
        })
    };
    let canaries = object.canaries.iter();
    let canaries: Vec<_> = canaries.filter(|one| !is_password(&one.name)).collect();
    let by_canary = row(&|_, text| canaries.iter().any(|one| text.contains(&one.text)));
    let by_id = || row(&|leaf, text| is_id_name(leaf.name) && ids.contains(text));
    by_canary.or_else(by_id).cloned()
}

/// Returns what the token of an account says about it.
pub(super) fn claim_row(
    context: &Context<'_>,
    owner: IdentityIndex,
    object: &Object,
) -> Option<Row> {
    let session = context.session;
    let identity = session.identity(owner)?;
    let token = identity.token.read().clone()?;
    let members = claims::of(token.reveal()).into_iter().map(|(name, value)| {
        let value = match value.as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => Value::String(value),
        };
        (name, value)
    });
    // an account was made by its registration and its sign-in, whose answer has the token
    let sign_in = object.history.last()?;
    Some(Row {
        members: members.collect(),
        exchange: session.probe.exchange(*sign_in)?,
    })
}
