//! A store and what grants rest on.

use std::time::{Duration, Instant};

use airside_oauth::{
    client::{AuthMethod, Client, ClientOrigin, ClientSettings, GrantType},
    id::{SessionId, UserId},
    key::{entropy::Entropy, secret::Digest},
    state::{
        decide::{Among, Commit, Pivot},
        session::{Authentication, Session},
        user::{User, Username},
    },
    time::Time,
};
use airside_store::Store;
use airside_store_sql::sqlite::{Options, Sqlite};
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    lane::{Lane, Next},
    scaled,
};

/// 2026-01-01T00:00:00Z.
pub const START: Time = Time::from_millis(1_767_225_600_000);

/// A store with a person, a client, a session, and requests that come one after another in each lane.
pub struct World {
    // before the directory: what has it open ends first
    store: Sqlite,
    directory: TempDir,
    lanes: Vec<Lane>,
}

impl World {
    pub fn new(runtime: &Runtime, at_once: u8) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airside.db");
        let store = Sqlite::open(&path, Options::default()).unwrap();
        let session = session();
        let lanes: Vec<_> = (0..at_once).map(|lane| Lane::new(lane, &session)).collect();
        let grants = lanes.iter().map(|lane| lane.insertion(lane.grant.clone()));
        runtime.block_on(async {
            for commit in prepared(session.clone()).into_iter().chain(grants) {
                store.commit(commit).await.unwrap();
            }
        });
        Self {
            store,
            directory,
            lanes,
        }
    }

    /// Commits as often as `commits` says, in every lane one after another, and says how long it took.
    pub fn load(&mut self, runtime: &Runtime, commits: u64, next: Next) -> Duration {
        let lanes = self.lanes.len() as u64;
        let each = commits.div_ceil(lanes);
        let store = &self.store;
        let all = self.lanes.iter_mut().map(|lane| async move {
            for _ in 0..each {
                store.commit(next(lane)).await.unwrap();
            }
        });
        let begun = Instant::now();
        runtime.block_on(join_all(all));
        scaled(begun.elapsed(), each * lanes, commits)
    }

    /// The bytes that go into the log before its first checkpoint.
    pub fn measure(&mut self, runtime: &Runtime, next: Next) -> Transaction {
        let log = self.directory.path().join("airside.db-wal");
        let length = || log.metadata().unwrap().len();
        let (before, transactions) = (length(), self.store.transactions());
        let commits = self.lanes.len() as u64 * 10;
        self.load(runtime, commits, next);
        let transactions = self.store.transactions() - transactions;
        Transaction {
            bytes: (length() - before) / transactions,
            commits: commits / transactions,
        }
    }
}

/// The average size of one transaction of a load.
#[derive(Clone, Copy)]
pub struct Transaction {
    pub bytes: u64,
    pub commits: u64,
}

/// The rows that grants depend on.
fn prepared(session: Session) -> [Commit; 3] {
    let user = User {
        id: session.user,
        username: Username::parse("alice").unwrap(),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 1,
        disabled: false,
        created_at: START,
        rights_reduced_at: None,
    };
    [
        Commit::new(Pivot::InsertUser {
            user: Box::new(user),
            password: None,
            among: Among::Others,
        }),
        Commit::new(Pivot::InsertClient(Box::new(client()))),
        Commit::new(Pivot::InsertSession {
            session: Box::new(session),
            user_epoch: 1,
        }),
    ]
}

fn session() -> Session {
    let draw = Entropy::from_seed([9; 32]);
    Session {
        id: SessionId::new(START, &draw),
        cookie: Digest::of(b"cookie"),
        user: UserId::new(START, &draw),
        authentication: Authentication {
            at: START,
            amr: vec!["pwd".to_owned()],
        },
        last_seen: START,
        ended_at: None,
    }
}

fn client() -> Client {
    Client {
        client_id: "spa".parse().unwrap(),
        client_name: None,
        auth_method: AuthMethod::None,
        secrets: Vec::new(),
        jwks: None,
        jwks_uri: None,
        redirect_uris: vec!["https://app.example.com/callback".parse().unwrap()],
        post_logout_redirect_uris: Vec::new(),
        backchannel_logout_uri: None,
        grant_types: GrantType::ALL.to_vec(),
        scope: "openid accounts:read".parse().unwrap(),
        id_token_signed_response_alg: "RS256".parse().unwrap(),
        settings: ClientSettings::default(),
        epoch: 1,
        origin: ClientOrigin::Administration,
        disabled: false,
    }
}
