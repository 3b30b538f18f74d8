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
//! | `live` | alarms, revocations and refusals, as they happen |
//! | `bank_app`, `thief` | the app in the browser; the thief's server |
//! | `state` | the state of the page |
//! | `site`, `origin` | the routes of the page; who may use them |
//! | `view` | the page, served or recorded |
//! | `told` | the same as text |

mod attack;
mod bank_app;
mod company;
mod count;
mod framework;
mod inspect;
mod live;
mod origin;
mod protect;
mod scene;
mod site;
mod state;
mod thief;
mod told;
mod trial;
mod twin;
mod view;

use std::{net::SocketAddr, sync::Arc};

use airside_net::{Drain, Listener, Server};
use anyhow::{Context, Result, ensure};
use tokio::{net::TcpListener, sync::Mutex};

pub(crate) use self::told::tell;
use self::{
    attack::ATTACKS,
    company::Company,
    origin::PageOrigin,
    state::{Shown, TheatreState},
    twin::Twin,
};
pub use self::{
    framework::{Framework, Snippet, SnippetPlaces},
    told::{Played, PlayedAttack, PlayedStep},
};
use crate::world;

/// The demonstration in a browser, ready to be served.
#[derive(Debug)]
pub struct Theatre {
    state: Arc<TheatreState>,
    listener: TcpListener,
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
        let played = company.play_steps().await?;
        let twin = Twin::of(&played.tokens, &company.world)?;
        let shown = Shown::new(played.scene, twin);
        let state = TheatreState {
            company,
            origin: PageOrigin::new(url),
            shown: Mutex::new(shown),
        };
        Ok(Self {
            state: Arc::new(state),
            listener,
        })
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> &str {
        self.state.origin.url()
    }

    /// Tries every attack, and returns one page that holds everything and needs no server.
    ///
    /// # Errors
    ///
    /// Fails if a request has no answer, or if an attack was not refused.
    pub async fn record(&self) -> Result<String> {
        for attack in &ATTACKS {
            let outcome = self.state.attack(attack).await?;
            ensure!(outcome, "the attack `{}` was not refused", attack.id);
        }
        self.state.count().await?;
        let shown = self.state.shown.lock().await;
        Ok(view::recorded(&self.state, &shown))
    }

    /// Serves the page until the drain has finished, then ends every server.
    ///
    /// # Errors
    ///
    /// Fails if a server does not stop, or its store cannot be deleted.
    pub async fn serve(self, drain: Drain) -> Result<()> {
        let router = site::router(Arc::clone(&self.state), &drain);
        let server = Server::new().listen(Listener::tcp(self.listener));
        server.serve(router, drain).await;
        stop(self.state).await
    }

    /// Ends every server.
    ///
    /// # Errors
    ///
    /// Fails as [`Theatre::serve`].
    pub async fn stop(self) -> Result<()> {
        stop(self.state).await
    }
}

async fn stop(state: Arc<TheatreState>) -> Result<()> {
    let state = Arc::into_inner(state).context("the page is still in use")?;
    state.company.world.stop().await
}
