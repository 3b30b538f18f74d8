//! An app with a client secret, and alice, who signs in to it.

pub use airside_client::pkce::{EXAMPLE_CHALLENGE as CHALLENGE, EXAMPLE_VERIFIER as VERIFIER};
use airside_testkit::{Answer, Browser};

/// One client that rotates its refresh tokens, one API, one account.
pub const CONFIGURATION: &str = r#"
[keys]
algorithms = ["RS256", "ES256"]

[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_post"
client_secret = "a secret of the test"
redirect_uris = ["https://web.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access read"
id_token_signed_response_alg = "ES256"
first_party = true
refresh_token_rotation = true

[[resource]]
identifier = "https://api.example"
scopes = ["read"]
signing_alg = "ES256"

[[user]]
username = "alice"
password = "correct horse battery"
"#;

/// The app in one browser that is signed in.
#[derive(Debug)]
pub struct App {
    browser: Browser,
    url: String,
}

impl App {
    /// Signs alice in at the server with this address.
    pub async fn sign_in(url: &str) -> Self {
        let (app, answer) = Self::try_sign_in(url).await.expect("an answer");
        assert_eq!(answer.status, 303);
        app
    }

    /// The same, and what the server says to it; none if no whole answer came.
    pub async fn try_sign_in(url: &str) -> Option<(Self, Answer)> {
        let app = Self {
            browser: Browser::new(),
            url: url.to_owned(),
        };
        let page = app.try_authorize().await?.header("location").to_owned();
        let sealed = app.browser.try_get(&page).await?.hidden("interaction");
        let fields = [
            ("interaction", sealed.as_str()),
            ("username", "alice"),
            ("password", "correct horse battery"),
        ];
        let answer = app
            .browser
            .try_post(&format!("{url}/sign-in"), &fields)
            .await?;
        Some((app, answer))
    }

    /// Asks for a code.
    pub async fn authorize(&self) -> Answer {
        self.try_authorize().await.expect("an answer")
    }

    /// The same; none if no whole answer came.
    pub async fn try_authorize(&self) -> Option<Answer> {
        self.try_authorize_for("openid offline_access read").await
    }

    /// Asks for a code with these scopes; none if no whole answer came.
    pub async fn try_authorize_for(&self, scope: &str) -> Option<Answer> {
        let scope = scope.replace(' ', "+");
        let query = format!(
            "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fweb.example%2Fcb\
             &scope={scope}&code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        self.browser
            .try_get(&format!("{}/authorize?{query}", self.url))
            .await
    }

    /// A new code.
    pub async fn code(&self) -> String {
        self.authorize().await.returned("code").expect("a code")
    }
}

/// Redeems a code.
pub async fn redeem(url: &str, code: &str) -> Option<Answer> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    post(&format!("{url}/token"), &fields).await
}

/// Refreshes; none if no whole answer came.
pub async fn refresh(url: &str, refresh_token: &str) -> Option<Answer> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    post(&format!("{url}/token"), &fields).await
}

/// Submits a form as the client.
pub async fn post(url: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let mut all = vec![
        ("client_id", "web"),
        ("client_secret", "a secret of the test"),
    ];
    all.extend_from_slice(fields);
    Browser::new().try_post(url, &all).await
}
