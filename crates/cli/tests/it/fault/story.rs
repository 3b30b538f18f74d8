//! Sign-in, redemption, refresh, revocation and reuse, and what is remembered of their answers.

use airside_testkit::Answer;
use rusqlite::Connection;

use crate::{
    app::{App, post, redeem, refresh},
    server::Place,
};

/// The results that were acknowledged.
#[derive(Debug, Default)]
pub struct Memory {
    app: Option<App>,
    /// The newest refresh token of a grant that lives.
    living: Option<String>,
    /// A refresh token that was revoked.
    revoked: Option<String>,
    /// A refresh token of a code that was used twice.
    reused: Option<String>,
}

/// The number of attempts of a client that is told to come back later.
const ATTEMPTS: usize = 3;

/// Tells the story at the server with this address, as far as it gets.
pub async fn tell(url: &str) -> Memory {
    let mut memory = Memory::default();
    for _ in 0..ATTEMPTS {
        let Some((app, answer)) = App::try_sign_in(url).await else {
            return memory;
        };
        match answer.status.as_u16() {
            303 => memory.app = Some(app),
            status => assert_eq!(status, 503, "{}", answer.text()),
        }
        if memory.app.is_some() {
            break;
        }
    }
    if let Some(app) = memory.app.take() {
        live(url, &app, &mut memory).await;
        revoke(url, &app, &mut memory).await;
        reuse(url, &app, &mut memory).await;
        memory.app = Some(app);
    }
    memory
}

/// The answer to a request that is tried again; none while there is none but 503.
async fn acknowledged(ask: impl AsyncFn() -> Option<Answer>) -> Option<Answer> {
    for _ in 0..ATTEMPTS {
        let answer = ask().await?;
        if answer.status != 503 {
            return Some(answer);
        }
    }
    None
}

/// Redeems a new code: its refresh token.
async fn begin(url: &str, app: &App) -> Option<(String, String)> {
    let code = acknowledged(async || app.try_authorize().await).await?;
    let code = code.returned("code").expect("a code");
    let answer = acknowledged(async || redeem(url, &code).await).await?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    Some((code, answer.member("refresh_token")))
}

async fn live(url: &str, app: &App, memory: &mut Memory) {
    memory.living = begin(url, app).await.map(|(_, token)| token);
    for _ in 0..2 {
        let Some(token) = memory.living.clone() else {
            return;
        };
        if let Some(answer) = acknowledged(async || refresh(url, &token).await).await {
            assert_eq!(answer.status, 200, "{}", answer.text());
            memory.living = Some(answer.member("refresh_token"));
        }
    }
}

async fn revoke(url: &str, app: &App, memory: &mut Memory) {
    let Some((_, token)) = begin(url, app).await else {
        return;
    };
    let at = format!("{url}/revoke");
    if let Some(answer) = acknowledged(async || post(&at, &[("token", &token)]).await).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
        memory.revoked = Some(token);
    }
}

async fn reuse(url: &str, app: &App, memory: &mut Memory) {
    let Some((code, token)) = begin(url, app).await else {
        return;
    };
    if let Some(answer) = acknowledged(async || redeem(url, &code).await).await {
        assert_eq!(answer.outcome(), "400 invalid_grant");
        memory.reused = Some(token);
    }
}

impl Memory {
    /// Returns true if everything was acknowledged.
    pub fn is_whole(&self) -> bool {
        self.app.is_some()
            && self.living.is_some()
            && self.revoked.is_some()
            && self.reused.is_some()
    }

    /// A server that starts now, on a sound disk, knows all of it, and nothing is half there.
    pub async fn assert_kept(&self, place: &Place, when: &str) {
        let server = place.serve();
        if let Some(token) = &self.living {
            let answer = refresh(&server.url, token).await.expect("an answer");
            let said = answer.text();
            assert_eq!(answer.status, 200, "{when}: a living grant: {said}");
        }
        for dead in [&self.revoked, &self.reused].into_iter().flatten() {
            let answer = refresh(&server.url, dead).await.expect("an answer");
            assert_eq!(answer.outcome(), "400 invalid_grant", "{when}: came alive");
        }
        if let Some(app) = &self.app {
            // its connection died with the server that it knows
            drop(app.try_authorize().await);
            let code = app.authorize().await.returned("code");
            assert!(code.is_some(), "{when}: the session was lost");
        }
        assert_eq!(server.terminate(), 0, "{when}");
        assert_whole(place, when);
    }
}

/// The file is sound, and each row has what was written with it.
fn assert_whole(place: &Place, when: &str) {
    let store = Connection::open(place.data().join("airside.db")).unwrap();
    let text = |sql: &str| {
        store
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(text("PRAGMA integrity_check"), "ok", "{when}");
    let count = |sql: &str| {
        store
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    for (rows, kinds) in [
        ("\"grant\"", "'grant.created'"),
        ("session", "'session.created'"),
        ("\"key\"", "'key.created'"),
        (
            "\"grant\" WHERE revoked_at IS NOT NULL",
            "'grant.revoked', 'code.reused'",
        ),
    ] {
        let rows = count(&format!("SELECT count(*) FROM {rows}"));
        let events = count(&format!(
            "SELECT count(*) FROM event WHERE kind IN ({kinds})"
        ));
        assert_eq!(rows, events, "{when}: rows and their events, {kinds}");
    }
}
