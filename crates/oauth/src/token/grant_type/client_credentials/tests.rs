use super::*;
use crate::{
    client::Client,
    error::ErrorCode,
    fixture::{self, BANK, SHOP},
    state::event::Origin,
};

fn decide(client: &Client, scope: Option<&str>, resources: &[&str]) -> Decision {
    let asked = ClientCredentials {
        scope: scope.map(|scope| scope.parse().unwrap()),
        resources: resources.iter().map(|r| (*r).to_owned()).collect(),
    };
    let context = Context {
        profile: &fixture::profile(),
        client,
        vault: &fixture::vault(),
        now: fixture::START,
        draw: &fixture::draw(7),
        origin: &Origin::default(),
        status: None,
    };
    asked.decide(&context, &Facts::default())
}

fn refusal(scope: Option<&str>, resources: &[&str]) -> ErrorCode {
    decide(&fixture::confidential_client(), scope, resources)
        .unwrap_err()
        .error
        .code
}

#[test]
fn a_machine_reads_and_commits_nothing() {
    let granted = decide(&fixture::confidential_client(), Some("accounts:read"), &[]).unwrap();
    assert!(granted.commit.is_none());
    assert_eq!(granted.note.unwrap().kind, EventKind::TokenIssued);
}

#[test]
fn scopes_about_people_are_refused_to_machines() {
    // OIDC-Core-3.1.2.1
    assert_eq!(
        refusal(Some("openid accounts:read"), &[]),
        ErrorCode::InvalidScope
    );
}

#[test]
fn a_token_is_for_one_api() {
    // RFC8707-2.2
    assert_eq!(
        refusal(Some("accounts:read orders:read"), &[]),
        ErrorCode::InvalidTarget
    );
    assert_eq!(refusal(None, &[]), ErrorCode::InvalidTarget);
    assert_eq!(refusal(None, &[BANK, SHOP]), ErrorCode::InvalidTarget);
    assert!(decide(&fixture::confidential_client(), None, &[SHOP]).is_ok());
}

#[test]
fn without_scope_a_client_of_one_api_gets_its_scopes() {
    let client = Client {
        scope: "accounts:read".parse().unwrap(),
        ..fixture::confidential_client()
    };
    assert!(decide(&client, None, &[]).is_ok());
}
