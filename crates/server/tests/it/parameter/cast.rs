//! A good request to every endpoint, and the people who send it.

use airside_oauth::{request::form::SentParams, token::grant_type::REPEATABLE};
use airside_testkit::Answer;
use http::Method;

use super::Endpoint;
use crate::world::{App, VERIFIER, World, basic, secret_of};

/// One request, which can be sent with more parameters.
pub(super) struct Good<'a> {
    app: &'a App<'a>,
    method: Method,
    pub(super) path: &'static str,
    authorization: Option<String>,
    form: String,
}

impl Good<'_> {
    pub(super) fn names(&self) -> Vec<String> {
        let sent = SentParams::parse(self.form.as_bytes()).unwrap();
        let params = sent.single(&REPEATABLE).unwrap();
        params.iter().map(|(name, _)| name.to_owned()).collect()
    }

    pub(super) async fn send(&self, before: &str, after: &str) -> Answer {
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
pub(super) struct Cast<'a> {
    spa: App<'a>,
    web: App<'a>,
    access: String,
    refresh: String,
    sign_in: String,
    account: String,
    consent: String,
}

impl<'a> Cast<'a> {
    pub(super) async fn of(world: &'a World) -> Self {
        let (spa, web) = (world.app("spa"), world.app("web"));
        let access = spa.sign_in("alice").await.access;
        let refresh = web.sign_in("alice").await.refresh().to_owned();
        let again = world.app("spa").with("prompt", "login");
        let sign_in = again.authorize().await.returned("interaction").unwrap();
        let consent = interaction(&spa, "&prompt=consent").await;
        let account = interaction(&spa, "&prompt=select_account").await;
        Self {
            spa,
            web,
            access,
            refresh,
            sign_in,
            account,
            consent,
        }
    }

    pub(super) async fn good(&self, endpoint: Endpoint) -> Good<'_> {
        let (path, form) = self.path_and_form(endpoint).await;
        let (app, authorization) = self.sender(endpoint);
        let method = match endpoint {
            Endpoint::Authorize
            | Endpoint::SignIn
            | Endpoint::SelectAccount
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

    async fn path_and_form(&self, endpoint: Endpoint) -> (&'static str, String) {
        match endpoint {
            Endpoint::Authorize | Endpoint::AuthorizeByPost => {
                let url = self.web.authorize_url();
                ("/authorize", url.split_once('?').unwrap().1.to_owned())
            }
            Endpoint::Code => {
                let code = self.spa.code("alice").await;
                let client = "client_id=spa&grant_type=authorization_code";
                let form = format!("{client}&code={code}&code_verifier={VERIFIER}");
                ("/token", form)
            }
            Endpoint::Refresh => {
                let token = &self.refresh;
                let form = format!("grant_type=refresh_token&refresh_token={token}");
                ("/token", form)
            }
            Endpoint::Machine => ("/token", "grant_type=client_credentials".to_owned()),
            Endpoint::Revoke => ("/revoke", "client_id=spa&token=x".to_owned()),
            Endpoint::Introspect => ("/introspect", format!("token={}", self.access)),
            Endpoint::Revocations => ("/revocations", "position=0".to_owned()),
            Endpoint::Userinfo => ("/userinfo", String::new()),
            Endpoint::UserinfoByForm => ("/userinfo", format!("access_token={}", self.access)),
            Endpoint::SignIn => ("/sign-in", format!("interaction={}", self.sign_in)),
            Endpoint::SelectAccount => ("/select-account", format!("interaction={}", self.account)),
            Endpoint::Consent => ("/consent", format!("interaction={}", self.consent)),
            Endpoint::SignOut | Endpoint::SignOutByPost => ("/sign-out", "state=s".to_owned()),
            Endpoint::Setup => ("/setup", "token=x".to_owned()),
        }
    }

    /// The app that sends a request, and its `Authorization`.
    fn sender(&self, endpoint: Endpoint) -> (&App<'a>, Option<String>) {
        let as_client = |name: &str| Some(basic(name, &secret_of(name)));
        match endpoint {
            Endpoint::Authorize | Endpoint::AuthorizeByPost => (&self.web, None),
            Endpoint::Refresh => (&self.web, as_client("web")),
            Endpoint::Machine => (&self.web, as_client("billing")),
            Endpoint::Introspect | Endpoint::Revocations => (&self.web, as_client("bank-api")),
            Endpoint::Userinfo => (&self.spa, Some(format!("Bearer {}", self.access))),
            _ => (&self.spa, None),
        }
    }
}

/// The interaction of the page to which an authorization request with `more` leads.
async fn interaction(app: &App<'_>, more: &str) -> String {
    let url = app.authorize_url() + more;
    let answer = app.browser.get(&url).await;
    answer.returned("interaction").unwrap()
}
