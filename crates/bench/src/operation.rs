//! The requests that are measured.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use url::Url;

use crate::{
    connection::{Answer, Connection, get, post},
    sign_in::{Browser, Form, codes, redemption},
};

/// What is asked of the server, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// A token for the client itself
    ClientCredentials,
    /// The next tokens of a chain; every connection has its own
    Refresh,
    /// The first tokens of a chain; the codes are fetched before
    Code,
    /// A name and a password in the sign-in page
    SignIn,
    /// Whether a token is active
    Introspect,
    /// The public keys
    Jwks,
    /// The metadata
    Discovery,
    /// The baseline: an answer of 400 bytes
    Bare,
    /// The baseline: an answer with one signature
    Sign,
    /// The baseline: an answer with two signatures
    Sign2,
}

/// Who asks, and for what.
#[derive(Args, Clone)]
pub struct Subject {
    /// The client
    #[arg(long, default_value = CLIENT)]
    pub client_id: String,
    /// Its secret; a public client has none
    #[arg(long)]
    pub client_secret: Option<String>,
    /// The scope to ask for
    #[arg(long, default_value = "rs256:read")]
    pub scope: String,
    /// The API to ask for
    #[arg(long, default_value = "https://rs256.example.com")]
    pub resource: String,
    /// Who signs in, for `refresh`
    #[arg(long, default_value = USERNAME)]
    pub username: String,
    /// The password
    #[arg(long, default_value = PASSWORD)]
    pub password: String,
    /// Where the code is sent; nothing has to listen there
    #[arg(long, default_value = REDIRECT_URI)]
    pub redirect_uri: String,
}

/// One connection's requests: what it sends next follows from what it received.
pub enum Sequence {
    /// Always the same request.
    Same(Template),
    /// A refresh with the latest token.
    Chain { subject: Subject, token: String },
    /// A code's redemption, as long as there are codes.
    Codes {
        subject: Subject,
        stock: Stock,
        sent: Option<String>,
    },
    /// The form of a sign-in page, filled in again and again.
    Page { form: Form, subject: Subject },
}

/// Codes that several connections share.
#[derive(Clone, Default)]
pub struct Stock(Arc<Mutex<Vec<String>>>);

/// A request that is sent again and again.
pub struct Template {
    path: &'static str,
    fields: Option<Vec<(&'static str, String)>>,
}

impl Operation {
    /// Prepares so many connections: signs in or gets a token where the operation needs it.
    pub async fn prepare(
        self,
        url: &Url,
        subject: Option<&Subject>,
        connections: usize,
    ) -> anyhow::Result<Vec<Sequence>> {
        let mut sequences = Vec::with_capacity(connections);
        // one person signs in once and has an app on every connection
        let mut browser = Browser::open(url).await?;
        let mut token = None;
        let stock = Stock::default();
        for _ in 0..connections {
            let needed =
                || subject.context("this operation needs a client, a scope and a resource");
            sequences.push(match self {
                Self::ClientCredentials => Sequence::form("/token", needed()?.client_credentials()),
                Self::Refresh => {
                    let subject = needed()?.clone();
                    let token = browser.refresh_token(&subject).await?;
                    Sequence::Chain { subject, token }
                }
                Self::Code => Sequence::Codes {
                    subject: needed()?.clone(),
                    stock: stock.clone(),
                    sent: None,
                },
                Self::SignIn => {
                    let subject = needed()?.clone();
                    let form = Browser::open(url).await?.form(&subject).await?;
                    Sequence::Page { form, subject }
                }
                Self::Introspect => {
                    if token.is_none() {
                        token = Some(needed()?.access_token(url).await?);
                    }
                    let mut fields = needed()?.authentication();
                    fields.extend(token.clone().map(|token| ("token", token)));
                    Sequence::form("/introspect", fields)
                }
                Self::Jwks => Sequence::read("/jwks"),
                Self::Discovery => Sequence::read("/.well-known/openid-configuration"),
                Self::Bare => Sequence::of_baseline("/bare"),
                Self::Sign => Sequence::of_baseline("/sign"),
                Self::Sign2 => Sequence::of_baseline("/sign2"),
            });
        }
        Ok(sequences)
    }
}

impl Subject {
    /// The client's id and secret as form parameters.
    pub fn authentication(&self) -> Vec<(&'static str, String)> {
        let secret = self
            .client_secret
            .iter()
            .map(|secret| ("client_secret", secret.clone()));
        [("client_id", self.client_id.clone())]
            .into_iter()
            .chain(secret)
            .collect()
    }

