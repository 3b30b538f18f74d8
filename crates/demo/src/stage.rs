//! Sends requests, each with the name of the play that it belongs to.

use airside_client::{Answer, Browser, Pool, Request, Transport, basic};
use anyhow::{Context, Result};

use crate::{
    app::App,
    person::Person,
    tap::{self, ACT},
    world::{BANK_API, World},
};

/// Sends requests.
pub struct Stage<'a> {
    pub world: &'a World,
    pool: Pool,
    /// The name of the play, which each message carries to the tap.
    pub play: &'static str,
    /// The last message.
    pub last: Option<(Request, Answer)>,
}

/// A person at a browser, and the app that the person uses.
pub struct Visitor {
    pub person: Person,
    pub browser: Browser,
    pub app: App,
}

impl Visitor {
    pub fn new(person: &Person, app: App) -> Self {
        Self {
            person: person.clone(),
            browser: Browser::new(&app.redirect_uri),
            app,
        }
    }
}

impl<'a> Stage<'a> {
    pub fn new(world: &'a World) -> Self {
        Self {
            world,
            pool: Pool::new(),
            play: ACT,
            last: None,
        }
    }

    /// Sends a request.
    pub async fn send(&mut self, request: &Request) -> Result<Answer> {
        let marked = request.clone().header(tap::PLAY, self.play);
        let answer = self.pool.send(&marked).await;
        let (method, url) = (&request.method, bare(&request.url));
        let answer = answer.with_context(|| format!("no answer to {method} {url}"))?;
        self.last = Some((request.clone(), answer.clone()));
        Ok(answer)
    }

    /// Returns a request to the bank.
    pub fn bank(&self, path: &str, token: &str) -> Request {
        Request::get(self.world.bank_at(path)).bearer(token)
    }

    /// Returns the request with which the bank introspects a token (RFC 7662).
    pub fn introspection(&self, token: &str) -> Request {
        Request::form(self.world.at("/introspect"), [("token", token)])
            .authorization(basic(BANK_API, self.world.bank_secret.expose()))
    }

    /// Returns the request for the claims of a token's user.
    pub fn userinfo(&self, token: &str) -> Request {
        Request::get(self.world.at("/userinfo")).bearer(token)
    }
}

/// A browser sends its requests here.
impl Transport for Stage<'_> {
    type Error = anyhow::Error;

    async fn send(&mut self, request: &Request) -> Result<Answer> {
        Stage::send(self, request).await
    }
}

/// Returns an address without its query.
pub fn bare(url: &str) -> &str {
    url.split_once('?').map_or(url, |(bare, _)| bare)
}
