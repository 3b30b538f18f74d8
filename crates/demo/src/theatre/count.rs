//! The look-ups that a stateful session and a stateless token cost, counted by the tap.

use anyhow::Result;

use super::company::Company;
use crate::{expectation::status, step};

/// Requests that reached the authorization server.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// When each request asks it who is calling.
    pub stateful: u64,
    /// When the guard verifies a token by itself.
    pub stateless: u64,
}

/// The requests that are sent each way.
pub const REQUESTS: u64 = 50;

/// Sends requests both ways.
pub async fn measure(company: &Company) -> Result<Count> {
    let mut people = company.people.lock().await;
    let mut stage = company.stage();
    let tokens = step::sign_in(&mut stage, &mut people.alice).await?;
    let ask = stage.introspection(&tokens.access);
    let call = stage.bank("/api/v1/accounts/1001", &tokens.access);
    // the guard knows the keys from now on
    stage.send(&call).await?;
    let mut counts = [0, 0];
    for (count, request) in counts.iter_mut().zip([&ask, &call]) {
        let before = company.tap.requests_at_issuer();
        for _ in 0..REQUESTS {
            let answer = stage.send(request).await?;
            status("a counted request", http::StatusCode::OK, &answer)?;
        }
        *count = company.tap.requests_at_issuer() - before;
    }
    let [stateful, stateless] = counts;
    Ok(Count {
        stateful,
        stateless,
    })
}
