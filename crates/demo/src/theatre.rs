//! The pages of the demonstration: the seven steps as a drawing of the real messages, the attacks as cards,
//! a token inspector, and the ways on.
//!
//! | module | holds |
//! |---|---|
//! | `company` | the servers, the people and the tap |
//! | `scene` | the seven steps as data, with their explanations |
//! | `attack` | the attacks: what is sent, and what stops it |
//! | `trial` | a request without one of its parameters |
//! | `count` | the look-ups that a session and a token cost |
//! | `twin` | the same claims, signed with a shared secret |
//! | `inspect`, `protect` | the token inspector; a first `guard.toml` |
//! | `bank_app`, `thief` | the app in the browser; the thief's server |
//! | `site`, `ticket` | the routes of the page; who may use them |
//! | `view` | the page, served or recorded |

mod attack;
mod bank_app;
mod company;
mod count;
mod framework;
mod inspect;
mod protect;
mod scene;
mod site;
mod thief;
mod ticket;
mod trial;
mod twin;
mod view;

use std::{net::SocketAddr, sync::Arc};

use airside_net::{Drain, Listener, Server};
use anyhow::{Context, Result, ensure};
use tokio::{net::TcpListener, sync::Mutex};

pub use self::framework::{Framework, Snippet, SnippetPlaces};
use self::{
    attack::{ATTACKS, Outcomes},
    company::Company,
    count::Count,
    inspect::Inspection,
    protect::Protection,
    scene::Scene,
    ticket::Ticket,
    trial::Trial,
    twin::Twin,
};
use crate::world;

/// The demonstration in a browser, ready to be served.
#[derive(Debug)]
pub struct Theatre {
    house: Arc<House>,
    listener: TcpListener,
}

/// Everything that a request of the page needs.
struct House {
    company: Company,
    ticket: Ticket,
    shown: Mutex<Shown>,
}

/// The state of the page: what was played and tried so far.
struct Shown {
    scene: Scene,
    twin: Twin,
    outcomes: Outcomes,
    trial: Option<Trial>,
    count: Option<Count>,
    inspection: Option<Inspection>,
    protection: Option<Protection>,
}

impl Theatre {
    /// Starts the servers, and plays the seven steps once. The page listens on `listen`, everything else
    /// beside it on random ports.
    ///
    /// # Errors
    ///
    /// Fails if the address is not loopback, if a server does not start, or if the steps cannot be played.
    pub async fn open(listen: SocketAddr, frameworks: Vec<Framework>) -> Result<Self> {
        ensure!(
            listen.ip().is_loopback(),
            "the demo listens on a loopback address only, not on `{listen}`"
        );
        let (listener, url) = world::bind(listen)?;
        let company = Company::start(listener.local_addr()?, frameworks).await?;
        let (scene, tokens) = company.play_steps().await?;
        let shown = Shown {
            twin: Twin::of(&tokens, &company.world)?,
            scene,
            outcomes: Outcomes::new(),
            trial: None,
            count: None,
            inspection: None,
            protection: None,
        };
        let house = House {
            company,
            ticket: Ticket::new(url),
            shown: Mutex::new(shown),
        };
        Ok(Self {
            house: Arc::new(house),
            listener,
        })
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> &str {
        self.house.ticket.url()
    }

    /// Tries every attack, and returns one page that holds everything and needs no server.
    ///
    /// # Errors
    ///
    /// Fails if a request has no answer, or if an attack was not refused.
    pub async fn record(&self) -> Result<String> {
        for attack in &ATTACKS {
            let outcome = self.house.attack(attack).await?;
            ensure!(outcome, "the attack `{}` was not refused", attack.id);
        }
        self.house.count().await?;
        let shown = self.house.shown.lock().await;
        Ok(view::recorded(&self.house, &shown))
    }

    /// Serves the page until the drain has finished, then ends every server.
    ///
    /// # Errors
    ///
    /// Fails if a server does not stop, or its store cannot be deleted.
    pub async fn serve(self, drain: Drain) -> Result<()> {
        let router = site::router(Arc::clone(&self.house));
        let server = Server::new().listen(Listener::tcp(self.listener));
        server.serve(router, drain).await;
        stop(self.house).await
    }

    /// Ends every server.
    ///
    /// # Errors
    ///
    /// Fails as [`Theatre::serve`].
    pub async fn stop(self) -> Result<()> {
        stop(self.house).await
    }
}

async fn stop(house: Arc<House>) -> Result<()> {
    let house = Arc::into_inner(house).context("the page is still in use")?;
    house.company.world.stop().await
}

impl House {
    /// Tries an attack; true if it went as it must.
    async fn attack(&self, attack: &'static attack::Attack) -> Result<bool> {
        let outcome = attack::play(&self.company, attack).await?;
        let is_as_expected = outcome.is_as_expected();
        let mut shown = self.shown.lock().await;
        shown.outcomes.insert(attack.id, outcome);
        Ok(is_as_expected)
    }

    async fn play(&self) -> Result<()> {
        let (scene, tokens) = self.company.play_steps().await?;
        let twin = Twin::of(&tokens, &self.company.world)?;
        let mut shown = self.shown.lock().await;
        (shown.scene, shown.twin, shown.trial) = (scene, twin, None);
        Ok(())
    }

    async fn count(&self) -> Result<()> {
        let count = count::measure(&self.company).await?;
        self.shown.lock().await.count = Some(count);
        Ok(())
    }
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("House")
    }
}
