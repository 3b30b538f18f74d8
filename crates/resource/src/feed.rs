//! Following an issuer's revocations, so that a revoked token dies at once although nobody looks it
//! up.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use airside_jose::{base64url, json};
use airside_net::{Fetcher, Form, chain};
use arc_swap::ArcSwapOption;
use http::HeaderValue;
use serde::Deserialize;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use url::{Url, form_urlencoded};

use crate::{
    IssuerConnection, ResourceServer, Revocations, SetUpError,
    clock::{self, Clock},
    introspection::client_secret_basic,
};

/// How the issuer's feed is reached.
#[derive(Clone)]
pub struct FeedOptions {
    /// The issuer's endpoint, `<issuer>/revocations`.
    pub endpoint: Url,
    /// The client that the API is to the issuer, with `resource_server_for`.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// What is allowed on the way to it.
    pub reach: IssuerConnection,
}

/// Follows one issuer's revocations. Clones share one state.
#[derive(Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

struct Shared {
    endpoint: Url,
    authorization: HeaderValue,
    fetcher: Fetcher,
    revocations: Revocations,
    clock: Clock,
    heard: watch::Sender<Heard>,
    /// When the issuer last answered, in seconds since 1970.
    heard_at: AtomicI64,
    /// Names this process.
    instance: String,
    /// Whose keys are reported.
    airside: ArcSwapOption<ResourceServer>,
    /// The key set of which the issuer has told.
    told_keys: ArcSwapOption<String>,
}

/// Why the issuer was not heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FeedError(String);

/// How far the issuer was heard.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Heard {
    connected: bool,
    position: i64,
}

/// Where the reader is.
#[derive(Clone, Copy, Default)]
struct Place {
    epoch: Option<u32>,
    position: i64,
    /// Whether everything was heard that the issuer had to say when it was asked, since the place
    /// began; what comes afterwards may take several pages without a loss.
    whole: bool,
}

#[derive(Deserialize)]
struct Page {
    epoch: u32,
    position: i64,
    /// Whether it begins from the beginning.
    #[serde(default)]
    reset: bool,
    /// Whether there is more behind that position already; older issuers do not say.
    more: Option<bool>,
    /// What names the key set that is served now; older issuers do not say.
    jwks: Option<String>,
    revocations: Vec<Entry>,
}

impl Page {
    /// Whether nothing is behind it. Of an issuer that does not say, an empty page is the last one.
    fn is_last(&self) -> bool {
        match self.more {
            Some(more) => !more,
            None => self.revocations.is_empty(),
        }
    }
}

/// One of the first five says whose tokens are dead.
#[derive(Deserialize)]
struct Entry {
    grant: Option<String>,
    jti: Option<String>,
    client: Option<String>,
    user: Option<String>,
    kid: Option<String>,
    /// Milliseconds since 1970.
    at: i64,
    until: i64,
}

impl Feed {
    /// Sets up following; `revocations` are those of the [`ResourceServer`] that must obey.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] if TLS cannot be set up, or the client's id and secret make no header.
    pub fn new(options: FeedOptions, revocations: Revocations) -> Result<Self, SetUpError> {
        Self::with_clock(options, revocations, clock::system())
    }

