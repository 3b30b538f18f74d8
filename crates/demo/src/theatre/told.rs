//! The same steps and attacks as text, line by line.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::{
    attack::{self, ATTACKS, Attack, Outcome, Sent, Side, Verdict},
    company::{Company, PlayedSteps},
    scene::{Extra, Half, Message, STEPS, Step},
};
use crate::{narrator::Narrator, token::Decoded};

/// The steps and attacks of a demonstration.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Played {
    /// The steps that were done.
    pub steps: Vec<PlayedStep>,
    /// The attacks that were refused.
    pub attacks: Vec<PlayedAttack>,
}

/// A step that was done.
#[derive(Clone, Debug, Serialize)]
pub struct PlayedStep {
    /// The step in a few words.
    pub title: &'static str,
    /// The purpose of the step.
    pub purpose: &'static str,
}

/// An attack that was refused.
#[derive(Clone, Debug, Serialize)]
pub struct PlayedAttack {
    /// The name, and the document that describes it.
    pub title: String,
    /// The check that stopped it.
    pub stopped_by: &'static str,
    /// The error code of the answer.
    pub error: String,
}

/// Plays everything, and tells it to `print`.
pub async fn tell(listen: SocketAddr, print: &mut (dyn FnMut(&str) + Send)) -> Result<Played> {
    let company = Company::start(listen, Vec::new()).await?;
    let mut teller = Teller {
        narrator: Narrator::new(print),
        played: Played::default(),
    };
    let told = teller.tell(&company).await;
    company.world.stop().await?;
    told.map(|()| teller.played)
}

/// Tells, and counts what was told.
struct Teller<'a> {
    narrator: Narrator<'a>,
    played: Played,
}

impl Teller<'_> {
    async fn tell(&mut self, company: &Company) -> Result<()> {
        self.introduce(company);
        let steps = company.play_steps().await?;
        self.narrator.act("ACT ONE: seven steps");
        self.steps(&steps)?;
        self.look_ups(company.look_ups(&steps.tokens).await?)?;
        self.narrator.act("ACT TWO: what is refused");
        for (attack, number) in ATTACKS.iter().zip(1..) {
            let outcome = attack::play(company, attack).await;
            let outcome = outcome.with_context(|| attack.told.to_owned())?;
            ensure!(
                outcome.is_as_expected(),
                "{}: {}",
                attack.told,
                outcome.verdict()
            );
            self.attack(number, attack, &outcome);
        }
        self.sum_up();
        Ok(())
    }

    fn sum_up(&mut self) {
        let (steps, attacks) = (self.played.steps.len(), self.played.attacks.len());
        self.narrator.blank();
        let summary = format!("{steps} steps done, {attacks} attacks refused");
        self.narrator.line(&summary);
    }

    /// Introduces servers and accounts.
    fn introduce(&mut self, company: &Company) {
        let (world, narrator) = (&company.world, &mut self.narrator);
        narrator.title("AIRSIDE: how an app gets at an API, and how a thief does not");
        narrator.fact("authorization server", &world.issuer);
        narrator.fact("bank API", &world.bank_url);
        narrator.fact("the same without the guard", &company.bare_url);
        narrator.fact("app", &world.app_url);
        narrator.fact("accounts", "1001 is Alice's, 1002 is Bob's");
        narrator.line("Everything below was really sent. Long secrets are shortened.");
    }

    fn steps(&mut self, steps: &PlayedSteps) -> Result<()> {
        let messages = &steps.scene.messages;
        for (step, number) in STEPS.iter().zip(1..) {
            self.step(step, number);
            for message in messages.iter().filter(|one| one.step == number) {
                self.message(message);
            }
        }
        let token = Decoded::read(&steps.tokens.access)?;
        self.narrator.blank();
        let line = "  inside the access token, header and claims:";
        self.narrator.line(line);
        self.narrator.json(" ", &token.header.into());
        self.narrator.json(" ", &token.claims.into());
        Ok(())
    }

    fn step(&mut self, step: &Step, number: usize) {
        self.played.steps.push(PlayedStep {
            title: step.told,
            purpose: step.purpose,
        });
        self.narrator
            .heading(&format!("Step {number}: {}", step.told));
        self.narrator.prose("", step.purpose);
    }

    fn message(&mut self, message: &Message) {
        match &message.half {
            Half::Request(exchange) => self.narrator.sent(exchange),
            Half::Answer(exchange) => self.narrator.got(exchange),
            Half::Inside => {
                for parameter in &message.parameters {
                    self.narrator.fact(&parameter.name, &parameter.value);
                }
            }
        }
        match &message.extra {
            Extra::Returned { .. } => {
                self.narrator.fact("state", "equal to step 1");
                let text = "equal to the issuer that was asked";
                self.narrator.fact("iss", text);
            }
            Extra::Compared { challenge, .. } => {
                let text = format!("SHA-256 of code_verifier is {challenge}, as sent in step 2");
                self.narrator.fact("the server compares", &text);
            }
            _ => {}
        }
    }

    /// Tells how many requests reached the issuer while the guard verified a token.
    fn look_ups(&mut self, look_ups: u64) -> Result<()> {
        ensure!(look_ups == 0, "verifying a token took {look_ups} requests");
        let text = format!("verified with {look_ups} network calls, counted before the issuer");
        self.narrator.fact("the next request", &text);
        let rule = "scope `accounts:read` and owner = sub: 1001 is Alice's";
        self.narrator.fact("the rule", rule);
        Ok(())
    }

    fn attack(&mut self, number: usize, attack: &Attack, outcome: &Outcome) {
        let title = format!("{} ({})", attack.told, attack.references);
        self.narrator.heading(&format!("Attack {number}: {title}"));
        self.narrator.fact("the thief has", attack.thief_has);
        outcome.sent.iter().for_each(|sent| self.sent(sent));
        for (label, text) in &outcome.facts {
            self.narrator.fact(label, text);
        }
        if let Some((number, what)) = &outcome.number {
            self.narrator.fact(what, number);
        }
        self.narrator.fact("stopped by", attack.check);
        let Some(error) = outcome.refused_with() else {
            return self.narrator.line("kept: no request failed");
        };
        self.narrator.line(&format!("refused: {error}"));
        self.played.attacks.push(PlayedAttack {
            title,
            stopped_by: attack.check,
            error,
        });
    }

    fn sent(&mut self, sent: &Sent) {
        let outcome = format!("{}: {}", sent.what, sent.exchange.outcome());
        match (sent.side, sent.verdict) {
            (_, Verdict::Legal) => self.narrator.fact("control", &outcome),
            (Side::Off, _) => self.narrator.fact("without the guard", &outcome),
            (Side::On | Side::Both, _) => {
                self.narrator.sent(&sent.exchange);
                self.narrator.got(&sent.exchange);
            }
        }
    }
}
