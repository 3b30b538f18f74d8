//! Requests to the API: within a budget, at a rate, to one host, recorded.
//!
//! | module | holds |
//! |---|---|
//! | `base` | the address of an API that may be scanned |
//! | `bounds` | the bounds of a scan, and the reasons why a request has no answer |
//! | `waiting` | the way in which a scan waits |
//! | `wire` | bodies as they are sent, and answers as they are read |

mod base;
mod bounds;
mod waiting;
mod wire;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_net::Client;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::Full;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use url::Url;

use self::wire::read;
use crate::{
    document::Presentation,
    exchange::{Answer, Exchange, IdentityIndex, Recorded, RequestSpec},
    identity::Secret,
};

pub use base::{BaseUrl, BaseUrlError};
pub use bounds::{Limits, ProbeError};
pub use waiting::Waiting;
pub use wire::encoded;

/// The way to the API.
#[derive(Debug)]
pub struct Probe {
    client: Client,
    base: Mutex<BaseUrl>,
    presentation: Presentation,
    limits: Limits,
    sent: AtomicU64,
    rate_limited: AtomicU64,
    slow: AtomicU64,
    waited: Mutex<Duration>,
    next: Mutex<Option<Instant>>,
    interrupted: Arc<AtomicBool>,
    is_cleaning: AtomicBool,
    log: Mutex<Vec<Recorded>>,
}

impl Probe {
    /// Makes a way to the API.
    #[must_use]
    pub fn new(client: Client, base: BaseUrl, presentation: Presentation, limits: Limits) -> Self {
        Self {
            client,
            base: Mutex::new(base),
            presentation,
            limits,
            sent: AtomicU64::new(0),
            rate_limited: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            waited: Mutex::new(Duration::ZERO),
            next: Mutex::new(None),
            interrupted: Arc::default(),
            is_cleaning: AtomicBool::new(false),
            log: Mutex::new(Vec::new()),
        }
    }

    /// Returns the address of the API.
    #[must_use]
    pub fn base(&self) -> BaseUrl {
        self.base.lock().clone()
    }

    /// Adds a path to the address of the API, which stays at its host.
    pub fn set_base(&self, base: BaseUrl) {
        let mut current = self.base.lock();
        if current.is_origin_of(&base.0) {
            *current = base;
        }
    }

    /// Returns how tokens are presented.
    #[must_use]
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// Returns the way in which the scan waits.
    #[must_use]
    pub fn waiting(&self) -> &Waiting {
        &self.limits.waiting
    }

    /// Returns the number of requests that were sent.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the number of answers that limited the rate.
    #[must_use]
    pub fn rate_limited(&self) -> u64 {
        self.rate_limited.load(Ordering::Relaxed)
    }

    /// Returns the number of requests without an answer in time.
    #[must_use]
    pub fn timed_out(&self) -> u64 {
        self.slow.load(Ordering::Relaxed)
    }

    /// Ends requests when a flag is set.
    #[must_use]
    pub fn interrupted_by(self, interrupted: Arc<AtomicBool>) -> Self {
        Self {
            interrupted,
            ..self
        }
    }

    /// Lets requests that clean up be sent, after an interruption too and beyond the budget. Returns true if
    /// there was an interruption.
    pub fn begin_cleanup(&self) -> bool {
        self.is_cleaning.store(true, Ordering::Relaxed);
        self.interrupted.swap(false, Ordering::Relaxed)
    }

