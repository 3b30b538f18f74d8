//! An open loop: requests arrive at a rate, whether or not the last ones were answered.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use airside_client::{Answer, Connection};
use anyhow::ensure;
use http::{StatusCode, header};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};
use url::Url;

use crate::{
    load::Report,
    operation::{HttpRequest, Sequence},
};

/// The requests of an open loop, by their end.
#[derive(Default)]
pub struct Outcome {
    /// The number of requests that arrived.
    pub offered: u64,
    /// The latencies of the expected answers.
    pub served: Vec<Duration>,
    /// The latencies of the answers 503.
    pub refused: Vec<Duration>,
    /// The number of requests without an answer within [`PATIENCE`].
    pub late: u64,
}

/// Offers `rate` requests a second for `time`, over one connection a sequence.
///
/// # Errors
///
/// Fails if an answer is neither the expected one nor 503 with `Retry-After`.
pub async fn offer(
    url: &Url,
    sequences: Vec<Sequence>,
    rate: f64,
    time: Duration,
) -> anyhow::Result<(Outcome, Vec<Sequence>)> {
    let due = Arc::new(Semaphore::new(0));
    let mut clients = JoinSet::new();
    for sequence in sequences {
        let client = Client::open(url, sequence).await?;
        clients.spawn(client.run(Arc::clone(&due)));
    }
    let offered = arrive(&due, rate, time).await?;
    let (mut total, mut sequences) = (Outcome::default(), Vec::new());
    while let Some(finished) = clients.join_next().await {
        let (outcome, sequence) = finished??;
        total.merge(outcome);
        sequences.push(sequence);
    }
    total.offered = offered;
    Ok((total, sequences))
}

/// Lets requests arrive at a rate for a time, and returns their number.
async fn arrive(due: &Semaphore, rate: f64, time: Duration) -> anyhow::Result<u64> {
    let mut offered = 0;
    let most_waiting = (rate * UNSENT_AFTER.as_secs_f64()) as usize;
    let start = Instant::now();
    while start.elapsed() < time {
        sleep(TICK).await;
        let waiting = due.available_permits().saturating_sub(most_waiting);
        // their senders give up
        due.forget_permits(waiting);
        let come = (start.elapsed().min(time).as_secs_f64() * rate) as u64;
        due.add_permits(usize::try_from(come - offered)?);
        offered = come;
    }
    due.close();
    Ok(offered)
}

/// Sends one request after the other as they arrive; on a new connection after one that was late.
struct Client {
    url: Url,
    connection: Option<Connection>,
    sequence: Sequence,
}

impl Client {
    async fn open(url: &Url, sequence: Sequence) -> anyhow::Result<Self> {
        Ok(Self {
            url: url.clone(),
            connection: Some(Connection::open(url).await?),
            sequence,
        })
    }

    async fn run(mut self, due: Arc<Semaphore>) -> anyhow::Result<(Outcome, Sequence)> {
        let mut outcome = Outcome::default();
        while let Ok(come) = due.acquire().await {
            come.forget();
            let Some(request) = self.sequence.request()? else {
                break;
            };
            let sent = Instant::now();
            match timeout(PATIENCE, self.send(request)).await {
                Ok(answer) => outcome.add(sent.elapsed(), &answer?, &mut self.sequence)?,
                Err(_) => outcome.late += 1,
            }
        }
        Ok((outcome, self.sequence))
    }

    /// Sends a request; a connection whose answer is not waited for is not used again.
    async fn send(&mut self, request: HttpRequest) -> anyhow::Result<Answer> {
        let mut open = match self.connection.take() {
            Some(open) => open,
            None => Connection::open(&self.url).await?,
        };
        let answer = open.send(request).await?;
        self.connection = Some(open);
        Ok(answer)
    }
}

impl Outcome {
    fn merge(&mut self, other: Self) {
        self.served.extend(other.served);
        self.refused.extend(other.refused);
        self.late += other.late;
    }

    /// Adds an answer, which the sequence learns from.
    fn add(
        &mut self,
        took: Duration,
        answer: &Answer,
        sequence: &mut Sequence,
    ) -> anyhow::Result<()> {
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            let later = answer.headers.contains_key(header::RETRY_AFTER);
            ensure!(later, "503 does not say when to come back");
            self.refused.push(took);
            sequence.refused();
        } else {
            sequence.received(answer)?;
            self.served.push(took);
        }
        Ok(())
    }

    /// Returns the number of requests that found a free connection.
    pub fn sent(&self) -> u64 {
        self.served.len() as u64 + self.refused.len() as u64 + self.late
    }

    /// Returns the served requests as a closed loop reports them.
    pub fn report(&self, time: Duration) -> Report {
        Report::new(time, self.served.clone())
    }
}

/// The time that a client waits for an answer.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// The time that a request waits for a free connection.
const UNSENT_AFTER: Duration = Duration::from_millis(10);

const TICK: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use axum::{Router, response::IntoResponse, routing::get};

    use super::*;
    use crate::operation::Operation;

    /// Answers every second request, and refuses the others as it is told to.
    async fn every_second(refusal: impl IntoResponse + Clone + Send + Sync + 'static) -> Url {
        let count = Arc::new(AtomicU64::new(0));
        let answer = move || {
            let refused = count.fetch_add(1, Ordering::Relaxed) % 2 == 1;
            let refusal = refusal.clone();
            async move {
                match refused {
                    true => refusal.into_response(),
                    false => "{}".into_response(),
                }
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/jwks", get(answer));
        tokio::spawn(async { axum::serve(listener, router).await });
        url.parse().unwrap()
    }

    async fn ask(url: &Url) -> anyhow::Result<Outcome> {
        let sequences = Operation::Jwks.prepare(url, None, 2).await?;
        let offered = offer(url, sequences, 1000.0, Duration::from_millis(50)).await;
        Ok(offered?.0)
    }

    #[tokio::test]
    async fn what_is_refused_is_told_from_what_is_served() {
        let refusal = (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "1")],
        );
        let outcome = ask(&every_second(refusal).await).await.unwrap();
        let (served, refused) = (outcome.served.len() as u64, outcome.refused.len() as u64);
        assert!((49..=50).contains(&outcome.offered));
        assert!(outcome.sent() <= 50 && outcome.late == 0);
        assert!(served >= 1);
        assert!(served.abs_diff(refused) <= 1, "{served} {refused}");
    }

    #[tokio::test]
    async fn a_refusal_that_does_not_say_when_to_come_back_is_a_failure() {
        let error = ask(&every_second(StatusCode::SERVICE_UNAVAILABLE).await).await;
        assert!(error.is_err_and(|error| error.to_string().contains("when to come back")));
    }
}
