//! Attacks on the API: the same request with the guard and without it.

use airside_client::Request;
use airside_jose::{Signer, SigningKey, Typ};
use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{
    actor::{Actor, Who},
    outcome::Refusal,
    public_key,
    side::Side,
};
use crate::{
    app::{App, Tokens},
    step,
    token::Decoded,
    wire::WireServer::{Bare, Guarded, Issuer},
};

/// A request to the API, whichever server is asked.
struct ApiRequest {
    what: &'static str,
    path: &'static str,
    token: String,
    body: Option<Value>,
}

impl ApiRequest {
    fn at(&self, server: &str) -> Request {
        let url = format!("{server}{}", self.path);
        let request = match &self.body {
            None => Request::get(url),
            Some(body) => Request::json(url, body.clone()),
        };
        request.bearer(&self.token)
    }
}

fn read(what: &'static str, path: &'static str, token: &str) -> ApiRequest {
    ApiRequest {
        what,
        path,
        token: token.to_owned(),
        body: None,
    }
}

/// Sends a legal request through the guard.
async fn legal(actor: &mut Actor<'_>, request: ApiRequest) -> Result<()> {
    let url = actor.company.world.bank_url.clone();
    actor
        .legal(Guarded, request.what, &request.at(&url))
        .await?;
    Ok(())
}

/// Sends an attack to the bare API, and through the guard, which must refuse it.
async fn both(actor: &mut Actor<'_>, request: ApiRequest, expected: Refusal) -> Result<()> {
    let company = actor.company;
    let bare = request.at(&company.bare_url);
    let what = request.what;
    actor
        .attack((Side::Off, Bare), what, &bare, expected)
        .await?;
    let guarded = request.at(&company.world.bank_url);
    actor
        .attack((Side::On, Guarded), what, &guarded, expected)
        .await?;
    let method = guarded.method.clone();
    let guard = company.guarded.guard();
    let explained = guard.explain(&request.token, method, request.path).await;
    // what the answer decides cannot be known without it
    if let (Some(last), None) = (explained.steps.last(), explained.decided_by) {
        actor.fact(
            "The guard’s own words",
            format!("{}: {}", last.check, last.outcome),
        );
    }
    Ok(())
}

/// A token that says it needs no signature.
pub async fn alg_none(actor: &mut Actor<'_>) -> Result<()> {
    let own = actor.tokens(Who::Alice).await?.access;
    let what = "The token as it was issued reads Alice’s account";
    legal(actor, read(what, ALICES, &own)).await?;
    let bob = actor.company.world.bob.subject.clone();
    let forged = Decoded::read(&own)?
        .member("alg", "none")
        .claim("sub", &bob);
    let what = "The forged token, with Alice’s signature, asks for Bob’s account";
    let kept = read(what, BOBS, &forged.write());
    both(actor, kept, Refusal::INVALID_TOKEN).await?;
    let what = "The same without any signature";
    let unsigned = read(what, BOBS, &forged.signed("").write());
    both(actor, unsigned, Refusal::INVALID_TOKEN).await
}

/// A token signed with the public key as if it were a shared secret.
pub async fn public_key_as_secret(actor: &mut Actor<'_>) -> Result<()> {
    let own = actor.tokens(Who::Alice).await?.access;
    let keys = Request::get(actor.company.world.at("/jwks"));
    let what = "Anyone may read the public keys";
    let keys = actor.legal(Issuer, what, &keys).await?;
    let real = Decoded::read(&own)?;
    let kid = real.header.get("kid").and_then(Value::as_str);
    let kid = kid.unwrap_or_default().to_owned();
    let pem = public_key::pem(&keys.json().unwrap_or_default(), &kid)?;
    let signer = Signer::new(SigningKey::from_secret(pem.as_bytes())?, &kid);
    let claims = real.claim("sub", &actor.company.world.bob.subject).claims;
    let claims = Value::from(claims).to_string();
    let forged = signer.sign_compact(Typ::AccessToken, claims.as_bytes())?;
    let what = "A token that says HS256 asks for Bob’s account";
    both(actor, read(what, BOBS, &forged), Refusal::INVALID_TOKEN).await
}

