//! Another implementation of OpenID Connect, the crate `openidconnect`, as the client.

use std::convert::Infallible;

use airside_testkit::Browser;
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
        CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
    },
};

use crate::{
    token::{claims, header},
    world::{VERIFIER, World, secret_of},
};

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_client_signs_a_person_in_and_verifies_the_id_token() {
    // OIDC-Core-3.1.3.7: RS256 with nonce
    let world = World::new().await;
    let client = discovered(&world, "web", "https://web.example/cb").await;
    let tokens = sign_in(&world, &client).await;
    let id_token = tokens.id_token().unwrap().to_string();
    assert_eq!(header(&id_token)["alg"], "RS256");
    let sub = verified(&client, &tokens).subject().to_string();
    assert_eq!(email(&client, &tokens, &sub).await, "alice@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_signs_a_person_in_with_another_algorithm() {
    // OIDC-Core-3.1.3.7: ES256 with nonce
    let world = World::new().await;
    let client = discovered(&world, "spa", "https://app.example/cb").await;
    let tokens = sign_in(&world, &client).await;
    let id_token = tokens.id_token().unwrap().to_string();
    assert_eq!(header(&id_token)["alg"], "ES256");
    let sub = verified(&client, &tokens).subject().to_string();
    assert_eq!(email(&client, &tokens, &sub).await, "alice@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_with_another_nonce_is_refused_by_the_client() {
    // T06
    let world = World::new().await;
    let client = discovered(&world, "web", "https://web.example/cb").await;
    let tokens = sign_in(&world, &client).await;
    let id_token = tokens.id_token().unwrap();
    let verifier = verifier(&client, id_token);
    let other = Nonce::new("another".to_owned());
    assert!(id_token.claims(&verifier, &other).is_err());
    assert!(id_token.claims(&verifier, &nonce()).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_refreshes_and_stays_the_same_person() {
    // OIDC-Core-12.2
    let world = World::new().await;
    for (client_id, uri) in [
        ("web", "https://web.example/cb"),
        ("spa", "https://app.example/cb"),
    ] {
        let client = discovered(&world, client_id, uri).await;
        let first = sign_in(&world, &client).await;
        let refresh_token = first.refresh_token().unwrap();
        let request = client.exchange_refresh_token(refresh_token).unwrap();
        let second = request.request_async(&http).await.unwrap();
        let id_token = second.id_token().unwrap();
        let verifier = verifier(&client, id_token);
        let absent = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("a nonce".to_owned()));
        let again = id_token.claims(&verifier, absent).unwrap();
        assert_eq!(again.subject(), verified(&client, &first).subject());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_of_an_issuer_with_a_path_is_found() {
    // OIDC-Discovery-4.1
    let setting = crate::world::Setting {
        path: "/tenant",
        ..crate::world::Setting::default()
    };
    let world = World::with(setting).await;
    let client = discovered(&world, "web", "https://web.example/cb").await;
    let tokens = sign_in(&world, &client).await;
    assert_eq!(verified(&client, &tokens).issuer().as_str(), world.url);
}

async fn discovered(world: &World, client_id: &str, redirect_uri: &str) -> Client {
    let issuer = IssuerUrl::new(world.url.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http)
        .await
        .unwrap();
    let secret = (client_id == "web").then(|| ClientSecret::new(secret_of(client_id)));
    CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), secret)
        .set_redirect_uri(RedirectUrl::new(redirect_uri.to_owned()).unwrap())
}

async fn sign_in(world: &World, client: &Client) -> CoreTokenResponse {
    let verifier = PkceCodeVerifier::new(VERIFIER.to_owned());
    let scopes = ["email", "offline_access", "accounts:read"];
    let (url, state, _) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, state, nonce)
        .add_scopes(scopes.map(|name| Scope::new(name.to_owned())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .url();
    let app = world.app("an independent client");
    let answer = app.browser.get(url.as_str()).await;
    let answer = app.through(answer, "alice").await;
    assert_eq!(answer.returned("state").as_ref(), Some(state.secret()));
    assert_eq!(answer.returned("iss").as_ref(), Some(&world.url));
    let code = AuthorizationCode::new(answer.returned("code").unwrap());
    let request = client.exchange_code(code).unwrap();
    let request = request.set_pkce_verifier(verifier);
    request.request_async(&http).await.unwrap()
}

/// The claims, once signature, issuer, audience, expiry, nonce and `at_hash` are checked.
fn verified(client: &Client, tokens: &CoreTokenResponse) -> CoreIdTokenClaims {
    let id_token = tokens.id_token().unwrap();
    let verifier = verifier(client, id_token);
    let claims = id_token.claims(&verifier, &nonce()).unwrap();
    let (alg, key) = (
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&verifier).unwrap(),
    );
    let hash = AccessTokenHash::from_token(tokens.access_token(), alg, key).unwrap();
    assert_eq!(Some(&hash), claims.access_token_hash());
    claims.clone()
}

/// A verifier whose clock is the world's: it reads the time off the token.
fn verifier<'a>(client: &'a Client, id_token: &CoreIdToken) -> CoreIdTokenVerifier<'a> {
    let claims: CoreIdTokenClaims = serde_json::from_value(claims(&id_token.to_string())).unwrap();
    let issued = claims.issue_time();
    client.id_token_verifier().set_time_fn(move || issued)
}

async fn email(client: &Client, tokens: &CoreTokenResponse, sub: &str) -> String {
    let subject = openidconnect::SubjectIdentifier::new(sub.to_owned());
    let request = client
        .user_info(tokens.access_token().clone(), Some(subject))
        .unwrap();
    let claims: CoreUserInfoClaims = request.request_async(&http).await.unwrap();
    claims.email().unwrap().to_string()
}

fn state() -> CsrfToken {
    CsrfToken::new("a state/+&=".to_owned())
}

fn nonce() -> Nonce {
    Nonce::new("a nonce/+&=".to_owned())
}

async fn http(request: HttpRequest) -> Result<HttpResponse, Infallible> {
    let (head, body) = request.into_parts();
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let url = head.uri.to_string();
    let answer = Browser::new().send(head.method, &url, &headers, body).await;
    let mut response = HttpResponse::new(answer.body.to_vec());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    Ok(response)
}
