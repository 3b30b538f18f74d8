mod claim;

use super::*;
use crate::{
    error::ErrorCode,
    fixture::{self, BANK, SHOP},
    request::{access::FlatAccess, scope::Scope},
};

/// An API without scopes.
const REPORTS: &str = "https://reports.example";

/// Two APIs with the same scopes, and one without any.
fn twins() -> IssuerProfile {
    let mut profile = fixture::profile();
    profile.resources[1].scopes = profile.resources[0].scopes.clone();
    let mut reports = profile.resources[1].clone();
    (reports.identifier, reports.scopes) = (REPORTS.to_owned(), Scope::default());
    profile.resources.push(reports);
    profile
}

fn client(scope: &str, resources: &[&str]) -> Client {
    let mut client = fixture::client();
    client.scope = scope.parse().unwrap();
    client.settings.resources = strings(resources);
    client
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn asked_of(
    (profile, client): (&IssuerProfile, &Client),
    scope: Option<&str>,
    resources: &[&str],
) -> Result<Access, ErrorCode> {
    let scope: Option<Scope> = scope.map(|scope| scope.parse().unwrap());
    access(profile, client, scope.as_ref(), &strings(resources)).map_err(|error| error.code)
}

fn asked(scope: Option<&str>, resources: &[&str]) -> Result<Access, ErrorCode> {
    let (profile, client) = (fixture::profile(), fixture::client());
    asked_of((&profile, &client), scope, resources)
}

fn good(scope: &str, resources: &[&str]) -> Result<Access, ErrorCode> {
    Ok(fixture::access(scope, resources))
}

/// The API and scope of a token under `granted`.
fn token(
    (profile, client): (&IssuerProfile, &Client),
    granted: &Access,
    scope: Option<&str>,
    resources: &[&str],
) -> Result<(String, String), ErrorCode> {
    let scope: Option<Scope> = scope.map(|scope| scope.parse().unwrap());
    let resources = strings(resources);
    audience(profile, client, granted, scope.as_ref(), &resources)
        .map(|audience| (audience.identifier, audience.scope.to_string()))
        .map_err(|error| error.code)
}

fn is_for(api: &str, scope: &str) -> Result<(String, String), ErrorCode> {
    Ok((api.to_owned(), scope.to_owned()))
}

#[test]
fn without_resource_the_scopes_tell_the_api() {
    let scope = "openid accounts:read";
    assert_eq!(asked(Some(scope), &[]), good(scope, &[BANK]));
}

#[test]
fn scopes_of_openid_connect_neither_choose_nor_exclude_an_api() {
    assert_eq!(asked(Some("openid email"), &[]), good("openid email", &[]));
    assert_eq!(asked(Some("openid"), &[SHOP]), good("openid", &[SHOP]));
}

#[test]
fn scopes_of_two_apis_name_no_single_one() {
    assert_eq!(
        asked(Some("accounts:read orders:read"), &[]),
        Err(ErrorCode::InvalidTarget)
    );
    let both = "accounts:read orders:read";
    assert_eq!(asked(Some(both), &[BANK, SHOP]), good(both, &[BANK, SHOP]));
}

#[test]
fn with_resource_and_no_scope_the_clients_scopes_for_it_are_meant() {
    assert_eq!(
        asked(None, &[BANK]),
        good("accounts:read accounts:write", &[BANK])
    );
}

#[test]
fn an_unknown_scope_or_resource_is_refused_and_never_dropped() {
    // RFC6749-3.3
    assert_eq!(
        asked(Some("accounts:read nothing"), &[]),
        Err(ErrorCode::InvalidScope)
    );
    assert_eq!(
        asked(Some("openid"), &["https://other.example"]),
        Err(ErrorCode::InvalidTarget)
    );
    assert_eq!(
        asked(Some("orders:read"), &[BANK]),
        Err(ErrorCode::InvalidScope)
    );
}

#[test]
fn a_scope_that_is_not_registered_for_the_client_is_refused() {
    let (profile, client) = (fixture::profile(), client("openid", &[]));
    for resources in [&[] as &[&str], &[BANK]] {
        let refused = asked_of((&profile, &client), Some("accounts:read"), resources);
        assert_eq!(refused, Err(ErrorCode::InvalidScope));
    }
}

#[test]
fn a_client_may_ask_for_every_scope_of_openid_connect() {
    // OIDC-Core-3.1.2.1, OIDC-Core-5.4
    let (profile, client) = (fixture::profile(), client("openid accounts:read", &[]));
    let all = "openid profile email address phone offline_access accounts:read";
    let access = asked_of((&profile, &client), Some(all), &[]);
    assert_eq!(access, good(all, &[BANK]));
    let token = token((&profile, &client), &access.unwrap(), None, &[]);
    assert_eq!(token, is_for(BANK, all));
    // none of them brings a scope of an API along
    let more = asked_of((&profile, &client), Some("openid accounts:write"), &[]);
    assert_eq!(more, Err(ErrorCode::InvalidScope));
}

#[test]
fn what_is_not_understood_is_left_out_if_something_is_left() {
    // OIDC-Core-3.1.2.1, RFC6749-3.3
    let profile = fixture::profile();
    let openid = client("openid accounts:read", &[]);
    let plain = client("email accounts:read", &[]);
    for (client, scope, understood) in [
        (&openid, "openid nothing email", "openid email"),
        (
            &openid,
            "accounts:read nothing openid",
            "accounts:read openid",
        ),
        (&openid, "accounts:read nothing", "accounts:read nothing"),
        (&openid, "openid accounts:write", "openid accounts:write"),
        (&plain, "openid email phone", "email"),
        (&plain, "openid accounts:read", "accounts:read"),
        (&plain, "openid profile", "openid profile"),
    ] {
        let left = super::understood(&profile, client, &scope.parse().unwrap());
        assert_eq!(left.to_string(), understood, "{scope}");
    }
}

#[test]
fn a_scope_counts_at_the_api_it_was_asked_for_at() {
    // RFC8707-2.2
    let (profile, client) = (twins(), fixture::client());
    let asked = |scope, api| asked_of((&profile, &client), Some(scope), &[api]).unwrap();
    let read = asked("accounts:read", BANK);
    let granted = read.union(&asked("accounts:write", SHOP));
    assert!(granted.covers(&read) && !granted.covers(&asked("accounts:write", BANK)));
    let token = |scope, api| token((&profile, &client), &granted, scope, &[api]);
    assert_eq!(token(None, BANK), is_for(BANK, "accounts:read"));
    assert_eq!(token(None, SHOP), is_for(SHOP, "accounts:write"));
    let write = Some("accounts:write");
    assert_eq!(token(write, BANK), Err(ErrorCode::InvalidScope));
    assert_eq!(token(write, SHOP), is_for(SHOP, "accounts:write"));
}

#[test]
fn a_client_names_only_apis_of_its_registration() {
    // RFC8707-2
    let profile = twins();
    let named =
        |client: &Client, scope, resources: &[&str]| asked_of((&profile, client), scope, resources);
    let none = client("openid", &[]);
    let listed = client("openid", &[REPORTS]);
    let scoped = client("openid accounts:read", &[]);
    for api in [BANK, SHOP, REPORTS] {
        let refused = named(&none, Some("openid"), &[api]);
        assert_eq!(refused, Err(ErrorCode::InvalidTarget), "{api}");
    }
    let reports = good("openid", &[REPORTS]);
    assert_eq!(named(&listed, Some("openid"), &[REPORTS]), reports);
    assert_eq!(named(&listed, None, &[REPORTS]), good("", &[REPORTS]));
    let refused = named(&listed, Some("openid"), &[REPORTS, BANK]);
    assert_eq!(refused, Err(ErrorCode::InvalidTarget));
    let bank = named(&scoped, Some("openid"), &[BANK]);
    assert_eq!(bank, good("openid", &[BANK]));
    let refused = named(&scoped, None, &[REPORTS]);
    assert_eq!(refused, Err(ErrorCode::InvalidTarget));
}

#[test]
fn an_api_taken_from_the_registration_since_is_left_out_unless_it_is_named() {
    let profile = twins();
    let before = client("openid accounts:read", &[REPORTS]);
    let after = client("openid accounts:read", &[]);
    let scope = "openid accounts:read";
    let granted = access(
        &profile,
        &before,
        Some(&scope.parse().unwrap()),
        &strings(&[BANK, REPORTS]),
    );
    let granted = granted.unwrap();
    let token = |client, resources: &[&str]| token((&profile, client), &granted, None, resources);
    assert_eq!(token(&before, &[REPORTS]), is_for(REPORTS, "openid"));
    assert_eq!(token(&before, &[]), Err(ErrorCode::InvalidTarget));
    assert_eq!(token(&after, &[REPORTS]), Err(ErrorCode::InvalidTarget));
    assert_eq!(token(&after, &[]), is_for(BANK, scope));
    let nothing = client("openid", &[]);
    assert_eq!(token(&nothing, &[]), Err(ErrorCode::InvalidTarget));
    assert_eq!(token(&nothing, &[BANK]), Err(ErrorCode::InvalidTarget));
}

#[test]
fn a_flat_grant_keeps_what_each_api_defines() {
    let (profile, client) = (fixture::profile(), fixture::client());
    let flat = FlatAccess::new(
        "openid accounts:read orders:read".parse().unwrap(),
        strings(&[BANK, SHOP]),
    );
    let granted = flat.into_grant();
    let token = |scope, api| token((&profile, &client), &granted, scope, &[api]);
    assert_eq!(token(None, BANK), is_for(BANK, "openid accounts:read"));
    assert_eq!(token(None, SHOP), is_for(SHOP, "openid orders:read"));
    let orders = Some("orders:read");
    assert_eq!(token(orders, BANK), Err(ErrorCode::InvalidScope));
}

#[test]
fn of_several_granted_apis_exactly_one_is_chosen_with_its_scopes() {
    let (profile, client) = (fixture::profile(), fixture::client());
    let granted = fixture::access("openid accounts:read orders:read", &[BANK, SHOP]);
    let token = |resources: &[&str]| token((&profile, &client), &granted, None, resources);
    assert_eq!(token(&[SHOP]), is_for(SHOP, "openid orders:read"));
    assert_eq!(token(&[]), Err(ErrorCode::InvalidTarget));
    assert_eq!(token(&[BANK, SHOP]), Err(ErrorCode::InvalidTarget));
}

#[test]
fn without_an_api_the_issuer_itself_is_the_audience() {
    let (profile, client) = (fixture::profile(), fixture::client());
    let granted = fixture::access("openid", &[]);
    let own = token((&profile, &client), &granted, None, &[]);
    assert_eq!(own, is_for(fixture::ISSUER, "openid"));
}
