//! Sending, and telling what was sent.

use airside_client::{Answer, Browser, Pool, Request, Transport};
use anyhow::{Context, Result};

use crate::{
    app::{App, Tokens},
    expectation,
    narrator::{Narrator, Voice, bare},
    person::Person,
    tap,
    world::World,
};

/// Sends requests and tells them.
pub struct Stage<'a> {
    pub world: &'a World,
    pub narrator: Narrator<'a>,
    pool: Pool,
    /// The name of the play, which each message carries to a tap.
    pub play: Option<&'static str>,
    /// The last message.
    pub last: Option<(Request, Answer)>,
}

/// A person at a browser, and the app that the person uses.
pub struct Visitor {
    pub person: Person,
    pub browser: Browser,
    pub app: App,
}

/// A visitor who has signed in to an app.
pub struct Guest {
    pub visitor: Visitor,
    pub tokens: Tokens,
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
    pub fn new(world: &'a World, narrator: Narrator<'a>) -> Self {
        Self {
            world,
            narrator,
            pool: Pool::new(),
            play: None,
            last: None,
        }
    }

    /// Introduces servers and accounts.
    pub fn introduce(&mut self) {
        let (world, narrator) = (self.world, &mut self.narrator);
        narrator.title("AIRSIDE: how an app gets at an API, and how a thief does not");
        narrator.fact("authorization server", &world.issuer);
        narrator.fact("bank API", &world.bank_url);
        narrator.fact("app", &world.app_url);
        narrator.fact("accounts", "1001 is Alice's, 1002 is Bob's");
        narrator.line("Everything below was really sent. Long secrets are shortened.");
    }

    /// Sends a request and tells it.
    pub async fn send(&mut self, request: &Request) -> Result<Answer> {
        self.narrator.request(request);
        let answer = self.send_silently(request).await?;
        self.narrator.answer(&answer);
        Ok(answer)
    }

    /// Sends a request without telling it.
    pub async fn send_silently(&mut self, request: &Request) -> Result<Answer> {
        let answer = match self.play {
            None => self.pool.send(request).await,
            Some(play) => {
                let request = request.clone().header(tap::PLAY, play);
                self.pool.send(&request).await
            }
        };
        let (method, url) = (&request.method, bare(&request.url));
        let answer = answer.with_context(|| format!("no answer to {method} {url}"))?;
        self.last = Some((request.clone(), answer.clone()));
        Ok(answer)
    }

    /// Goes on without telling anything, until [`Self::aloud`].
    pub fn silently(&mut self) {
        self.narrator.speak(Voice::Silent);
    }

    /// Tells everything again.
    pub fn aloud(&mut self) {
        self.narrator.speak(Voice::Aloud);
    }

    /// Returns a request to the bank.
    pub fn bank(&self, path: &str, token: &str) -> Request {
        Request::get(self.world.bank_at(path)).bearer(token)
    }

    /// Sends a control, a legal request, and expects 200.
    pub async fn control(&mut self, what: &str, request: &Request) -> Result<Answer> {
        let answer = self.send_silently(request).await?;
        expectation::status(what, http::StatusCode::OK, &answer)?;
        self.narrator
            .fact("control", &format!("{what}: {}", answer.status));
        Ok(answer)
    }

    /// Returns the number of requests that the issuer has answered, by its own count, without those for the count.
    pub async fn requests_at_issuer(&mut self) -> Result<u64> {
        let answer = self
            .send_silently(&Request::get(self.world.at("/metrics")))
            .await?;
        let text = answer.text();
        let lines = text.lines().filter(|line| line.starts_with(REQUESTS));
        let other = lines.filter(|line| !line.contains("/metrics"));
        let counts = other.map(|line| {
            let count = line
                .rsplit(' ')
                .next()
                .and_then(|count| count.parse::<u64>().ok());
            count.context("expected a count of requests, got none")
        });
        counts.sum()
    }
}

/// A browser on the stage tells every request.
impl Transport for Stage<'_> {
    type Error = anyhow::Error;

    async fn send(&mut self, request: &Request) -> Result<Answer> {
        Stage::send(self, request).await
    }
}

const REQUESTS: &str = "airside_http_requests_total{";
