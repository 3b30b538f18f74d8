use std::time::Duration;

use airside_jose::{Algorithm, SigningKey};
use serde_json::json;

use super::*;
use crate::{client::ClientOrigin, fixture, key::secret::Digest, profile::IssuerProfile};

mod key;
mod refused;
mod setting;

/// A valid confidential web client, changed by `deviate`.
fn metadata(deviate: impl FnOnce(&mut ClientMetadata)) -> ClientMetadata {
    let mut metadata = ClientMetadata {
        client_id: Some("web".to_owned()),
        client_name: Some("Bank".to_owned()),
        redirect_uris: vec!["https://app.ex/cb".to_owned()],
        scope: "openid accounts:read".to_owned(),
        ..ClientMetadata::default()
    };
    deviate(&mut metadata);
    metadata
}

fn public(metadata: &mut ClientMetadata) {
    metadata.token_endpoint_auth_method = Some(AuthMethod::None);
}

fn by_key(metadata: &mut ClientMetadata) {
    metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
    metadata.jwks = Some(jwks());
}

fn jwks() -> JwkSet {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    JwkSet {
        keys: vec![key.public_jwk("one")],
    }
}

/// Validates with one secret if the method wants one.
fn validate(metadata: ClientMetadata) -> Result<Client, Vec<MetadataError>> {
    let method = metadata.auth_method();
    let secret = matches!(
        method,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
    );
    let secrets = if secret {
        vec![Digest::of(b"secret")]
    } else {
        Vec::new()
    };
    metadata.validate(
        &fixture::profile(),
        secrets,
        ClientOrigin::Administration,
        7,
    )
}

fn accepted(deviate: impl FnOnce(&mut ClientMetadata)) -> Client {
    validate(metadata(deviate)).unwrap()
}

/// The members that are refused.
fn refused(deviate: impl FnOnce(&mut ClientMetadata)) -> Vec<&'static str> {
    let errors = validate(metadata(deviate))
        .map(|client| client.client_id)
        .unwrap_err();
    errors.into_iter().map(|error| error.field).collect()
}

#[test]
fn what_is_left_out_has_the_defaults_of_the_rfc() {
    // RFC7591-2
    let written = json!({"client_id": "web", "redirect_uris": ["https://app.ex/cb"]});
    let metadata: ClientMetadata = serde_json::from_value(written).unwrap();
    let client = validate(metadata).unwrap();
    assert_eq!(client.auth_method, AuthMethod::ClientSecretBasic);
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(client.id_token_signed_response_alg, Algorithm::RS256);
    assert_eq!(
        (client.epoch, client.origin),
        (7, ClientOrigin::Administration)
    );
    let usual = ClientSettings {
        any_secret_method: true,
        ..ClientSettings::default()
    };
    assert_eq!(client.settings, usual);
    assert!(client.scope.is_empty());
}

#[test]
fn an_unknown_member_is_an_error() {
    let written = json!({"client_id": "web", "redirect_uri": "https://app.ex/cb"});
    assert!(serde_json::from_value::<ClientMetadata>(written).is_err());
}

#[test]
fn what_is_shown_of_a_client_makes_the_same_client() {
    let client = accepted(|m| {
        by_key(m);
        m.require_pkce = false;
        m.resource_server_for = vec![fixture::BANK.to_owned()];
        m.resources = vec![fixture::SHOP.to_owned()];
    });
    let json = serde_json::to_value(ClientMetadata::from(&client)).unwrap();
    let again = validate(serde_json::from_value(json.clone()).unwrap()).unwrap();
    assert_eq!(
        serde_json::to_value(ClientMetadata::from(&again)).unwrap(),
        json
    );
}

#[test]
fn a_method_that_is_not_stated_stays_unstated() {
    // RFC7591-2
    let unstated = accepted(|_| ());
    assert_eq!(unstated.auth_method, AuthMethod::ClientSecretBasic);
    assert!(unstated.settings.any_secret_method);
    let shown = ClientMetadata::from(&unstated);
    assert_eq!(shown.token_endpoint_auth_method, None);
    assert!(validate(shown).unwrap().settings.any_secret_method);

    let stated = accepted(|m| m.token_endpoint_auth_method = Some(AuthMethod::ClientSecretBasic));
    assert!(!stated.settings.any_secret_method);
}

#[test]
fn grants_that_need_each_other_come_together() {
    // RFC7591-2.1
    use GrantType::{AuthorizationCode, ClientCredentials, RefreshToken};
    let grants = |grants: &[GrantType]| {
        let grants = Some(grants.to_vec());
        move |m: &mut ClientMetadata| m.grant_types = grants
    };
    let all = [AuthorizationCode, RefreshToken, ClientCredentials];
    accepted(grants(&all));
    assert_eq!(refused(grants(&[RefreshToken])), ["grant_types"]);
    let no_uris = |m: &mut ClientMetadata| m.redirect_uris.clear();
    assert_eq!(refused(no_uris), ["grant_types"]);
    let without = refused(|m| {
        no_uris(m);
        grants(&[AuthorizationCode])(m);
    });
    assert_eq!(without, ["redirect_uris"]);
    accepted(|m| {
        no_uris(m);
        grants(&[ClientCredentials])(m);
    });
}

#[test]
fn an_api_that_only_introspects_needs_no_grant() {
    let client = accepted(|m| {
        m.redirect_uris.clear();
        m.resource_server_for = vec![fixture::BANK.to_owned()];
    });
    assert!(client.grant_types.is_empty());
}

#[test]
fn a_client_that_cannot_authenticate_is_kept_from_what_needs_it() {
    // RFC6749-4.4, RFC9700-2.1.1
    accepted(public);
    let with = |deviate: fn(&mut ClientMetadata)| {
        accepted(deviate);
        refused(move |m| {
            public(m);
            deviate(m);
        })
    };
    let machine = |m: &mut ClientMetadata| m.grant_types = Some(vec![GrantType::ClientCredentials]);
    assert_eq!(with(machine), ["grant_types"]);
    assert_eq!(with(|m| m.first_party = true), ["first_party"]);
    assert_eq!(with(|m| m.require_pkce = false), ["require_pkce"]);
    assert_eq!(
        with(|m| m.refresh_token_rotation = Some(false)),
        ["refresh_token_rotation"]
    );
    let serves = |m: &mut ClientMetadata| m.resource_server_for = vec![fixture::BANK.to_owned()];
    assert_eq!(with(serves), ["resource_server_for"]);
}
