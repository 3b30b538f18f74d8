//! The tokens of an app.

use airside_testkit::Answer;

/// The answer of the token endpoint.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub id: Option<String>,
    pub scope: String,
}

impl Tokens {
    /// The tokens of a successful answer.
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let json = answer.json();
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            access: answer.member("access_token"),
            refresh: text("refresh_token"),
            id: text("id_token"),
            scope: answer.member("scope"),
        }
    }

    /// The refresh token.
    pub fn refresh(&self) -> &str {
        self.refresh.as_deref().unwrap()
    }
}
