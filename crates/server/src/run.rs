//! Serving an issuer: its public listener, its administration socket, its jobs and its metrics.

use std::sync::Arc;

use airside_net::{Drain, Listener, Server};
use axum::{Router, routing::get};

use crate::{
    admin::{self, AdminSetUpError},
    endpoint::health,
    issuer::Issuer,
    job, observe, route,
};

/// Serves until `drain` has finished.
///
/// `administration` is a bound Unix socket and the user id that may use it beside root.
///
/// # Errors
///
/// [`AdminSetUpError`] before anything is served.
pub async fn run(
    issuer: Arc<Issuer>,
    public: Listener,
    administration: Option<(Listener, u32)>,
    drain: Drain,
) -> Result<(), AdminSetUpError> {
    let router = route::router(&issuer, drain.clone())?;
    let administration = match administration {
        Some((listener, owner)) => Some((listener, admin::router(&issuer, drain.clone(), owner)?)),
        None => None,
    };
    let jobs = job::run(Arc::clone(&issuer), drain.clone());
    let server = Server::new()
        .trusting(issuer.proxies.clone())
        .on_rejected(observe::rejected);
    let serving = server.listen(public).serve(router, drain.clone());
    let administering = async {
        if let Some((listener, router)) = administration {
            Server::new()
                .listen(listener)
                .serve(router, drain.clone())
                .await;
        }
    };
    tokio::join!(jobs, serving, administering);
    job::flush_audit_events(&issuer, &drain).await;
    Ok(())
}

/// Answers `/metrics` to every caller of `listener`, until `drain` has finished.
pub async fn serve_metrics(issuer: Arc<Issuer>, listener: Listener, drain: Drain) {
    let router = Router::new()
        .route("/metrics", get(health::scraped))
        .with_state(issuer);
    Server::new().listen(listener).serve(router, drain).await;
}
