use super::*;
use crate::rule;

fn denial(rule: &FunctionRule, principal: &Principal) -> Option<String> {
    let denied = rule.decide(principal).into_result().err();
    denied.map(|reason| reason.to_string())
}

#[test]
fn a_scope_is_required_exactly() {
    let rule = rule::scope("accounts:read");
    let alice = Principal::user("alice", "spa");
    assert_eq!(
        denial(&rule, &alice.clone().with_scopes("a accounts:read")),
        None
    );
    let refused = Some("the token lacks the scope `accounts:read`".to_owned());
    assert_eq!(denial(&rule, &alice), refused);
    assert_eq!(
        denial(&rule, &alice.clone().with_scopes("accounts:reader")),
        refused
    );
    assert_eq!(denial(&rule, &alice.with_scopes("accounts:READ")), refused);
}

#[test]
fn a_role_is_required_exactly() {
    let rule = rule::role("admin");
    let alice = Principal::user("alice", "spa").with_role("customer");
    assert_eq!(
        denial(&rule, &alice),
        Some("the token lacks the role `admin`".into())
    );
    assert_eq!(denial(&rule, &alice.with_role("admin")), None);
}

#[test]
fn a_machine_is_not_a_person() {
    let rule = rule::scope("read").and(rule::person());
    assert_eq!(rule.to_string(), "scope `read` and a person");
    let alice = Principal::user("alice", "spa").with_scopes("read");
    assert_eq!(denial(&rule, &alice), None);
    let machine = Principal::client("batch").with_scopes("read");
    let refused = "the caller is a machine, and only people may do this";
    assert_eq!(denial(&rule, &machine), Some(refused.to_owned()));
}

#[test]
fn a_scope_is_not_a_role() {
    let alice = Principal::user("alice", "spa").with_scopes("admin");
    assert!(denial(&rule::role("admin"), &alice).is_some());
}

#[test]
fn a_client_can_meet_a_rule() {
    let billing = Principal::client("billing").with_scopes("accounts:read");
    assert_eq!(denial(&rule::scope("accounts:read"), &billing), None);
}

#[test]
fn a_way_of_signing_in_and_its_age_are_required() {
    let alice = Principal::user("alice", "spa");
    let rule = rule::acr(&["phr", "mfa"]);
    assert_eq!(rule.to_string(), "acr `phr` or `mfa`");
    assert_eq!(denial(&rule, &alice.clone().with_claim("acr", "mfa")), None);
    assert!(denial(&rule, &alice).is_some());
    assert!(denial(&rule, &alice.clone().with_claim("acr", "pwd")).is_some());

    let rule = rule::signed_in_within(300);
    let ago = |seconds| Principal {
        signed_in_seconds_ago: Some(seconds),
        ..alice.clone()
    };
    assert_eq!(denial(&rule, &ago(300)), None);
    assert!(denial(&rule, &ago(301)).is_some());
    assert!(denial(&rule, &alice).is_some());
}

#[test]
fn all_conditions_are_required() {
    let rule = rule::scope("a").and(rule::role("b"));
    assert_eq!(rule.to_string(), "scope `a` and role `b`");
    assert!(denial(&rule, &Principal::user("alice", "spa").with_scopes("a")).is_some());
    assert!(denial(&rule, &Principal::user("alice", "spa").with_role("b")).is_some());
    let both = Principal::user("alice", "spa")
        .with_scopes("a")
        .with_role("b");
    assert_eq!(denial(&rule, &both), None);
}