/// A token with one claim changed.
pub async fn changed_claim(actor: &mut Actor<'_>) -> Result<()> {
    let own = actor.tokens(Who::Alice).await?.access;
    let what = "The token as it was issued reads Alice’s account";
    legal(actor, read(what, ALICES, &own)).await?;
    let bob = actor.company.world.bob.subject.clone();
    let forged = Decoded::read(&own)?.claim("sub", &bob).write();
    let changed_at = own
        .bytes()
        .zip(forged.bytes())
        .position(|(one, other)| one != other);
    let what = "The same token with Bob’s sub asks for Bob’s account";
    both(actor, read(what, BOBS, &forged), Refusal::INVALID_TOKEN).await?;
    for one in &mut actor.outcome.sent {
        if one.side != Side::Both {
            one.changed_at = changed_at;
        }
    }
    if let Some(at) = changed_at {
        actor.fact("First changed byte", format!("number {at} of the token"));
    }
    Ok(())
}

/// A token for another API.
pub async fn other_audience(actor: &mut Actor<'_>) -> Result<()> {
    let tokens = of_the_shop(actor).await?;
    let token = Decoded::read(&tokens.access)?;
    actor.fact("aud of the token", token.text("aud"));
    let bank = actor.company.world.bank_url.clone();
    actor.fact("The bank is", bank);
    let userinfo = actor.stage.userinfo(&tokens.access);
    let what = "The token is genuine: its server answers for it";
    actor.legal(Issuer, what, &userinfo).await?;
    let what = "The shop tries it at the bank";
    let elsewhere = read(what, ALICES, &tokens.access);
    both(actor, elsewhere, Refusal::INVALID_TOKEN).await
}

async fn of_the_shop(actor: &mut Actor<'_>) -> Result<Tokens> {
    let shop = App::of_the_shop(&actor.company.world);
    let alice = &mut actor.people.alice;
    let bank = std::mem::replace(&mut alice.app, shop);
    let tokens = step::sign_in(&mut actor.stage, alice).await;
    alice.app = bank;
    tokens
}

/// Another customer's account.
pub async fn other_object(actor: &mut Actor<'_>) -> Result<()> {
    let bob = actor.tokens(Who::Bob).await?.access;
    legal(actor, read("Bob reads his own account", BOBS, &bob)).await?;
    let alice = actor.tokens(Who::Alice).await?.access;
    let what = "Alice asks for Bob’s account";
    both(actor, read(what, BOBS, &alice), Refusal::NOT_FOUND).await?;
    let absent = actor.stage.bank("/api/v1/accounts/9999", &alice);
    let absent = actor.send(&absent).await?;
    let refused = actor.outcome.sent.last().map(|sent| &sent.exchange);
    let is_same = refused.is_some_and(|one| one.got_body == absent.text());
    ensure!(is_same, "an account that does not exist answers otherwise");
    let text = "answers the same: not even that 1002 exists is told";
    actor.fact("Account 9999, which does not exist,", text);
    Ok(())
}

/// An administrator's function.
pub async fn other_function(actor: &mut Actor<'_>) -> Result<()> {
    let admin = actor.tokens(Who::Admin).await?.access;
    let what = "The administrator deletes carol, who closed her account";
    legal(actor, delete(what, "carol", &admin)).await?;
    let alice = actor.tokens(Who::Alice).await?.access;
    let what = "Alice deletes bob";
    let order = delete(what, "bob", &alice);
    both(actor, order, Refusal::ACCESS_DENIED).await?;
    let bank = &actor.company.bare;
    let gone = !bank.has_customer("bob");
    bank.restore();
    if gone {
        let text = "bob was deleted at the API without the guard; he is back for the next try";
        actor.fact("What it did", text);
    }
    Ok(())
}

fn delete(what: &'static str, username: &str, token: &str) -> ApiRequest {
    ApiRequest {
        what,
        path: "/api/v1/admin/delete-user",
        token: token.to_owned(),
        body: Some(json!({ "username": username })),
    }
}

const ALICES: &str = "/api/v1/accounts/1001";
const BOBS: &str = "/api/v1/accounts/1002";
