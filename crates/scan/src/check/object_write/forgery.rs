//! What the attacker makes in the victim's name.

use serde_json::Map;

use crate::{
    check::Context,
    document::{Kind, Operation},
    exchange::RequestSpec,
    probe::ProbeError,
    tree::{leaves, text_of},
    value::{Canary, Tactic},
    verdict::Verdict,
    world::Object,
};

/// Returns the lists in which an object made in the victim's name would be.
pub(super) fn forged_lists(
    context: &Context<'_>,
    operation: &Operation,
    object: &Object,
) -> Vec<RequestSpec> {
    let session = context.session;
    if operation.kind != Kind::Create {
        return Vec::new();
    }
    let Some(entity) = operation.entity.as_deref() else {
        return Vec::new();
    };
    // what is made for others to have
    const FOR_OTHERS: [&str; 14] = [
        "message",
        "share",
        "invitation",
        "invite",
        "notification",
        "friend",
        "follow",
        "contact",
        "member",
        "membership",
        "assignment",
        "mention",
        "request",
        "mail",
    ];
    if FOR_OTHERS.contains(&entity) {
        return Vec::new();
    }
    let lists = session.lists_of(entity, operation).into_iter();
    let specs = lists.filter_map(|list| {
        let ids = session.assign_own(list, object.owner, Some(object))?;
        Some(
            session
                .build(list, &ids, &Tactic::default(), None)
                .ok()?
                .spec,
        )
    });
    specs.take(2).collect()
}

/// Finds what the attacker made in lists of the victim: in a row that names the victim, or in a list that
/// the attacker does not have too.
pub(super) async fn forged(
    context: &Context<'_>,
    lists: &[RequestSpec],
    (object, canaries): (&Object, &[Canary]),
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(None);
    };
    for list in lists {
        let view = session.send(Some(object.owner), list.clone()).await?;
        let Some(json) = &view.answer.json else {
            continue;
        };
        let leaves = leaves(json);
        let mut rows = leaves.values().filter(|leaf| {
            let text = text_of(leaf.value).unwrap_or_default();
            canaries.iter().any(|one| text.contains(&one.text))
        });
        let Some(row) = rows.find_map(|leaf| leaf.around) else {
            continue;
        };
        // a message to the victim names its sender, and what is shared with the victim is no forgery
        if attacker.is_carried_by(row) || !names_owner(row, &victim) {
            continue;
        }
        let own = session.send(Some(context.attacker), list.clone()).await?;
        let is_shared = canaries
            .iter()
            .any(|one| own.answer.text.contains(&one.text));
        if names_author(row, &victim) || !is_shared {
            let text = format!("what {} made is among {}'s own", attacker.name, victim.name);
            return Ok(Some((Verdict::Confirmed(text), view.number)));
        }
    }
    Ok(None)
}

/// Returns true if a row says that it belongs to a caller.
fn names_owner(row: &Map<String, serde_json::Value>, caller: &crate::identity::Identity) -> bool {
    names(
        row,
        caller,
        &[
            "owner", "author", "creator", "created", "customer", "sender", "uploader", "user",
            "account",
        ],
    )
}

/// Returns true if a row says that a caller made it.
fn names_author(row: &Map<String, serde_json::Value>, caller: &crate::identity::Identity) -> bool {
    names(
        row,
        caller,
        &[
            "owner", "author", "creator", "created", "sender", "uploader",
        ],
    )
}

fn names(
    row: &Map<String, serde_json::Value>,
    caller: &crate::identity::Identity,
    words: &[&str],
) -> bool {
    row.iter().any(|(name, value)| {
        let first = crate::word::words(name)
            .into_iter()
            .next()
            .unwrap_or_default();
        let first = first.trim_end_matches("id").to_owned();
        let one = Map::from_iter([(name.clone(), value.clone())]);
        words.contains(&first.as_str()) && caller.is_carried_by(&one)
    })
}
