const COLUMNS: RecordColumns<'static> = RecordColumns {
    key: "id",
    owner: Some("owner"),
    tenant: Some("tenant"),
};

use super::*;
use crate::rule;

fn judge(rule: &ObjectRule, principal: &Principal, object: &Object) -> Result<(), Reason> {
    rule.decide(principal, object).into_result()
}

#[test]
fn an_owner_reaches_only_its_own_object() {
    let rule = rule::any_token().owner();
    let alice = Principal::user("alice", "spa");
    assert_eq!(judge(&rule, &alice, &Object::owned_by("alice")), Ok(()));
    assert_eq!(
        judge(&rule, &alice, &Object::owned_by("bob")),
        Err(Reason::NotOwner)
    );
    assert_eq!(
        judge(&rule, &alice, &Object::owned_by("Alice")),
        Err(Reason::NotOwner)
    );
}

#[test]
fn the_filter_holds_where_the_decision_allows() {
    let rule = rule::any_token().owner().and_tenant("org");
    let names = [None, Some(""), Some("alice"), Some("acme"), Some("bob")];
    let principals = ["alice", "bob", ""].map(|subject| Principal::user(subject, "spa"));
    let principals = principals
        .into_iter()
        .chain([Principal::client("alice")])
        .flat_map(|one| {
            let claims = [None, Some(""), Some("acme")];
            claims.map(|claim| match claim {
                Some(claim) => one.clone().with_claim("org", claim),
                None => one.clone(),
            })
        });
    for principal in principals {
        let filter = rule.filter(&principal, COLUMNS);
        for (owner, tenant) in names
            .iter()
            .flat_map(|owner| names.iter().map(move |tenant| (*owner, *tenant)))
        {
            let object = Object {
                owner: owner.map(str::to_owned),
                tenant: tenant.map(str::to_owned),
            };
            let column = |name: &str| match name {
                "owner" => owner.into(),
                _ => tenant.into(),
            };
            let allowed = rule.decide(&principal, &object).is_allowed();
            assert_eq!(filter.holds(&column), allowed, "{principal:?} {object:?}");
        }
        let without = rule.filter(
            &principal,
            RecordColumns {
                tenant: None,
                ..COLUMNS
            },
        );
        assert!(!without.holds(&|_| "alice".into()));
    }
}

#[test]
fn a_client_never_owns_an_object() {
    let rule = rule::any_token().owner();
    let billing = Principal::client("billing");
    let namesake = judge(&rule, &billing, &Object::owned_by("billing"));
    assert_eq!(namesake, Err(Reason::ClientIsNoOwner));
}

#[test]
fn an_unknown_owner_or_subject_denies() {
    let rule = rule::any_token().owner();
    let alice = Principal::user("alice", "spa");
    assert_eq!(
        judge(&rule, &alice, &Object::default()),
        Err(Reason::UnknownOwner)
    );
    let without_subject = Principal::user("", "spa");
    assert_eq!(
        judge(&rule, &without_subject, &Object::owned_by("")),
        Err(Reason::NoSubject)
    );
    assert_eq!(
        judge(&rule, &alice, &Object::owned_by("")),
        Err(Reason::UnknownOwner)
    );
}

#[test]
fn a_tenant_reaches_only_its_own_objects() {
    let rule = rule::any_token().tenant("org");
    let alice = Principal::user("alice", "spa").with_claim("org", "acme");
    assert_eq!(judge(&rule, &alice, &Object::of_tenant("acme")), Ok(()));
    assert_eq!(
        judge(&rule, &alice, &Object::of_tenant("other")),
        Err(Reason::OtherTenant)
    );
}

#[test]
fn an_unknown_tenant_denies() {
    let rule = rule::any_token().tenant("org");
    let alice = Principal::user("alice", "spa");
    let lacking = Err(Reason::NoTenantClaim("org".into()));
    assert_eq!(judge(&rule, &alice, &Object::of_tenant("acme")), lacking);
    let acme = alice.clone().with_claim("org", "acme");
    assert_eq!(
        judge(&rule, &acme, &Object::default()),
        Err(Reason::UnknownTenant)
    );
    let empty = alice.with_claim("org", "");
    assert_eq!(judge(&rule, &empty, &Object::of_tenant("")), lacking);
}

#[test]
fn a_client_can_belong_to_a_tenant() {
    let billing = Principal::client("billing").with_claim("org", "acme");
    let rule = rule::any_token().tenant("org");
    assert_eq!(judge(&rule, &billing, &Object::of_tenant("acme")), Ok(()));
}

#[test]
fn all_conditions_are_required() {
    let rule = rule::scope("a").owner().and_tenant("org");
    assert_eq!(
        rule.to_string(),
        "scope `a` and owner = sub and tenant = `org`"
    );
    let alice = Principal::user("alice", "spa").with_claim("org", "acme");
    let object = Object::owned_by("alice").in_tenant("acme");
    assert_eq!(
        judge(&rule, &alice, &object),
        Err(Reason::MissingScope("a".into()))
    );
    let alice = alice.with_scopes("a");
    assert_eq!(judge(&rule, &alice, &object), Ok(()));
    let elsewhere = Object::owned_by("alice").in_tenant("other");
    assert_eq!(judge(&rule, &alice, &elsewhere), Err(Reason::OtherTenant));
}

#[test]
fn only_object_level_refusals_hide_the_object() {
    assert!(Reason::NotOwner.hides_object());
    assert!(Reason::OtherTenant.hides_object());
    assert!(!Reason::MissingScope("a".into()).hides_object());
    assert!(!Reason::MissingRole("a".into()).hides_object());
}
