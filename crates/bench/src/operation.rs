//! The requests of a measurement, one after the other.

use std::sync::{Arc, Mutex, PoisonError};

use airside_client::{Answer, Connection, Parameters, Request};
use anyhow::{Context, ensure};
use bytes::Bytes;
use clap::ValueEnum;
use http::StatusCode;
use http_body_util::Full;
use url::Url;

use crate::{
    request::{client_credentials, expect, form, member, read, redemption, refresh},
    sign_in::{Visitor, codes},
    subject::Subject,
};

/// The operation that a server is loaded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// A token for the client itself
    ClientCredentials,
    /// The next tokens of a chain; every connection has its own
    Refresh,
    /// The first tokens of a chain; the codes are fetched before
    Code,
    /// A username and a password in the sign-in page
    SignIn,
    /// The introspection of an active token
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

/// The requests of one connection: the next one follows from the last answer.
pub enum Sequence {
    /// Always the same request, and the status of its answer.
    Same(HttpRequest, StatusCode),
    /// A refresh with the latest token.
    Chain(Chain),
    /// A code's redemption, as long as there are codes.
    Codes(Codes),
}

/// A chain of refresh tokens.
pub struct Chain {
    url: Url,
    subject: Subject,
    token: String,
}

/// The redemption of codes that several connections share.
#[derive(Clone)]
pub struct Codes {
    url: Url,
    subject: Subject,
    stock: Arc<Mutex<Vec<String>>>,
    sent: Option<String>,
}

/// A request that is encoded already.
pub type HttpRequest = http::Request<Full<Bytes>>;

impl Operation {
    /// Prepares the requests of `connections` connections: signs in or gets a token where the
    /// operation needs it.
    pub async fn prepare(
        self,
        url: &Url,
        subject: Option<&Subject>,
        connections: usize,
    ) -> anyhow::Result<Vec<Sequence>> {
        let subject = subject.context("this operation needs a client, a scope and a resource");
        match self {
            Self::ClientCredentials => {
                Sequence::same(&client_credentials(url, subject?), connections)
            }
            Self::Refresh => chains(url, subject?, connections).await,
            Self::Code => {
                let codes = Codes::of(url, subject?);
                let codes = std::iter::repeat_n(codes, connections);
                Ok(codes.map(Sequence::Codes).collect())
            }
            Self::SignIn => pages(url, subject?, connections).await,
            Self::Introspect => Sequence::same(&introspection(url, subject?).await?, connections),
            Self::Jwks => Sequence::same(&read(url, "/jwks"), connections),
            Self::Discovery => {
                Sequence::same(&read(url, "/.well-known/openid-configuration"), connections)
            }
            Self::Bare => Sequence::same(&baseline(url, "/bare"), connections),
            Self::Sign => Sequence::same(&baseline(url, "/sign"), connections),
            Self::Sign2 => Sequence::same(&baseline(url, "/sign2"), connections),
        }
    }
}

/// Signs one person in once, with an app on every connection.
async fn chains(url: &Url, subject: &Subject, connections: usize) -> anyhow::Result<Vec<Sequence>> {
    let mut visitor = Visitor::open(url, subject).await?;
    let mut chains = Vec::with_capacity(connections);
    for _ in 0..connections {
        chains.push(Sequence::Chain(Chain {
            url: url.clone(),
            subject: subject.clone(),
            token: visitor.refresh_token().await?,
        }));
    }
    Ok(chains)
}

/// Opens a sign-in page for every connection.
async fn pages(url: &Url, subject: &Subject, connections: usize) -> anyhow::Result<Vec<Sequence>> {
    let mut pages = Vec::with_capacity(connections);
    for _ in 0..connections {
        let request = Visitor::open(url, subject).await?.sign_in().await?;
        pages.push(Sequence::Same(request.to_http()?, StatusCode::SEE_OTHER));
    }
    Ok(pages)
}

async fn introspection(url: &Url, subject: &Subject) -> anyhow::Result<Request> {
    let request = client_credentials(url, subject).to_http()?;
    let answer = Connection::open(url).await?.send(request).await?;
    let token = member(&answer, "access_token")?;
    let fields = subject.authentication().also("token", &token);
    Ok(form(url, "/introspect", fields))
}

fn baseline(url: &Url, path: &str) -> Request {
    let grant_type = [("grant_type", "client_credentials")];
    form(url, path, Parameters::from(grant_type))
}

impl Sequence {
    fn same(request: &Request, connections: usize) -> anyhow::Result<Vec<Self>> {
        let request = request.to_http()?;
        let requests = std::iter::repeat_n(request, connections);
        let same = requests.map(|request| Self::Same(request, StatusCode::OK));
        Ok(same.collect())
    }

    /// Fetches the codes that `requests` requests use up, for all connections that share them.
    pub async fn stock_up(&self, requests: usize) -> anyhow::Result<()> {
        match self {
            Self::Codes(codes) => codes.stock_up(requests).await,
            Self::Same(..) | Self::Chain(_) => Ok(()),
        }
    }

    /// Returns the next request; `None` if the codes are used up.
    pub fn request(&mut self) -> anyhow::Result<Option<HttpRequest>> {
        Ok(match self {
            Self::Same(request, _) => Some(request.clone()),
            Self::Chain(chain) => {
                Some(refresh(&chain.url, &chain.subject, &chain.token).to_http()?)
            }
            Self::Codes(codes) => codes.request()?,
        })
    }

    /// Takes the answer to the last request.
    pub fn received(&mut self, answer: &Answer) -> anyhow::Result<()> {
        match self {
            Self::Same(_, status) => expect(answer, *status),
            Self::Chain(chain) => {
                let next = member(answer, "refresh_token")?;
                ensure!(next != chain.token, "the refresh token was not rotated");
                chain.token = next;
                Ok(())
            }
            Self::Codes(_) => expect(answer, StatusCode::OK),
        }
    }

    /// Puts back the code of the last request, which was not redeemed.
    pub fn refused(&mut self) {
        if let Self::Codes(codes) = self {
            let sent = codes.sent.take();
            codes.with_stock(|stock| stock.extend(sent));
        }
    }
}

impl Codes {
    fn of(url: &Url, subject: &Subject) -> Self {
        Self {
            url: url.clone(),
            subject: subject.clone(),
            stock: Arc::default(),
            sent: None,
        }
    }

    async fn stock_up(&self, requests: usize) -> anyhow::Result<()> {
        let fresh = codes(&self.url, &self.subject, requests).await?;
        // a code lives for a minute: older ones are of no use
        self.with_stock(|stock| *stock = fresh);
        Ok(())
    }

    fn request(&mut self) -> anyhow::Result<Option<HttpRequest>> {
        self.sent = self.with_stock(Vec::pop);
        let code = self.sent.as_deref();
        let request = code.map(|code| redemption(&self.url, &self.subject, code).to_http());
        Ok(request.transpose()?)
    }

    fn with_stock<T>(&self, then: impl FnOnce(&mut Vec<String>) -> T) -> T {
        then(&mut self.stock.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
