//! Every endpoint and every parameter (RFC 6749 §3.1, §3.2): one without a value is left out, and a name
//! that is sent twice is refused, even if one of the two has no value.

use airside_oauth::{request::form::SentParams, token::grant_type::REPEATABLE};
use airside_testkit::Answer;
use http::Method;

use crate::world::{App, VERIFIER, World, basic, secret_of};

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
    Consent,
    SignOut,
    SignOutByPost,
    Setup,
}

const ENDPOINTS: [Endpoint; 15] = [
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

/// One request, which can be sent with more parameters.
struct Good<'a> {
    app: &'a App<'a>,
    method: Method,
    path: &'static str,
    authorization: Option<String>,
    form: String,
}

impl Good<'_> {
    fn names(&self) -> Vec<String> {
        let sent = SentParams::parse(self.form.as_bytes()).unwrap();
        let params = sent.single(&REPEATABLE).unwrap();
        params.iter().map(|(name, _)| name.to_owned()).collect()
    }

    async fn send(&self, before: &str, after: &str) -> Answer {
        let parts = [before, &self.form, after];
        let all: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let (mut url, mut body) = (self.app.world.at(self.path), all.join("&"));
        let mut headers = Vec::new();
        if self.method == Method::POST {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        } else {
            url = format!("{url}?{}", std::mem::take(&mut body));
        }
        let authorization = self.authorization.as_deref();
        headers.extend(authorization.map(|value| ("authorization", value)));
        let browser = &self.app.browser;
        browser
            .send(self.method.clone(), &url, &headers, body)
            .await
    }
}

/// Two apps with people who are signed in, and what they have got.
struct Cast<'a> {
    spa: App<'a>,
    web: App<'a>,
    access: String,
    refresh: String,
    sign_in: String,
    consent: String,
}

impl<'a> Cast<'a> {
    async fn of(world: &'a World) -> Self {
        let (spa, web) = (world.app("spa"), world.app("web"));
        let access = spa.sign_in("alice").await.access;
        let refresh = web.sign_in("alice").await.refresh().to_owned();
        let again = world.app("spa").with("prompt", "login");
        let sign_in = again.authorize().await.returned("interaction").unwrap();
        let more = spa.authorize_url() + "&prompt=consent";
        let consent = spa
            .browser
            .get(&more)
            .await
            .returned("interaction")
            .unwrap();
        Self {
            spa,
            web,
            access,
            refresh,
            sign_in,
            consent,
        }
    }

    async fn good(&self, endpoint: Endpoint) -> Good<'_> {
        let as_client = |name: &str| Some(basic(name, &secret_of(name)));
        let query = || {
            self.web
                .authorize_url()
                .split_once('?')
                .unwrap()
                .1
                .to_owned()
        };
        let (path, form) = match endpoint {
            Endpoint::Authorize | Endpoint::AuthorizeByPost => ("/authorize", query()),
            Endpoint::Code => {
                let code = self.spa.code("alice").await;
                let client = "client_id=spa&grant_type=authorization_code";
                (
                    "/token",
                    format!("{client}&code={code}&code_verifier={VERIFIER}"),
                )
            }
            Endpoint::Refresh => {
                let token = &self.refresh;
                (
                    "/token",
                    format!("grant_type=refresh_token&refresh_token={token}"),
                )
            }
            Endpoint::Machine => ("/token", "grant_type=client_credentials".to_owned()),
            Endpoint::Revoke => ("/revoke", "client_id=spa&token=x".to_owned()),
            Endpoint::Introspect => ("/introspect", format!("token={}", self.access)),
            Endpoint::Revocations => ("/revocations", "position=0".to_owned()),
            Endpoint::Userinfo => ("/userinfo", String::new()),
            Endpoint::UserinfoByForm => ("/userinfo", format!("access_token={}", self.access)),
            Endpoint::SignIn => ("/sign-in", format!("interaction={}", self.sign_in)),
            Endpoint::Consent => ("/consent", format!("interaction={}", self.consent)),
            Endpoint::SignOut | Endpoint::SignOutByPost => ("/sign-out", "state=s".to_owned()),
            Endpoint::Setup => ("/setup", "token=x".to_owned()),
        };
        let (app, authorization) = match endpoint {
            Endpoint::Authorize | Endpoint::AuthorizeByPost => (&self.web, None),
            Endpoint::Refresh => (&self.web, as_client("web")),
            Endpoint::Machine => (&self.web, as_client("billing")),
            Endpoint::Introspect | Endpoint::Revocations => (&self.web, as_client("bank-api")),
            Endpoint::Userinfo => (&self.spa, Some(format!("Bearer {}", self.access))),
            _ => (&self.spa, None),
        };
        let method = match endpoint {
            Endpoint::Authorize
            | Endpoint::SignIn
            | Endpoint::Consent
            | Endpoint::SignOut
            | Endpoint::Setup => Method::GET,
            _ => Method::POST,
        };
        Good {
            app,
            method,
            path,
            authorization,
            form,
        }
    }
}

/// What of an answer says how the request was understood.
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
            let empty = format!("{name}=");
            let (before, after) = match own.iter().any(|own| own == name) {
                true => (String::new(), empty),
                false => (empty.clone(), empty),
            };
            for (before, after) in [(&before, &after), (&after, &before)] {
                let answer = request.send(before, after).await;
                let said = gist(&answer);
                assert!(is_refused(&answer), "{endpoint:?} {name} twice: {said}");
            }
        }
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
