use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{
    document::{DeclaredAccess, DeclaredToken},
    exchange::Answer,
    identity::{Credential, Identity, NamedIdentity, Secret},
    value::Canary,
    world::Object,
};

fn answer(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        text: body.to_string(),
        json: Some(body.clone()),
        ..Answer::default()
    }
}

fn ok(body: Value) -> Answer {
    answer(200, &body)
}

fn identity(name: &str) -> Identity {
    Identity::new(NamedIdentity {
        name: name.to_owned(),
        role: None,
        tenant: None,
        credential: Credential::Token(Secret::new("x")),
    })
}

fn object() -> Object {
    Object {
        entity: "order".to_owned(),
        fields: BTreeMap::from([("id".to_owned(), "5".to_owned())]),
        canaries: vec![
            canary("note", "zqnote123456"),
            canary("secret", "zqsecret1234"),
        ],
        ..Object::default()
    }
}

fn canary(name: &str, text: &str) -> Canary {
    Canary {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// A read by bob of alice's object.
struct Read {
    own: Answer,
    attack: Answer,
    anonymous: Answer,
    legitimate: Answer,
    listed_canaries: Vec<String>,
    is_listed: bool,
    refuses_without_token: bool,
    declared: DeclaredAccess,
}

impl Read {
    fn of(own: Value, attack: Value) -> Self {
        Self {
            own: ok(own),
            attack: ok(attack),
            anonymous: answer(401, &json!({})),
            legitimate: ok(json!([])),
            listed_canaries: Vec::new(),
            is_listed: false,
            refuses_without_token: false,
            declared: DeclaredAccess::default(),
        }
    }

    fn verdict(&self) -> Verdict {
        let (alice, bob) = (identity("alice"), identity("bob"));
        let markers = markers(
            [&self.own; 2],
            &object().canaries,
            &["5".to_owned()],
            &self.legitimate.text,
        );
        let disclosure = disclosed(&markers, &self.attack, &object(), (&alice, &bob));
        judge_disclosure(
            &disclosure,
            &DisclosureContext {
                own_view: &self.own,
                markers: &markers,
                attack: &self.attack,
                anonymous: Some(&self.anonymous),
                legitimate: &[&self.legitimate],
                listed_canaries: &self.listed_canaries,
                is_listed: self.is_listed,
                declared: &self.declared,
                names: ("bob", "alice"),
                is_same_tenant: false,
                refuses_without_token: self.refuses_without_token,
            },
        )
    }
}

fn note() -> Value {
    json!({"id": 5, "note": "zqnote123456"})
}

#[test]
fn a_canary_that_comes_back_to_the_attacker_proves_a_hole() {
    assert!(Read::of(note(), note()).verdict().is_confirmed());
    // the control: a refusal, and an answer with the attacker's own record
    let refused = Read {
        attack: answer(404, &json!({"error": "no"})),
        ..Read::of(note(), note())
    };
    assert!(matches!(refused.verdict(), Verdict::Refuted(_)));
    let own = json!({"id": 6, "note": "zqother12345"});
    assert!(matches!(
        Read::of(note(), own).verdict(),
        Verdict::Refuted(_)
    ));
}

#[test]
fn what_the_attackers_lists_show_is_no_secret() {
    let read = Read {
        legitimate: ok(json!([note()])),
        ..Read::of(note(), note())
    };
    assert!(matches!(read.verdict(), Verdict::Refuted(_)));
    assert!(read.verdict().is_of_own_list());
    // the control
    assert!(!Read::of(note(), note()).verdict().is_of_own_list());
}

#[test]
fn what_lists_show_of_others_made_in_the_same_way_is_no_secret() {
    let listed = |canary: &str| Read {
        listed_canaries: vec![canary.to_owned()],
        ..Read::of(note(), note())
    };
    let canary = note()["note"].as_str().unwrap().to_owned();
    assert!(matches!(listed(&canary).verdict(), Verdict::Refuted(_)));
    // the control
    assert!(listed("another").verdict().is_confirmed());
}

#[test]
fn a_listed_object_counts_only_where_something_sensitive_is_added() {
    let listed = |body: Value| Read {
        legitimate: ok(json!([{"id": 5, "title": "t"}])),
        is_listed: true,
        ..Read::of(body.clone(), body)
    };
    assert!(matches!(listed(note()).verdict(), Verdict::Suspect(_)));
    assert!(
        listed(json!({"id": 5, "secret": "zqsecret1234"}))
            .verdict()
            .is_confirmed()
    );
}

#[test]
fn a_part_that_is_shown_while_another_is_kept_back_is_public() {
    let own = json!({"id": 5, "note": "zqnote123456", "secret": "zqsecret1234"});
    assert!(matches!(
        Read::of(own.clone(), note()).verdict(),
        Verdict::Refuted(_)
    ));
    assert!(Read::of(own.clone(), own).verdict().is_confirmed());
}

#[test]
fn an_anonymous_pass_tells_public_from_broken() {
    let read = |body: &Value, token| Read {
        anonymous: ok(body.clone()),
        declared: DeclaredAccess {
            token,
            ..DeclaredAccess::default()
        },
        ..Read::of(body.clone(), body.clone())
    };
    let secret = json!({"id": 5, "secret": "zqsecret1234"});
    assert!(matches!(
        read(&note(), DeclaredToken::Public).verdict(),
        Verdict::Refuted(_)
    ));
    assert!(matches!(
        read(&secret, DeclaredToken::Public).verdict(),
        Verdict::Suspect(_)
    ));
    assert!(matches!(
        read(&note(), DeclaredToken::Required).verdict(),
        Verdict::Suspect(_)
    ));
    assert!(
        read(&secret, DeclaredToken::Required)
            .verdict()
            .is_confirmed()
    );
    let open = |is_listed| Read {
        refuses_without_token: true,
        is_listed,
        ..read(&note(), DeclaredToken::Required)
    };
    assert!(open(false).verdict().is_confirmed());
    assert!(!open(true).verdict().is_confirmed());
}

#[test]
fn a_declared_rule_that_any_object_is_readable_is_believed() {
    let read = Read {
        declared: DeclaredAccess {
            any_object: true,
            ..DeclaredAccess::default()
        },
        ..Read::of(note(), note())
    };
    assert!(matches!(read.verdict(), Verdict::Refuted(_)));
}

#[test]
fn a_marker_counts_only_in_the_smallest_object_that_names_the_victim() {
    let (alice, bob) = (identity("alice"), identity("bob"));
    let own = ok(json!({"rows": [{"owner": "alice", "iban": "DE1234567"}]}));
    let object = Object {
        entity: "account".to_owned(),
        ..Object::default()
    };
    let markers = markers([&own; 2], &[], &["alice".to_owned()], "");
    assert_eq!(markers.len(), 1, "{markers:?}");
    // bob's own row has the same value
    let row = ok(json!({"rows": [{"owner": "bob", "iban": "DE1234567"}, {"owner": "alice"}]}));
    assert!(
        disclosed(&markers, &row, &object, (&alice, &bob))
            .shown
            .is_empty()
    );
    assert_eq!(
        disclosed(&markers, &own, &object, (&alice, &bob))
            .shown
            .len(),
        1
    );
}

#[test]
fn what_varies_between_two_reads_is_no_marker() {
    let (first, second) = (
        ok(json!({"nonce1": "abcdef", "iban": "DE1234"})),
        ok(json!({"nonce1": "ghijkl", "iban": "DE1234"})),
    );
    let found = markers([&first, &second], &[], &[], "");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "iban");
}

/// A write by bob to alice's object.
fn write(before: &Value, after: &Answer, target: Target, is_shared: bool) -> Verdict {
    let (alice, bob) = (identity("alice"), identity("bob"));
    let before = ok(before.clone());
    judge_effect(&EffectFacts {
        before: [&before; 2],
        after: [after; 2],
        attack: &answer(204, &json!(null)),
        canaries: &[canary("note", "zqattack1234")],
        object: &object(),
        victim: &alice,
        attacker: &bob,
        target,
        is_shared,
        is_around: false,
        is_request: false,
    })
}

/// A write by bob that adds rows to a list below alice's object, of which only the list is seen.
fn ask(before: &Value, after: &Value, is_request: bool) -> Verdict {
    let (alice, bob) = (identity("alice"), identity("bob"));
    let (before, after) = (ok(before.clone()), ok(after.clone()));
    judge_effect(&EffectFacts {
        before: [&before; 2],
        after: [&after; 2],
        attack: &answer(201, &json!(null)),
        canaries: &[],
        object: &object(),
        victim: &alice,
        attacker: &bob,
        target: Target::Around,
        is_shared: false,
        is_around: true,
        is_request,
    })
}

#[test]
fn who_asks_for_access_changes_nothing_of_the_object() {
    let row = json!([{"id": 1, "by": "bob"}]);
    assert!(matches!(ask(&json!([]), &row, true), Verdict::Suspect(_)));
    // the controls: another's row, and an operation that asks for nothing
    let other = json!([{"id": 1, "by": "alice"}]);
    assert!(ask(&json!([]), &other, true).is_confirmed());
    let made = ask(&json!([]), &row, false);
    assert!(made.is_confirmed());
    assert_eq!(
        made.reason(),
        "bob's request adds a row to a list of alice's object"
    );
    let removed = ask(&row, &json!([]), false);
    assert!(removed.reason().contains("removes a row"), "{removed:?}");
}

#[test]
fn a_write_is_proven_by_the_victims_own_view() {
    let changed = ok(json!({"id": 5, "note": "zqattack1234"}));
    assert!(write(&note(), &changed, Target::Itself, true).is_confirmed());
    // an API that answers 204 to everything
    assert!(matches!(
        write(&note(), &ok(note()), Target::Itself, false),
        Verdict::Refuted(_)
    ));
}

#[test]
fn a_marker_in_the_attackers_object_proves_that_the_id_was_ignored() {
    let before = json!([{"id": 5, "owner": "alice", "note": "zqnote123456"}, {"id": 6, "owner": "bob", "note": "b"}]);
    let after = ok(
        json!([{"id": 5, "owner": "alice", "note": "zqnote123456"}, {"id": 6, "owner": "bob", "note": "zqattack1234"}]),
    );
    assert!(matches!(
        write(&before, &after, Target::Itself, false),
        Verdict::Refuted(_)
    ));
}

#[test]
fn a_deleted_object_is_gone_from_the_victims_view() {
    let gone = answer(404, &json!({"error": "no"}));
    assert!(write(&note(), &gone, Target::Itself, false).is_confirmed());
    let failed = answer(500, &json!({}));
    assert!(matches!(
        write(&note(), &failed, Target::Itself, false),
        Verdict::Refuted(_)
    ));
}

#[test]
fn an_object_with_other_values_at_its_own_address_is_not_gone() {
    let before = json!({"note": "zqnote123456", "size": 3});
    let after = ok(json!({"note": "another", "size": 3}));
    let replaced = write(&before, &after, Target::Itself, false);
    assert!(replaced.is_confirmed());
    assert!(
        replaced.reason().contains("changes `/note`"),
        "{replaced:?}"
    );
    let written = ok(json!({"note": "zqattack1234"}));
    let written = write(&before, &written, Target::Itself, false);
    assert!(
        written.reason().contains("sees bob's canary"),
        "{written:?}"
    );
    // the control
    let gone = ok(json!({"status": "deleted"}));
    let gone = write(&before, &gone, Target::Itself, false);
    assert!(gone.reason().contains("is gone"), "{gone:?}");
}

#[test]
fn a_stable_value_that_changes_is_an_effect_and_a_time_is_not() {
    let before = json!({"id": 5, "balance": 100, "updated_at": 1});
    assert!(
        write(
            &before,
            &ok(json!({"id": 5, "balance": 90, "updated_at": 2})),
            Target::Around,
            true
        )
        .is_confirmed()
    );
    let touched = ok(json!({"id": 5, "balance": 100, "updated_at": 2}));
    assert!(matches!(
        write(&before, &touched, Target::Around, true),
        Verdict::Refuted(_)
    ));
}

#[test]
fn a_comment_below_an_object_that_all_may_see_is_only_suspect() {
    let before = json!({"id": 5, "note": "zqnote123456", "comments": []});
    let after =
        ok(json!({"id": 5, "note": "zqnote123456", "comments": [{"text": "zqattack1234"}]}));
    assert!(matches!(
        write(&before, &after, Target::Around, true),
        Verdict::Suspect(_)
    ));
    assert!(write(&before, &after, Target::Around, false).is_confirmed());
}

#[test]
fn an_api_that_fails_refuses_nothing() {
    for status in [429, 500, 502, 503, 504] {
        let verdict = Verdict::of_refusal("bob", status);
        assert!(matches!(verdict, Verdict::NotTested(_)), "{status}");
    }
    // the control
    for status in [400, 401, 403, 404, 410] {
        let verdict = Verdict::of_refusal("bob", status);
        assert!(matches!(verdict, Verdict::Refuted(_)), "{status}");
    }
}

#[test]
fn an_invalid_request_refuses_nothing() {
    let verdict = Verdict::invalid("bob", 422);
    assert!(verdict.is_invalid());
    assert!(!verdict.is_refusal());
    // the control
    assert!(!Verdict::of_refusal("bob", 403).is_invalid());
}
