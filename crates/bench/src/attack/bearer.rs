//! Access tokens that were not issued, at the issuer's own API.

use airside_jose::base64url;
use serde_json::{Value, json};

use super::{
    Suite, Tokens,
    code::{alterations, kinds},
    is_refusal, note, require,
    target::outcome,
};

/// Tries each at the userinfo endpoint.
pub async fn run(suite: &mut Suite<'_>) {
    // an issuer may well have ended every token of before, for a code that was used twice
    match suite.tokens().await {
        Ok(tokens) => {
            note("T15", kinds(suite, &tokens).await, suite);
            note("T15", refreshed(suite, &tokens).await, suite);
            note("J01", forged(suite, &tokens).await, suite);
        }
        Err(error) => note("J01", Err(error), suite),
    }
}

async fn refreshed(suite: &mut Suite<'_>, tokens: &Tokens) -> anyhow::Result<()> {
    for token in [Some(&tokens.access), tokens.id.as_ref()]
        .into_iter()
        .flatten()
    {
        let answer = suite.target.refresh(token).await?;
        suite.report.tried(
            "T15",
            "another token as a refresh token",
            &outcome(&answer),
            is_refusal(&answer),
        );
    }
    Ok(())
}

async fn forged(suite: &mut Suite<'_>, tokens: &Tokens) -> anyhow::Result<()> {
    let Some(control) = suite.target.userinfo(&tokens.access).await? else {
        suite
            .report
            .not_applicable("J01", "there is no userinfo endpoint");
        return Ok(());
    };
    require("the access token of the honest client", &control)?;
    for (tried, token) in [
        ("an ID token", &tokens.id),
        ("a refresh token", &tokens.refresh),
    ] {
        if let Some(token) = token {
            refused(suite, "T15", &format!("{tried} as an access token"), token).await?;
        }
    }
    for other in alterations(&tokens.access) {
        refused(suite, "T19", "an altered access token", &other).await?;
    }
    match forgeries(&tokens.access) {
        Some(forgeries) => {
            for (row, tried, token) in forgeries {
                refused(suite, row, tried, &token).await?;
            }
        }
        None => suite
            .report
            .not_applicable("J01", "access tokens are no JWTs"),
    }
    Ok(())
}

async fn refused(
    suite: &mut Suite<'_>,
    row: &'static str,
    tried: &str,
    token: &str,
) -> anyhow::Result<()> {
    if let Some(answer) = suite.target.userinfo(token).await? {
        suite
            .report
            .tried(row, tried, &outcome(&answer), is_refusal(&answer));
    }
    Ok(())
}

/// The claims of a JWT, not verified.
pub fn claims(token: &str) -> Option<Value> {
    part(token, 1)
}

fn part(token: &str, index: usize) -> Option<Value> {
    let text = token.split('.').nth(index)?;
    serde_json::from_slice(&base64url::decode(text).ok()?).ok()
}

/// Tokens that resemble a JWT; none if it is none.
fn forgeries(token: &str) -> Option<Vec<(&'static str, &'static str, String)>> {
    let (head, claims) = (part(token, 0)?, claims(token)?);
    let (signed, signature) = token.rsplit_once('.')?;
    let payload = signed.split_once('.')?.1;
    let encode = |value: &Value| base64url::encode(value.to_string());
    let changed = |value: &Value, name: &str, other: Value| {
        let mut value = value.clone();
        if let Some(member) = value.as_object_mut() {
            member.insert(name.to_owned(), other);
        }
        encode(&value)
    };
    let mut all = Vec::new();
    for alg in ["none", "None", "NONE", ""] {
        let head = changed(&head, "alg", alg.into());
        all.push((
            "J01",
            "alg none, without a signature",
            format!("{head}.{payload}."),
        ));
        all.push((
            "J01",
            "alg none, with a signature",
            format!("{head}.{payload}.{signature}"),
        ));
    }
    all.push(("J01", "no signature", format!("{signed}.")));
    let hs256 = changed(&head, "alg", "HS256".into());
    all.push(("J02", "alg HS256", format!("{hs256}.{payload}.{signature}")));
    let key = json!({ "kty": "oct", "k": "AAAA" });
    let own_key = changed(&head, "jwk", key);
    all.push((
        "J05",
        "a key of its own",
        format!("{own_key}.{payload}.{signature}"),
    ));
    let critical = changed(&head, "crit", json!(["x"]));
    all.push((
        "J06",
        "a critical extension",
        format!("{critical}.{payload}.{signature}"),
    ));
    let head = encode(&head);
    let other = changed(&claims, "sub", "somebody-else".into());
    all.push((
        "J11",
        "other claims under the same signature",
        format!("{head}.{other}.{signature}"),
    ));
    let padded = format!("{token}==");
    all.push(("J11", "padding", padded));
    all.push(("J11", "a fourth part", format!("{token}.{signature}")));
    all.push((
        "J18",
        "a token of 12 KiB",
        format!("{signed}.{}", "A".repeat(12 * 1024)),
    ));
    Some(all)
}
