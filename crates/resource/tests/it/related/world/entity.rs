//! The records as the entities of Cedar.

use airside_resource::policy::{Kind, Principal};
use cedar_policy::{Entity, EntityId, EntityUid, RestrictedExpression};

pub(super) fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse().unwrap(), EntityId::new(id))
}

pub(super) fn entity(kind: &str, id: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid(kind, id))
}

pub(super) fn people(people: &[String]) -> RestrictedExpression {
    RestrictedExpression::new_set(people.iter().map(|person| entity("User", person)))
}

pub(super) fn caller(principal: &Principal) -> Entity {
    let kind = match principal.kind {
        Kind::User => "User",
        Kind::Client => "Client",
    };
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let tags = principal.claims.iter();
    let tags = tags.map(|(name, value)| (name.clone(), text(value)));
    Entity::new_with_tags(uid(kind, &principal.subject), [], [], tags).unwrap()
}
