//! A server whose disk is full.

use rustix::process::{Resource, Rlimit, prlimit};

use super::CHAINS;
use crate::{
    app::{App, CONFIGURATION, redeem, refresh},
    server::{Place, Server},
};

/// A server whose disk is full, and what clients hold of it.
pub struct Full {
    pub place: Place,
    pub server: Server,
    pub app: App,
    /// The newest acknowledged refresh token of every chain.
    pub chains: Vec<String>,
    pub access_token: String,
    /// A code that nobody has redeemed.
    pub code: String,
}

impl Full {
    pub async fn new() -> Self {
        let place = Place::new(CONFIGURATION);
        let server = place.serve_on_a_disk_of(1024 * 1024);
        let app = App::sign_in(&server.url).await;
        let mut full = Self {
            code: app.code().await,
            place,
            app,
            chains: Vec::new(),
            access_token: String::new(),
            server,
        };
        for _ in 0..CHAINS {
            let code = full.app.code().await;
            let answer = redeem(&full.server.url, &code).await.expect("an answer");
            full.chains.push(answer.member("refresh_token"));
            full.access_token = answer.member("access_token");
        }
        full.fill().await;
        full
    }

    /// Takes the room away, in the middle of refreshes.
    pub async fn fill(&mut self) {
        for round in 0..200 {
            let chain = &mut self.chains[round % CHAINS];
            let answer = refresh(&self.server.url, chain).await.expect("an answer");
            assert_eq!(answer.status, 200);
            *chain = answer.member("refresh_token");
        }
        self.limit_files_to(Some(4096));
    }

    /// Nothing can be written behind this size, in any file.
    pub fn limit_files_to(&self, size_bytes: Option<u64>) {
        limit_files_of(&self.server, size_bytes);
    }
}

/// The same of any server.
pub fn limit_files_of(server: &Server, size_bytes: Option<u64>) {
    let limit = Rlimit {
        current: size_bytes,
        maximum: None,
    };
    prlimit(Some(server.pid()), Resource::Fsize, limit).unwrap();
}
