//! The proof that the attacker may not see an object that a search has found.

use std::sync::Arc;

use super::hit::{Hit, hit};
use crate::{
    check::{
        Context, Untested,
        object_read::{Listing, send},
    },
    document::{Kind, Operation},
    exchange::Recorded,
    verdict::{Marker, MarkerSource},
    world::Object,
};

/// The reason why an object is, or is not, a secret of its owner.
pub(super) enum Secrecy {
    /// The API keeps it back elsewhere.
    Proven(String),
    /// Nothing tells.
    Unknown(String),
    /// The attacker may see it.
    Open(String),
}

/// Finds out whether an object that a search has found is a secret.
pub(super) async fn secrecy(
    context: &Context<'_>,
    operation: &Operation,
    (object, found): (&Arc<Object>, &Hit),
    attack: &Recorded,
) -> Result<Secrecy, Untested> {
    let session = context.session;
    if found.is_public {
        return Ok(Secrecy::Open("its row says that it is public".to_owned()));
    }
    if !operation.is_write() {
        let anonymous = session.send(None, attack.request.clone()).await?;
        if is_hit(context, &anonymous, object) {
            return Ok(Secrecy::Open("it does so without a token".to_owned()));
        }
    }
    let reads = session.legitimate_reads(Some(context.attacker)).await;
    let markers = markers(object);
    let listing = Listing::of(context, operation, (object, &markers), reads).await;
    if listing.lists_object(context, operation, object) {
        return Ok(Secrecy::Open("lists show it too".to_owned()));
    }
    if is_same_tenant(context, object) {
        return Ok(Secrecy::Unknown("both are of one tenant".to_owned()));
    }
    by_identifier(context, object).await
}

/// Asks for the object by its identifier, as the attacker.
async fn by_identifier(context: &Context<'_>, object: &Arc<Object>) -> Result<Secrecy, Untested> {
    let session = context.session;
    let reads = session.api.of_kind(Kind::Read);
    let mut by_id = reads.filter(|one| {
        let slot = one.target_slot().filter(|_| one.ends_with_id());
        let is_of = slot.is_some_and(|slot| slot.entities.first() == Some(&object.entity));
        is_of && !one.is_write() && one.administrative.is_none()
    });
    let Some(read) = by_id.next() else {
        return Ok(by_list(context, object).await);
    };
    let ids = session.assign_own(read, object.owner, Some(object));
    let ids = ids.ok_or("no value is known for the identifiers of the object")?;
    let own = send(context, read, &ids, Some(object.owner)).await?;
    let answer = send(context, read, &ids, Some(context.attacker)).await?;
    let name = read.name();
    Ok(
        match (own.answer.is_accepted(), answer.answer.is_accepted()) {
            (true, false) => Secrecy::Proven(format!("`{name}` refuses it")),
            (_, true) => Secrecy::Open(format!("`{name}` answers too, and is tested by itself")),
            _ => Secrecy::Unknown(format!("`{name}` answers neither")),
        },
    )
}

/// Compares the lists of such objects of both callers, where nothing shows one by its identifier.
async fn by_list(context: &Context<'_>, object: &Object) -> Secrecy {
    let session = context.session;
    let kinds = [object.entity.as_str()];
    let has_list = async |caller, owner: usize| {
        let reads = session.legitimate_reads_about(Some(caller), &kinds).await;
        let world = session.world.lock().all().to_vec();
        let own = world
            .iter()
            .filter(|one| one.owner == owner && one.entity == object.entity);
        let mut own = own.filter(|one| one.made_by.is_some());
        own.any(|one| session.is_listed(one, &reads))
    };
    let (attacker, victim) = (context.attacker, object.owner);
    let is_own_only = has_list(attacker, attacker).await
        && has_list(victim, victim).await
        && !has_list(attacker, victim).await
        && !has_list(victim, attacker).await;
    match is_own_only {
        true => Secrecy::Proven(format!(
            "lists show each caller its own {} only",
            object.entity
        )),
        false => Secrecy::Unknown("nothing else tells whether it is a secret".to_owned()),
    }
}

fn is_hit(context: &Context<'_>, answer: &Recorded, object: &Object) -> bool {
    let session = context.session;
    let both = session
        .identity(object.owner)
        .zip(session.identity(context.attacker));
    both.is_some_and(|(victim, attacker)| {
        hit(&answer.answer, object, (&victim, &attacker)).is_some()
    })
}

fn markers(object: &Object) -> Vec<Marker> {
    let canaries = object.canaries.iter();
    let markers = canaries.map(|one| Marker {
        name: one.name.clone(),
        text: one.text.clone(),
        source: MarkerSource::Canary,
    });
    markers.collect()
}

fn is_same_tenant(context: &Context<'_>, object: &Object) -> bool {
    let session = context.session;
    let tenant = |index| session.identity(index).and_then(|one| one.tenant.clone());
    let own = tenant(object.owner);
    own.is_some() && own == tenant(context.attacker)
}
