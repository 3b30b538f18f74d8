//! The operator of a world: the admin API, the audit trail and the disk.

use std::sync::Arc;

use airside_net::{Peer, PeerAddress};
use airside_server::Issuer;
use airside_store::EventQuery;
use airside_testkit::Answer;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::World;
use crate::admin_document::assert_documented;

/// The owner of the data directory, who is connected to the socket in it.
fn owner() -> Peer {
    Peer {
        address: PeerAddress::Unix { uid: Some(0) },
        tls: false,
    }
}

impl World {
    /// Asks the admin API, as the owner of the data directory.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        self.admin_of(&self.issuer, method, path, body).await
    }

    /// Has the admin API do something, which it must answer with 200.
    pub async fn administer(&self, method: &str, path: &str, body: Value) -> Answer {
        let answer = self.admin(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
        answer
    }

    /// Has the admin API make something, which it must answer with 201.
    pub async fn create(&self, path: &str, body: Value) -> Answer {
        let answer = self.admin("POST", path, body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text());
        answer
    }

    /// Asks the admin API of one node, as the owner of its data directory.
    pub async fn admin_of(
        &self,
        issuer: &Arc<Issuer>,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/admin/v1{path}"))
            .extension(owner())
            .body(Body::from(body.to_string()))
            .unwrap();
        let router = airside_server::admin::router(issuer, self.drain.clone(), 0).unwrap();
        let (head, body) = router.oneshot(request).await.unwrap().into_parts();
        let answer = Answer::new(head, body.collect().await.unwrap().to_bytes());
        assert_documented(method, path, &answer);
        answer
    }

    /// Another connection to the database.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.directory.path().join("airside.db")).unwrap()
    }

    /// Everything that is on the disk.
    pub fn files(&self) -> Vec<u8> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        entries
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect()
    }

    /// Every event so far, oldest first, as `kind client detail`.
    pub async fn events(&self) -> Vec<String> {
        self.issuer
            .audit_buffer
            .flush(self.store.as_ref())
            .await
            .unwrap();
        let query = EventQuery {
            limit: 1_000,
            ..EventQuery::default()
        };
        let events = self.store.events(&query).await.unwrap();
        events
            .iter()
            .rev()
            .map(|event| event.kind.as_str().to_owned())
            .collect()
    }
}
