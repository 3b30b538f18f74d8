//! The testbed as a value.

use std::{future::Future, io, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

use crate::{Clock, Conditions, Holes, app::App, document, resource};

/// A person who is there from the start.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Person {
    /// The name for `POST /login`.
    pub username: &'static str,
    /// The password for `POST /login`.
    pub password: &'static str,
    /// `customer`, `support` or `admin`.
    pub role: &'static str,
    /// `north` or `south`.
    pub tenant: &'static str,
}

/// Two customers of one tenant, one of another, a supporter and an administrator.
pub const PEOPLE: [Person; 5] = [
    person("alice", "alice-password-1", "customer", "north"),
    person("bob", "bob-password-2", "customer", "north"),
    person("carol", "carol-password-3", "customer", "south"),
    person("sam", "sam-password-4", "support", "north"),
    person("adam", "adam-password-5", "admin", "north"),
];

const fn person(
    username: &'static str,
    password: &'static str,
    role: &'static str,
    tenant: &'static str,
) -> Person {
    Person {
        username,
        password,
        role,
        tenant,
    }
}

/// A vulnerable API. Clones share the state.
#[derive(Clone, Debug)]
pub struct Testbed(App);

impl Testbed {
    /// Opens the API with these holes and a time that each request moves by 100 ms, so that a token lives
    /// for 600 requests.
    ///
    /// # Errors
    ///
    /// Fails if SQLite does.
    pub fn open(holes: Holes) -> anyhow::Result<Self> {
        let clock = Clock::stepped(Duration::from_millis(100));
        Self::under(holes, clock, Conditions::default())
    }

    /// Opens the API with these holes, this time and these conditions.
    ///
    /// # Errors
    ///
    /// Fails if SQLite does.
    pub fn under(holes: Holes, clock: Clock, conditions: Conditions) -> anyhow::Result<Self> {
        Ok(Self(App::open(holes, clock, conditions)?))
    }

    /// Forgets everything that happened: the first objects are back, tokens are void.
    ///
    /// # Errors
    ///
    /// Fails if SQLite does.
    pub fn reset(&self) -> anyhow::Result<()> {
        Ok(self.0.reset()?)
    }

    /// Returns the time, to move it.
    pub fn clock(&self) -> &Clock {
        self.0.clock()
    }

    /// Returns the operations and the documents.
    pub fn router(&self) -> Router {
        resource::router()
            .merge(document::router())
            .layer(from_fn_with_state(self.0.clone(), begin))
            .with_state(self.0.clone())
    }

    /// Answers on the listener until `end`.
    ///
    /// # Errors
    ///
    /// Fails if the listener does.
    pub async fn serve(
        &self,
        listener: TcpListener,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        axum::serve(listener, self.router())
            .with_graceful_shutdown(end)
            .await
    }
}

/// Moves the time and runs the jobs that are due.
async fn begin(State(app): State<App>, request: Request, next: Next) -> Response {
    app.clock().step();
    let admitted = app.traffic().admit(&app, request.uri().path());
    match admitted.and_then(|()| app.run_due_jobs()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
