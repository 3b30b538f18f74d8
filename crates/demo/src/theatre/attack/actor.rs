//! Sends the messages of an attack.

use airside_client::{Answer, Request};
use anyhow::Result;

use super::{
    outcome::{Outcome, Refusal, Sent, Verdict},
    side::Side,
};
use crate::{
    app::Tokens,
    stage::{Stage, Visitor},
    step::{self, Returned},
    theatre::company::{Company, People},
    wire::{Exchange, WireServer},
};

/// Sends the messages of an attack, and notes them.
pub struct Actor<'a> {
    pub company: &'a Company,
    pub people: &'a mut People,
    pub stage: Stage<'a>,
    pub outcome: Outcome,
}

/// One of the people.
#[derive(Clone, Copy)]
pub enum Who {
    Alice,
    Bob,
    Admin,
}

impl Actor<'_> {
    pub fn visitor(&mut self, who: Who) -> &mut Visitor {
        match who {
            Who::Alice => &mut self.people.alice,
            Who::Bob => &mut self.people.bob,
            Who::Admin => &mut self.people.admin,
        }
    }

    /// Signs a person in to the bank's app.
    pub async fn tokens(&mut self, who: Who) -> Result<Tokens> {
        let visitor = match who {
            Who::Alice => &mut self.people.alice,
            Who::Bob => &mut self.people.bob,
            Who::Admin => &mut self.people.admin,
        };
        step::sign_in(&mut self.stage, visitor).await
    }

    /// Signs Alice in as far as the code.
    pub async fn code(&mut self) -> Result<Returned> {
        step::authorize(&mut self.stage, &mut self.people.alice).await
    }

    /// Sends a request, and notes nothing.
    pub async fn send(&mut self, request: &Request) -> Result<Answer> {
        self.stage.send(request).await
    }

    /// Sends a legal request: it must pass.
    pub async fn legal(
        &mut self,
        server: WireServer,
        what: &str,
        request: &Request,
    ) -> Result<Answer> {
        let answer = self.send(request).await?;
        let verdict = match answer.status.is_success() {
            true => Verdict::Legal,
            false => Verdict::Failed,
        };
        self.note(
            Side::Both,
            what,
            Exchange::of(server, request, &answer),
            verdict,
        );
        Ok(answer)
    }

    /// Sends an attack, which must be refused so.
    pub async fn attack(
        &mut self,
        (side, server): (Side, WireServer),
        what: &str,
        request: &Request,
        expected: Refusal,
    ) -> Result<Answer> {
        let answer = self.send(request).await?;
        let exchange = Exchange::of(server, request, &answer);
        let verdict = expected.judge(&exchange);
        self.note(side, what, exchange, verdict);
        Ok(answer)
    }

    pub fn note(&mut self, side: Side, what: &str, exchange: Exchange, verdict: Verdict) {
        self.outcome.sent.push(Sent {
            side,
            what: what.to_owned(),
            exchange,
            verdict,
            changed_at: None,
        });
    }

    pub fn fact(&mut self, label: &'static str, text: impl Into<String>) {
        self.outcome.facts.push((label, text.into()));
    }
}
