//! Serving an issuer: its public listener, its administration socket and its jobs.

use std::sync::Arc;

use airside_net::{Drain, Listener, Server};

use crate::{admin, issuer::Issuer, job, route};

/// Serves until `drain` has finished.
///
/// `administration` is a bound Unix socket and the user id that may use it beside root.
pub async fn run(
    issuer: Arc<Issuer>,
    public: Listener,
    administration: Option<(Listener, u32)>,
    drain: Drain,
) {
    let jobs = job::run(Arc::clone(&issuer), drain.clone());
    let router = route::router(&issuer, drain.clone());
    let serving = Server::new().listen(public).serve(router, drain.clone());
    let administering = async {
        if let Some((listener, owner)) = administration {
            let router = admin::router(&issuer, drain.clone(), owner);
            Server::new()
                .listen(listener)
                .serve(router, drain.clone())
                .await;
        }
    };
    tokio::join!(jobs, serving, administering);
}
