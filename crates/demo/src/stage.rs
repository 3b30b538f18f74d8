//! Sending, and telling what was sent.

use airside_net::Client;
use anyhow::{Context, Result, bail};
use http::header::LOCATION;

use crate::{
    app::{App, Tokens},
    browser::Browser,
    expectation,
    narrator::{Narrator, Voice},
    wire::{Answer, Message},
    world::{Person, World},
};

/// Where the demonstration is played.
pub struct Stage<'a> {
    pub world: &'a World,
    pub narrator: Narrator<'a>,
    client: Client,
}

/// Somebody at a browser, and the app they use.
pub struct Visitor {
    pub person: Person,
    pub browser: Browser,
    pub app: App,
}

/// Somebody who has signed in to an app.
pub struct Guest {
    pub visitor: Visitor,
    pub tokens: Tokens,
}

/// Where a browser ends up.
pub enum Landing {
    /// At a page of the issuer.
    Page { url: String, answer: Answer },
    /// Sent to another server.
    Away(String),
}

impl Visitor {
    pub fn new(person: &Person, app: App) -> Self {
        Self {
            person: person.clone(),
            browser: Browser::default(),
            app,
        }
    }
}

impl<'a> Stage<'a> {
    pub fn new(world: &'a World, narrator: Narrator<'a>) -> Result<Self> {
        Ok(Self {
            world,
            narrator,
            client: Client::new()?,
        })
    }

    /// Says who plays.
    pub fn introduce(&mut self) {
        let (world, narrator) = (self.world, &mut self.narrator);
        narrator.title("AIRSIDE: how an app gets at an API, and how a thief does not");
        narrator.fact("authorization server", &world.issuer);
        narrator.fact("bank API", &world.bank_url);
        narrator.fact("app", &world.app_url);
        narrator.fact("accounts", "1001 is Alice's, 1002 is Bob's");
        narrator.line("Everything below was really sent. Long secrets are shortened.");
    }

    /// Sends a message and tells it.
    pub async fn send(&mut self, message: &Message) -> Result<Answer> {
        self.narrator.message(message);
        let answer = message.send(&self.client).await?;
        self.narrator.answer(&answer);
        Ok(answer)
    }

    /// Sends a message without telling it.
    pub async fn send_silently(&mut self, message: &Message) -> Result<Answer> {
        message.send(&self.client).await
    }

    /// Goes on without telling anything, until [`Self::aloud`].
    pub fn silently(&mut self) {
        self.narrator.speak(Voice::Silent);
    }

    /// Tells everything again.
    pub fn aloud(&mut self) {
        self.narrator.speak(Voice::Aloud);
    }

    /// Lets a browser send a message and follow redirects as long as they stay at the issuer.
    pub async fn browse(&mut self, browser: &mut Browser, message: Message) -> Result<Landing> {
        let mut message = message;
        for _ in 0..MAX_REDIRECTS {
            let url = message.url.clone();
            let answer = self.send(&browser.dress(message)).await?;
            browser.keep(&url, &answer);
            if !answer.status.is_redirection() {
                return Ok(Landing::Page { url, answer });
            }
            let location = answer.header(LOCATION).context("a redirect to nowhere")?;
            let at_issuer = format!("{}/", self.world.issuer);
            if !location.starts_with(&at_issuer) {
                return Ok(Landing::Away(location.to_owned()));
            }
            message = Message::get(location);
        }
        bail!("the issuer redirects without end")
    }

    /// A request for an address of the bank.
    pub fn bank(&self, path: &str, token: &str) -> Message {
        Message::get(self.world.bank_at(path)).bearer(token)
    }

    /// Sends a control, a legal request, and expects 200.
    pub async fn control(&mut self, what: &str, message: &Message) -> Result<Answer> {
        let answer = self.send_silently(message).await?;
        expectation::status(what, http::StatusCode::OK, &answer)?;
        self.narrator
            .fact("control", &format!("{what}: {}", answer.status));
        Ok(answer)
    }

    /// How many requests the issuer has answered, by its own count, the asking aside.
    pub async fn requests_at_issuer(&mut self) -> Result<u64> {
        let answer = self
            .send_silently(&Message::get(self.world.at("/metrics")))
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

const MAX_REDIRECTS: usize = 8;
const REQUESTS: &str = "airside_http_requests_total{";