    /// Returns true if the scan was interrupted.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Returns the number of the last exchange.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.log.lock().last().map_or(0, |one| one.number)
    }

    /// Returns every exchange.
    #[must_use]
    pub fn log(&self) -> Vec<Recorded> {
        self.log.lock().clone()
    }

    /// Returns an exchange by its number.
    #[must_use]
    pub fn exchange(&self, number: u64) -> Option<Recorded> {
        let log = self.log.lock();
        log.iter().find(|one| one.number == number).cloned()
    }

    /// Sends a request with a token, waits where the API limits the rate, and follows a redirect to the
    /// same path with another slash at its end.
    ///
    /// # Errors
    ///
    /// [`ProbeError`].
    pub async fn send(
        &self,
        caller: Option<IdentityIndex>,
        token: Option<&Secret>,
        spec: RequestSpec,
    ) -> Result<Recorded, ProbeError> {
        let mut spec = spec;
        let mut attempts = 0;
        loop {
            let exchange = self.send_once(caller, token, spec.clone()).await?;
            attempts += 1;
            let answer = &exchange.answer;
            if answer.status == 429 && attempts <= 4 {
                self.rate_limited.fetch_add(1, Ordering::Relaxed);
                self.wait(answer, attempts).await?;
                continue;
            }
            if answer.status == 429 {
                return Err(ProbeError::RateLimited);
            }
            match self.other_slash(&spec, answer) {
                Some(target) if attempts < 3 => spec.target = target,
                _ => return Ok(self.record(exchange)),
            }
        }
    }

    fn record(&self, mut exchange: Exchange) -> Recorded {
        let mut log = self.log.lock();
        exchange.number = u64::try_from(log.len()).unwrap_or(u64::MAX) + 1;
        let recorded = Arc::new(exchange);
        log.push(Arc::clone(&recorded));
        recorded
    }

    /// Waits as an answer asks, within what is waited in all.
    async fn wait(&self, answer: &Answer, attempt: u32) -> Result<(), ProbeError> {
        let asked = answer.retry_after_seconds.map(Duration::from_secs);
        let pause = asked.unwrap_or(Duration::from_millis(250) * 2_u32.pow(attempt));
        {
            let mut waited = self.waited.lock();
            if *waited + pause > self.limits.rate_limit_wait {
                return Err(ProbeError::RateLimited);
            }
            *waited += pause;
        }
        sleep(pause).await;
        Ok(())
    }

    /// Returns the target of a redirect that differs in the slash at the end only.
    fn other_slash(&self, spec: &RequestSpec, answer: &Answer) -> Option<String> {
        if !matches!(answer.status, 301 | 302 | 307 | 308) {
            return None;
        }
        let base = self.base();
        let location = base.0.join(answer.location.as_deref()?).ok()?;
        let (path, query) = match spec.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (spec.target.as_str(), None),
        };
        let whole = Url::parse(&format!("{}{path}", base.as_str())).ok()?;
        let is_same = base.is_origin_of(&location)
            && location.path() != whole.path()
            && location.path().trim_end_matches('/') == whole.path().trim_end_matches('/');
        let path = match path.strip_suffix('/') {
            Some(path) => path.to_owned(),
            None => format!("{path}/"),
        };
        is_same.then(|| match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        })
    }

    async fn send_once(
        &self,
        caller: Option<IdentityIndex>,
        token: Option<&Secret>,
        spec: RequestSpec,
    ) -> Result<Exchange, ProbeError> {
        if self.is_interrupted() {
            return Err(ProbeError::Interrupted);
        }
        let is_spent = self.sent.fetch_add(1, Ordering::Relaxed) >= self.limits.requests;
        if is_spent && !self.is_cleaning.load(Ordering::Relaxed) {
            self.sent.fetch_sub(1, Ordering::Relaxed);
            return Err(ProbeError::BudgetSpent(self.limits.requests));
        }
        self.keep_rate().await;
        let request = self.request(token, &spec)?;
        let begin = Instant::now();
        let response = timeout(self.limits.timeout, self.client.send(request)).await;
        let response = response.map_err(|_| {
            self.slow.fetch_add(1, Ordering::Relaxed);
            ProbeError::TimedOut(self.limits.timeout.as_secs())
        })?;
        let response = response.map_err(|error| {
            ProbeError::NoAnswer(airside_net::chain_naming(&error, "`--ca FILE`"))
        })?;
        Ok(Exchange {
            number: 0,
            caller,
            request: spec,
            answer: read(&response),
            duration: begin.elapsed(),
        })
    }

    async fn keep_rate(&self) {
        let Some(rate) = self.limits.per_second.filter(|rate| *rate > 0) else {
            return;
        };
        let at = {
            let mut next = self.next.lock();
            let at = next.unwrap_or_else(Instant::now).max(Instant::now());
            *next = Some(at + Duration::from_secs(1) / rate);
            at
        };
        sleep_until(at).await;
    }

    fn request(
        &self,
        token: Option<&Secret>,
        spec: &RequestSpec,
    ) -> Result<Request<Full<Bytes>>, ProbeError> {
        let malformed = |error: String| ProbeError::Malformed(error);
        let uri = format!("{}{}", self.base().as_str(), spec.target);
        let mut request = Request::builder().method(spec.method.clone()).uri(uri);
        request = request.header(header::ACCEPT, "application/json, */*;q=0.5");
        request = request.header(header::USER_AGENT, "airside-scan");
        if let Some(token) = token {
            let value = self.presentation.of_token(token.reveal());
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| malformed("the token is not the value of a header".to_owned()))?;
            value.set_sensitive(true);
            request = request.header(self.presentation.header.as_str(), value);
        }
        for (name, value) in &spec.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let (media, bytes) = encoded(&spec.body);
        if let Some(media) = media {
            request = request.header(header::CONTENT_TYPE, media);
        } else if spec.method != Method::GET && spec.method != Method::HEAD {
            request = request.header(header::CONTENT_LENGTH, "0");
        }
        let request = request.body(Full::new(bytes));
        request.map_err(|error| malformed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_listed_hosts_are_scanned() {
        let allowed = ["api.example.com".to_owned()];
        for good in [
            "http://127.0.0.1:5000",
            "http://localhost/v1/",
            "http://[::1]:1",
            "https://api.example.com",
        ] {
            assert!(BaseUrl::parse(good, &allowed).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://127.0.0.1.evil.example",
            "http://api.example.com.evil.example",
            "http://user@127.0.0.1",
            "ftp://127.0.0.1",
            "127.0.0.1:80",
        ] {
            assert!(BaseUrl::parse(bad, &allowed).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_base_stays_at_its_host() {
        let base = BaseUrl::parse("http://127.0.0.1:5000/api/", &[]).unwrap();
        assert_eq!(base.below("/v1").as_str(), "http://127.0.0.1:5000/api/v1");
        let probe = Probe::new(
            Client::new().unwrap(),
            base,
            Presentation::default(),
            Limits::default(),
        );
        let other = BaseUrl::parse("http://127.0.0.1:5001", &[]).unwrap();
        probe.set_base(other);
        assert_eq!(probe.base().as_str(), "http://127.0.0.1:5000/api");
    }
}