    fn client_credentials(&self) -> Vec<(&'static str, String)> {
        let mut fields = self.authentication();
        fields.push(("grant_type", "client_credentials".to_owned()));
        fields.push(("scope", self.scope.clone()));
        fields.push(("resource", self.resource.clone()));
        fields
    }

    async fn access_token(&self, url: &Url) -> anyhow::Result<String> {
        let template = Template {
            path: "/token",
            fields: Some(self.client_credentials()),
        };
        let answer = Connection::open(url)
            .await?
            .send(template.request()?)
            .await?;
        member(&answer, "access_token")
    }

    fn refresh(&self, token: &str) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut fields = self.authentication();
        fields.push(("grant_type", "refresh_token".to_owned()));
        fields.push(("refresh_token", token.to_owned()));
        fields.push(("resource", self.resource.clone()));
        form("/token", &fields)
    }
}

impl Sequence {
    fn form(path: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        let fields = Some(fields);
        Self::Same(Template { path, fields })
    }

    fn read(path: &'static str) -> Self {
        Self::Same(Template { path, fields: None })
    }

    fn of_baseline(path: &'static str) -> Self {
        let grant_type = ("grant_type", "client_credentials".to_owned());
        Self::form(path, vec![grant_type])
    }

    /// Fetches what so many requests use up; whoever shares the stock need not.
    pub async fn stock_up(&self, url: &Url, requests: usize) -> anyhow::Result<()> {
        if let Self::Codes { subject, stock, .. } = self {
            let fresh = codes(url, subject, requests).await?;
            *stock.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh; // they live for a minute
        }
        Ok(())
    }

    /// The next request, unless the stock is used up.
    pub fn request(&mut self) -> anyhow::Result<Option<Request<Full<Bytes>>>> {
        match self {
            Self::Same(template) => template.request().map(Some),
            Self::Chain { subject, token } => subject.refresh(token).map(Some),
            Self::Codes {
                subject,
                stock,
                sent,
            } => {
                *sent = stock.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let code = sent.as_deref();
                code.map(|code| redemption(subject, code)).transpose()
            }
            Self::Page { form, subject } => form.fill_in(subject).map(Some),
        }
    }

    /// Takes the answer to the last request.
    pub fn received(&mut self, answer: &Answer) -> anyhow::Result<()> {
        match self {
            Self::Same(_) | Self::Codes { .. } => expect(answer, StatusCode::OK),
            Self::Chain { token, .. } => {
                let next = member(answer, "refresh_token")?;
                ensure!(next != *token, "the refresh token was not rotated");
                *token = next;
                Ok(())
            }
            Self::Page { .. } => expect(answer, StatusCode::SEE_OTHER),
        }
    }

    /// Nothing was done: what the last request would have used up is there again.
    pub fn refused(&mut self) {
        if let Self::Codes { stock, sent, .. } = self {
            let mut stock = stock.0.lock().unwrap_or_else(PoisonError::into_inner);
            stock.extend(sent.take());
        }
    }
}

impl Template {
    fn request(&self) -> anyhow::Result<Request<Full<Bytes>>> {
        match &self.fields {
            Some(fields) => form(self.path, fields),
            None => get(self.path),
        }
    }
}

/// A text member of a JSON answer with status 200.
pub fn member(answer: &Answer, name: &str) -> anyhow::Result<String> {
    expect(answer, StatusCode::OK)?;
    let body: Value = serde_json::from_slice(&answer.body)?;
    let value = body.get(name).and_then(Value::as_str);
    Ok(value
        .with_context(|| format!("the answer has no `{name}`"))?
        .to_owned())
}

fn expect(answer: &Answer, status: StatusCode) -> anyhow::Result<()> {
    let body = String::from_utf8_lossy(&answer.body);
    ensure!(
        answer.status == status,
        "the server answered {}: {body}",
        answer.status
    );
    Ok(())
}

fn form(path: &str, fields: &[(&'static str, String)]) -> anyhow::Result<Request<Full<Bytes>>> {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    post(path, &fields)
}

/// The confidential client of the generated configuration.
pub const CLIENT: &str = "bench";
/// The person of the generated configuration.
pub const USERNAME: &str = "alice";
/// The person's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// Where both clients of the generated configuration get their codes.
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