    /// The same with another clock than the system's.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_clock(
        options: FeedOptions,
        revocations: Revocations,
        clock: Clock,
    ) -> Result<Self, SetUpError> {
        let fetcher = options.reach.patient(ANSWER_TIMEOUT)?;
        Ok(Self {
            shared: Arc::new(Shared {
                authorization: client_secret_basic(&options.client_id, &options.client_secret)?,
                endpoint: options.endpoint,
                fetcher,
                revocations,
                clock,
                heard: watch::Sender::default(),
                heard_at: AtomicI64::new(i64::MIN),
                instance: instance()?,
                airside: ArcSwapOption::empty(),
                told_keys: ArcSwapOption::empty(),
            }),
        })
    }

    /// Tells the issuer which keys this API holds, so that its operator sees that a new one has
    /// arrived everywhere.
    pub fn report(&self, airside: &ResourceServer) {
        self.shared.airside.store(Some(Arc::new(airside.clone())));
    }

    /// Follows for ever: to be spawned. After a failure it tries again, at most a second later.
    pub async fn follow(&self) {
        let mut place = Place::default();
        let mut latest = i64::MIN;
        loop {
            let now = (self.shared.clock)();
            if now < latest {
                // the clock went back: what was forgotten as expired may not be
                place = Place::default();
            }
            latest = now;
            // after a failure the answer must come at once: it says that all is well again
            let wait = self.is_connected();
            match self.shared.next(place, wait).await {
                Ok(next) => {
                    place = next;
                    self.shared.say(Heard {
                        connected: place.whole,
                        position: place.position,
                    });
                }
                Err(error) => {
                    // what was missed may be several pages
                    place.whole = false;
                    tracing::warn!(error, "revocations are not heard of");
                    self.shared.say(Heard {
                        connected: false,
                        position: place.position,
                    });
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Asks once for everything that is revoked now, and does not follow. The issuer counts it among those
    /// who follow for two minutes.
    ///
    /// # Errors
    ///
    /// [`FeedError`] if not all of it was heard within `patience`.
    pub async fn hear(&self, patience: Duration) -> Result<(), FeedError> {
        let heard = async {
            let mut place = Place::default();
            while !place.whole {
                place = self.shared.next(place, false).await.map_err(FeedError)?;
            }
            Ok(place)
        };
        let place = timeout(patience, heard).await.unwrap_or_else(|_| {
            let seconds = patience.as_secs();
            Err(FeedError(format!("no answer within {seconds} s")))
        })?;
        self.shared.say(Heard {
            connected: true,
            position: place.position,
        });
        Ok(())
    }

    /// Whether the last question was answered, and all of it was heard: `false` until the last page of
    /// the first answer, and after a loss until the last page of what was missed.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.shared.heard.borrow().connected
    }

    /// Returns how many seconds ago the issuer last answered; `None` if it never did.
    #[must_use]
    pub fn lag_seconds(&self) -> Option<i64> {
        let heard_at = self.shared.heard_at.load(Ordering::Relaxed);
        let lag = (self.shared.clock)().saturating_sub(heard_at).max(0);
        (heard_at != i64::MIN).then_some(lag)
    }

    /// Waits until the feed is connected, or is not any more.
    pub async fn becomes(&self, connected: bool) {
        let mut receiver = self.shared.heard.subscribe();
        // the sender lives as long as `self`
        let _ = receiver
            .wait_for(|heard| heard.connected == connected)
            .await;
    }

    /// Waits until everything up to a position of the issuer's was heard.
    pub async fn reaches(&self, position: i64) {
        let mut receiver = self.shared.heard.subscribe();
        // the sender lives as long as `self`
        let _ = receiver.wait_for(|heard| heard.position >= position).await;
    }
}

impl Place {
    fn question(self, wait: bool, fields: [(&str, &str); 3]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if let Some(epoch) = self.epoch {
            form.append_pair("epoch", &epoch.to_string())
                .append_pair("position", &self.position.to_string());
        }
        if wait {
            form.append_pair("wait", WAIT_SECONDS);
        }
        form.finish()
    }
}

impl Shared {
    /// Asks once for what is behind `place`.
    async fn next(&self, place: Place, wait: bool) -> Result<Place, String> {
        let (held, told) = (self.held().await, self.told_keys.load_full());
        let told = told.as_ref().map_or("", |told| told.as_str());
        let fields = [
            ("instance", self.instance.as_str()),
            ("kids", held.as_str()),
            ("jwks", told),
        ];
        let form = Form {
            authorization: self.authorization.clone(),
            body: place.question(wait, fields),
        };
        let answer = self.fetcher.post(&self.endpoint, form).await;
        let answer = answer.map_err(|error| chain(&error))?;
        if answer.status != 200 {
            return Err(format!("the issuer answered {}", answer.status));
        }
        let page: Page = json::parse(&answer.body).map_err(|error| error.to_string())?;
        // after a reset, what was revoked stays so: no token comes back to life
        for entry in &page.revocations {
            self.enforce(entry);
        }
        let now = (self.clock)();
        self.revocations.sweep(now);
        self.heard_at.store(now, Ordering::Relaxed);
        if page.jwks.as_deref().is_some_and(|jwks| jwks != told) {
            self.fetch_keys().await;
            self.told_keys.store(page.jwks.clone().map(Arc::new));
        }
        // another epoch begins from the beginning
        let same = place.epoch == Some(page.epoch) && !page.reset;
        Ok(Place {
            whole: page.is_last() || (place.whole && same),
            epoch: Some(page.epoch),
            position: page.position,
        })
    }

    /// Fetches keys; what takes longer goes on beside it, until they are here or it was tried often enough.
    async fn fetch_keys(&self) {
        let Some(airside) = self.airside.load_full() else {
            return;
        };
        if let Ok(true) = timeout(PAUSE, airside.fetch_keys()).await {
            return;
        }
        tokio::spawn(async move {
            for _ in 0..FETCHES {
                if airside.fetch_keys().await {
                    return;
                }
                sleep(PAUSE).await;
            }
        });
    }

    async fn held(&self) -> String {
        match self.airside.load_full() {
            Some(airside) => airside.key_ids().await.join(" "),
            None => String::new(),
        }
    }

    fn enforce(&self, entry: &Entry) {
        // a token is good a little longer than it says
        let until = entry.until.div_euclid(1000).saturating_add(LEEWAY_SECONDS);
        // those of the same millisecond are dead too
        let before = entry.at.saturating_add(1);
        let revocations = &self.revocations;
        if let Some(grant) = &entry.grant {
            revocations.revoke_grant(grant, until);
        }
        if let Some(jti) = &entry.jti {
            revocations.revoke_token(jti, until);
        }
        if let Some(client) = &entry.client {
            revocations.revoke_client(client, before, until);
        }
        if let Some(user) = &entry.user {
            revocations.revoke_user(user, before, until);
        }
        if let Some(kid) = &entry.kid {
            revocations.remove_key(kid);
        }
    }

    fn say(&self, heard: Heard) {
        let before = self.heard.send_replace(heard);
        if heard.connected && !before.connected {
            tracing::info!("revocations are heard of");
        }
        if heard.position > before.position {
            tracing::info!(position = heard.position, "revocations were heard");
        }
    }
}

/// A name that no other process has.
fn instance() -> Result<String, SetUpError> {
    let mut bytes = [0; 16];
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    filled.map_err(|_| SetUpError::NoRandomness)?;
    Ok(base64url::encode(bytes))
}

impl fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Feed");
        debug
            .field("connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FeedOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("FeedOptions");
        debug
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// How long the issuer may wait for something to say.
const WAIT_SECONDS: &str = "10";
/// After which silence is a loss.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// More than the verifier's.
const LEEWAY_SECONDS: i64 = 60;
const PAUSE: Duration = Duration::from_secs(1);
/// Of a new key set, before it is left to tokens with unknown keys.
const FETCHES: usize = 30;
