use super::*;
use crate::{
    error::ErrorCode,
    fixture::{self, BANK, SHOP},
};

fn asked(scope: Option<&str>, resources: &[&str]) -> Result<(String, Vec<String>), ErrorCode> {
    let scope: Option<Scope> = scope.map(|scope| scope.parse().unwrap());
    let resources: Vec<String> = resources.iter().map(|r| (*r).to_owned()).collect();
    extent(
        &fixture::profile(),
        &fixture::client(),
        scope.as_ref(),
        &resources,
    )
    .map(|extent| (extent.scope.to_string(), extent.resources))
    .map_err(|error| error.code)
}

fn good(scope: &str, resources: &[&str]) -> Result<(String, Vec<String>), ErrorCode> {
    Ok((
        scope.to_owned(),
        resources.iter().map(|r| (*r).to_owned()).collect(),
    ))
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
    let client = Client {
        scope: "openid".parse().unwrap(),
        ..fixture::client()
    };
    let scope: Scope = "accounts:read".parse().unwrap();
    let refused = extent(&fixture::profile(), &client, Some(&scope), &[]).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidScope);
}

#[test]
fn of_several_granted_apis_exactly_one_is_chosen_with_its_scopes() {
    let terms = fixture::terms("openid accounts:read orders:read", &[BANK, SHOP]);
    let choose = |resources: &[String]| {
        audience(
            &fixture::profile(),
            &fixture::client(),
            &terms,
            None,
            resources,
        )
    };
    let chosen = choose(&[SHOP.to_owned()]).unwrap();
    assert_eq!(
        (
            chosen.identifier.as_str(),
            chosen.scope.to_string().as_str()
        ),
        (SHOP, "openid orders:read")
    );
    assert_eq!(choose(&[]).unwrap_err().code, ErrorCode::InvalidTarget);
}

#[test]
fn without_an_api_the_issuer_itself_is_the_audience() {
    let terms = fixture::terms("openid", &[]);
    let own = audience(&fixture::profile(), &fixture::client(), &terms, None, &[]).unwrap();
    assert_eq!(own.identifier, fixture::ISSUER);
}
