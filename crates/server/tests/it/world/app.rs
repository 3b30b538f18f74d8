//! An app that uses the issuer: states only what it does differently.

mod tokens;

pub use airside_client::{basic, pkce::EXAMPLE_VERIFIER as VERIFIER};

pub use self::tokens::Tokens;

use airside_client::{Parameters, pkce};
use airside_testkit::{Answer, Browser};

use super::{PASSWORD, World, secret_of};

/// An app: one client with one browser.
pub struct App<'a> {
    pub world: &'a World,
    pub client_id: String,
    pub browser: Browser,
    redirect_uri: String,
    scope: String,
    more: Vec<(String, String)>,
}

impl<'a> App<'a> {
    pub(super) fn new(world: &'a World, client_id: &str) -> Self {
        let redirect_uri = match client_id {
            "web" => "https://web.example/cb",
            _ => "https://app.example/cb",
        };
        Self {
            world,
            client_id: client_id.to_owned(),
            browser: world.browser(),
            redirect_uri: redirect_uri.to_owned(),
            scope: "openid offline_access accounts:read".to_owned(),
            more: Vec::new(),
        }
    }

    /// Goes on as another client, in the same browser.
    pub fn then_client(mut self, client_id: &str) -> Self {
        client_id.clone_into(&mut self.client_id);
        self
    }

    /// Asks for other scopes.
    pub fn scope(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.scope);
        self
    }

    /// Uses another redirect URI.
    pub fn redirect_uri(mut self, uri: &str) -> Self {
        uri.clone_into(&mut self.redirect_uri);
        self
    }

    /// Sends another parameter to the authorization endpoint, or replaces a usual one.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.more.retain(|(own, _)| own != name);
        self.more.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends a parameter once more.
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.more.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The address of a usual authorization request.
    pub fn authorize_url(&self) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", "st"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", pkce::EXAMPLE_CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual
            .iter()
            .filter(|(name, _)| self.more.iter().all(|(own, _)| own != name));
        // a parameter without a value is left out
        let more = self.more.iter().filter(|(_, value)| !value.is_empty());
        let more = more.map(|(name, value)| (name.as_str(), value.as_str()));
        let query: Parameters = kept.copied().chain(more).collect();
        query.appended_to(&self.world.at("/authorize"))
    }

    /// Opens the authorization endpoint.
    pub async fn authorize(&self) -> Answer {
        self.browser.get(&self.authorize_url()).await
    }

    /// Signs in as `username`, allows, and comes back to the app: the answer with its `code`.
    pub async fn code_answer(&self, username: &str) -> Answer {
        self.through(self.authorize().await, username).await
    }

    /// The same, from the first answer of the authorization endpoint on.
    pub async fn through(&self, mut answer: Answer, username: &str) -> Answer {
        for _ in 0..6 {
            let location = answer.header("location").to_owned();
            if !location.starts_with(&self.world.url) {
                return answer;
            }
            answer = self.browser.get(&location).await;
            if answer.status == 200 {
                answer = self.submit(&location, &answer, username).await;
            }
        }
        panic!("the flow does not end: {} {}", answer.status, answer.text());
    }

    /// Submits the page that `answer` shows.
    pub async fn submit(&self, location: &str, answer: &Answer, username: &str) -> Answer {
        let sealed = answer.hidden("interaction");
        let interaction = ("interaction", sealed.as_str());
        if location.contains("/sign-in") {
            let fields = [interaction, ("username", username), ("password", PASSWORD)];
            self.browser.post(&self.world.at("/sign-in"), &fields).await
        } else if location.contains("/select-account") {
            let own = format!("<bdi>{username}</bdi>");
            let account = match answer.text().contains(&own) {
                true => "this",
                false => "another",
            };
            let fields = [interaction, ("account", account)];
            let page = self.world.at("/select-account");
            self.browser.post(&page, &fields).await
        } else {
            let fields = [interaction, ("decision", "allow")];
            self.browser.post(&self.world.at("/consent"), &fields).await
        }
    }

    /// A code of `username`.
    pub async fn code(&self, username: &str) -> String {
        let answer = self.code_answer(username).await;
        answer
            .returned("code")
            .unwrap_or_else(|| panic!("no code: {}", answer.header("location")))
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str) -> Answer {
        self.redeem_with(code, VERIFIER).await
    }

    /// Redeems a code with another verifier.
    pub async fn redeem_with(&self, code: &str, verifier: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ])
        .await
    }

    /// The whole flow.
    pub async fn sign_in(&self, username: &str) -> Tokens {
        Tokens::of(&self.redeem(&self.code(username).await).await)
    }

    /// The whole flow, of which the tokens are for `resource`.
    pub async fn sign_in_at(&self, resource: &str) -> Tokens {
        let code = self.code("alice").await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
            ("resource", resource),
        ];
        Tokens::of(&self.token(&fields).await)
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Sends a form to the token endpoint, authenticated.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.back_channel("/token", fields).await
    }

    /// Revokes a token.
    pub async fn revoke(&self, token: &str) -> Answer {
        self.back_channel("/revoke", &[("token", token)]).await
    }

    /// Asks what is revoked.
    pub async fn revocations(&self, fields: &[(&str, &str)]) -> Answer {
        self.back_channel("/revocations", fields).await
    }

    /// Introspects a token.
    pub async fn introspect(&self, token: &str) -> Answer {
        self.back_channel("/introspect", &[("token", token)]).await
    }

    /// Asks who a token is about.
    pub async fn userinfo(&self, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.browser
            .get_with(&self.world.at("/userinfo"), &[("authorization", &bearer)])
            .await
    }

    async fn back_channel(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let url = self.world.at(path);
        // the app's server or script has no cookies
        let client = Browser::new();
        if self.client_id == "spa" || self.client_id.starts_with("public") {
            let mut all = vec![("client_id", self.client_id.as_str())];
            all.extend_from_slice(fields);
            return client.post(&url, &all).await;
        }
        let basic = basic(&self.client_id, &secret_of(&self.client_id));
        client
            .post_with(&url, &[("authorization", &basic)], fields)
            .await
    }
}
