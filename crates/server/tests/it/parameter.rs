//! Every endpoint and every parameter (RFC 6749 §3.1, §3.2): one without a value is left out, and a name
//! that is sent twice is refused, even if one of the two has no value.

mod cast;

use airside_oauth::token::grant_type::REPEATABLE;
use airside_testkit::Answer;

use self::cast::Cast;
use crate::world::World;

/// Every way to send parameters to the server; each request is a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Authorize,
    AuthorizeByPost,
    Code,
    Refresh,
    Machine,
    Revoke,
    Introspect,
    Revocations,
    Userinfo,
    UserinfoByForm,
    SignIn,
    SelectAccount,
    Consent,
    SignOut,
    SignOutByPost,
    Setup,
}

const ENDPOINTS: [Endpoint; 16] = [
    Endpoint::Authorize,
    Endpoint::AuthorizeByPost,
    Endpoint::Code,
    Endpoint::Refresh,
    Endpoint::Machine,
    Endpoint::Revoke,
    Endpoint::Introspect,
    Endpoint::Revocations,
    Endpoint::Userinfo,
    Endpoint::UserinfoByForm,
    Endpoint::SignIn,
    Endpoint::SelectAccount,
    Endpoint::Consent,
    Endpoint::SignOut,
    Endpoint::SignOutByPost,
    Endpoint::Setup,
];

/// Every parameter that the server reads anywhere, those that other servers read, and one of nobody's.
const NAMES: [&str; 52] = [
    "access_token",
    "acr_values",
    "assertion",
    "audience",
    "claims",
    "claims_locales",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "decision",
    "display",
    "dpop_jkt",
    "epoch",
    "grant_type",
    "id_token_hint",
    "instance",
    "interaction",
    "jwks",
    "kids",
    "login_hint",
    "logout_hint",
    "max_age",
    "nonce",
    "nothing",
    "password",
    "position",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_uri",
    "requested_token_type",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "subject_token",
    "token",
    "token_type_hint",
    "ui_locales",
    "user_code",
    "username",
    "wait",
    "x",
];

/// Returns what of an answer says how the request was understood.
fn gist(answer: &Answer) -> String {
    let location = answer.header("location");
    let (address, query) = location.split_once('?').unwrap_or((location, ""));
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    let names = names.collect::<Vec<_>>().join(" ");
    let members = serde_json::from_slice::<serde_json::Value>(&answer.body).ok();
    let members = members.and_then(|json| {
        let object = json.as_object()?;
        Some(object.keys().cloned().collect::<Vec<_>>().join(" "))
    });
    let outcome = answer.outcome();
    format!(
        "{outcome} {address} {names} {}",
        members.unwrap_or_default()
    )
}

fn is_refused(answer: &Answer) -> bool {
    matches!(
        answer.outcome().as_str(),
        "400" | "400 invalid_request" | "303 invalid_request"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_without_a_value_is_left_out_at_every_endpoint() {
    // RFC6749-3.1, RFC6749-3.2
    let world = World::new().await;
    let cast = Cast::of(&world).await;
    for endpoint in ENDPOINTS {
        let good = gist(&cast.good(endpoint).await.send("", "").await);
        assert!(!good.starts_with("400"), "{endpoint:?}: {good}");
        for name in NAMES {
            let request = cast.good(endpoint).await;
            if request.names().iter().any(|own| own == name) {
                continue;
            }
            let with = request.send("", &format!("{name}=")).await;
            assert_eq!(gist(&with), good, "{endpoint:?} {name}=");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_sent_twice_is_refused_at_every_endpoint() {
    // RFC6749-3.1, RFC6749-3.2, A11
    let world = World::new().await;
    let cast = Cast::of(&world).await;
    for endpoint in ENDPOINTS {
        let own = cast.good(endpoint).await.names();
        for name in NAMES {
            let request = cast.good(endpoint).await;
            let may_repeat = matches!(request.path, "/authorize" | "/token");
            if may_repeat && REPEATABLE.contains(&name) {
                continue;
            }
            for (before, after) in repeated(name, own.iter().any(|own| own == name)) {
                let answer = request.send(&before, &after).await;
                let said = gist(&answer);
                assert!(is_refused(&answer), "{endpoint:?} {name} twice: {said}");
            }
        }
    }
}

/// Returns what comes before and after a request, so that it has `name` twice.
fn repeated(name: &str, is_its_own: bool) -> [(String, String); 2] {
    let once = format!("{name}=");
    match is_its_own {
        true => [(String::new(), once.clone()), (once, String::new())],
        false => [(once.clone(), once.clone()), (once.clone(), once)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_of_the_public_client_with_an_empty_secret_is_answered() {
    // RFC6749-3.2, RFC7009-2.1
    let world = World::new().await;
    let fields = [("client_id", "spa"), ("client_secret", ""), ("token", "x")];
    let answer = world.browser().post(&world.at("/revoke"), &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let confidential = [("client_id", "web"), ("client_secret", ""), ("token", "x")];
    let answer = world
        .browser()
        .post(&world.at("/revoke"), &confidential)
        .await;
    assert_eq!(answer.outcome(), "401 invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_of_the_metadata_is_missing_above() {
    // RFC8414-2
    let world = World::new().await;
    let cast = Cast::of(&world).await;
    let mut paths = Vec::new();
    for endpoint in ENDPOINTS {
        paths.push(world.at(cast.good(endpoint).await.path));
    }
    let url = world.at("/.well-known/openid-configuration");
    let metadata = world.browser().get(&url).await.json();
    let members = metadata.as_object().unwrap().iter();
    let mut endpoints = 0;
    for (name, address) in members.filter(|(name, _)| name.ends_with("_endpoint")) {
        assert!(paths.iter().any(|path| path == address), "{name}");
        endpoints += 1;
    }
    assert!(endpoints >= 6, "{endpoints}");
}
