use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// One thing that can be allowed: a scope of OpenID Connect, an API, or a scope of an API.
type Part = (Option<&'static str>, Option<&'static str>);

fn of(part: Part) -> Access {
    let scope = |name: Option<&str>| name.unwrap_or_default().parse().unwrap();
    match part {
        (None, name) => Access {
            openid: scope(name),
            ..Access::default()
        },
        (Some(api), name) => Access {
            apis: BTreeMap::from([(api.to_owned(), scope(name))]),
            ..Access::default()
        },
    }
}

fn all(parts: &[Part]) -> Access {
    let each = parts.iter().map(|part| of(*part));
    each.fold(Access::default(), |all, part| all.union(&part))
}

/// A scope of an API is only to be had with the API.
fn model(parts: &[Part]) -> BTreeSet<Part> {
    let apis = parts.iter().map(|(api, _)| (*api, None));
    parts.iter().copied().chain(apis).collect()
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let openid = select(vec!["openid", "email", "offline_access"]);
    let api = select(vec!["https://a.example", "https://b.example", "urn:c"]);
    let scope = select(vec!["read", "write", "delete"]);
    let part = prop_oneof![
        openid.prop_map(|name| (None, Some(name))),
        api.clone().prop_map(|api| (Some(api), None)),
        (api, scope).prop_map(|(api, name)| (Some(api), Some(name))),
    ];
    vec(part, 0..12)
}

proptest! {
    #[test]
    fn consents_cover_exactly_what_was_consented_to(consented in parts(), asked in parts()) {
        let covers = all(&consented).covers(&all(&asked));
        prop_assert_eq!(covers, model(&asked).is_subset(&model(&consented)));
        prop_assert!(all(&consented).union(&all(&asked)).covers(&all(&asked)));
    }

    #[test]
    fn access_is_the_same_after_it_was_stored(parts in parts()) {
        let access = all(&parts);
        let stored = serde_json::to_string(&access).unwrap();
        prop_assert_eq!(serde_json::from_str::<Access>(&stored).unwrap(), access);
    }
}

#[test]
fn scopes_of_two_apis_do_not_mix() {
    let read = (Some("https://a.example"), Some("read"));
    let write = (Some("https://b.example"), Some("write"));
    let consented = all(&[(None, Some("openid")), read, write]);
    assert!(consented.covers(&all(&[read])) && consented.covers(&all(&[read, write])));
    assert!(!consented.covers(&of((Some("https://a.example"), Some("write")))));
    assert!(!consented.covers(&of((Some("https://c.example"), None))));
    assert_eq!(consented.scope().to_string(), "openid read write");
    let at = |api| consented.scope_at(api).to_string();
    assert_eq!(at(Some("https://a.example")), "openid read");
    assert_eq!(at(Some("https://c.example")), "openid");
    assert_eq!(at(None), "openid");
}

#[test]
fn a_consent_covers_the_claims_that_an_api_is_told_and_no_more() {
    // A21
    let told = |names: &[&str]| Access {
        claims: BTreeMap::from([(
            "https://a.example".to_owned(),
            names.iter().map(|name| (*name).to_owned()).collect(),
        )]),
        ..of((Some("https://a.example"), Some("read")))
    };
    let (one, both) = (told(&["org"]), told(&["org", "email"]));
    assert!(both.covers(&one) && both.covers(&both) && !one.covers(&both));
    assert!(!of((Some("https://a.example"), Some("read"))).covers(&one));
    assert_eq!(one.union(&told(&["email"])), both);
    let stored = serde_json::to_string(&both).unwrap();
    assert_eq!(serde_json::from_str::<Access>(&stored).unwrap(), both);
}

#[test]
fn a_consent_covers_the_single_claims_that_were_asked_for_and_no_more() {
    // A21, OIDC-Core-5.5
    let told = |userinfo: &[&str], id_token: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Access {
            single_claims: SingleClaims {
                userinfo: names(userinfo),
                id_token: names(id_token),
            },
            ..of((None, Some("openid")))
        }
    };
    let (one, both) = (told(&["name"], &[]), told(&["name"], &["email"]));
    assert!(both.covers(&one) && both.covers(&both) && !one.covers(&both));
    assert!(one.covers(&told(&[], &["name"])) && !told(&[], &[]).covers(&one));
    assert_eq!(one.union(&told(&[], &["email"])), both);
    let stored = serde_json::to_string(&both).unwrap();
    assert_eq!(stored, r#"{"o":"openid","q":{"u":["name"],"i":["email"]}}"#);
    assert_eq!(serde_json::from_str::<Access>(&stored).unwrap(), both);
    let earlier = serde_json::to_string(&told(&[], &[])).unwrap();
    assert_eq!(earlier, r#"{"o":"openid"}"#);
}

#[test]
fn flat_consents_with_one_api_are_kept_and_those_with_several_are_not() {
    let stored = |resources: &str| -> Access {
        let text = format!(r#"{{"scope":"openid read write","resources":[{resources}]}}"#);
        let flat: FlatAccess = serde_json::from_str(&text).unwrap();
        flat.into_consent()
    };
    let one = stored(r#""https://a.example""#);
    let parts = ["read", "write"].map(|name| (Some("https://a.example"), Some(name)));
    assert_eq!(one, all(&parts).union(&of((None, Some("openid")))));
    assert_eq!(stored(""), of((None, Some("openid"))));
    let several = stored(r#""https://a.example","https://b.example""#);
    assert_eq!(several, Access::default());
}
