//! Those who play: the servers, the people, and their messages.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc::UnboundedReceiver},
};

use super::{Framework, live::LiveLog, scene::Scene, thief::Thief};
use crate::{
    app::{App, Tokens},
    bare_bank::BareBank,
    expectation::status,
    guarded::Guarded,
    stage::{Stage, Visitor},
    step,
    tap::{Passage, STEPS, Tap},
    theatre::bank_app,
    wire::WireServer,
    world::{World, bind},
};

/// The servers, and the people at their browsers.
pub struct Company {
    pub world: World,
    pub tap: Tap,
    pub live: LiveLog,
    pub bare: BareBank,
    pub bare_url: String,
    pub guarded: Guarded,
    pub thief: Thief,
    pub frameworks: Vec<Framework>,
    /// One act at a time.
    pub people: Mutex<People>,
}

/// The people at their browsers.
pub struct People {
    pub alice: Visitor,
    pub bob: Visitor,
    pub admin: Visitor,
}

impl Company {
    /// Starts every server.
    pub async fn start(page: SocketAddr, mut frameworks: Vec<Framework>) -> Result<Self> {
        let (tap, passages) = Tap::new();
        let beside = SocketAddr::new(page.ip(), 0);
        let clients = frameworks.iter_mut().map(Framework::register).collect();
        let (mut world, doors) = World::start(beside, &tap, clients).await?;
        tap.fill_in(&world.alice);
        let bare = BareBank::open(&world.alice, &world.bob);
        let (listener, bare_url) = bind(beside)?;
        world.serve(listener, bare.router());
        let guarded = Guarded::start(&mut world, &bare_url).await?;
        let passed_on = tap.router(WireServer::Guarded, guarded.address);
        world.serve(doors.bank, passed_on);
        serve_app(&mut world, doors.app, &tap, page)?;
        let (listener, thief_url) = bind(beside)?;
        let thief = Thief::new(&thief_url, &world.issuer);
        world.serve(listener, thief.router());
        let live = LiveLog::new();
        watch(&mut world, live.clone(), passages);
        Ok(Self {
            people: Mutex::new(People::of(&world)),
            world,
            tap,
            live,
            bare,
            bare_url,
            guarded,
            thief,
            frameworks,
        })
    }

    /// Plays the seven steps in a new browser, and returns what was sent.
    pub async fn play_steps(&self) -> Result<PlayedSteps> {
        let _turn = self.people.lock().await;
        drop(self.tap.take_played());
        let mut stage = self.stage();
        stage.play = STEPS;
        let mut app = App::of_the_bank(&self.world);
        app.prompt = Some("consent");
        let mut visitor = Visitor::new(&self.world.alice, app);
        let tokens = step::sign_in(&mut stage, &mut visitor).await?;
        read_account(&mut stage, &tokens).await?;
        let scene = Scene::of(&self.tap.take_played());
        Ok(PlayedSteps {
            scene: scene.context("the tap has seen nothing")?,
            tokens,
        })
    }

    /// Reads Alice's account once more, and returns the number of requests that reached the issuer.
    pub async fn look_ups(&self, tokens: &Tokens) -> Result<u64> {
        let _turn = self.people.lock().await;
        let before = self.tap.requests_at_issuer();
        read_account(&mut self.stage(), tokens).await?;
        Ok(self.tap.requests_at_issuer() - before)
    }

    /// Returns a stage for acts.
    pub fn stage(&self) -> Stage<'_> {
        Stage::new(&self.world)
    }

    /// Returns the sign-in of the person at the browser, as far as it has come.
    pub fn own(&self) -> Option<Scene> {
        Scene::of(&self.tap.own())
    }
}

/// Serves the app behind its tap; it links back to the page.
fn serve_app(world: &mut World, door: TcpListener, tap: &Tap, page: SocketAddr) -> Result<()> {
    let (listener, _) = bind(SocketAddr::new(page.ip(), 0))?;
    let passed_on = tap.router(WireServer::App, listener.local_addr()?);
    let app = bank_app::router(world, &format!("http://{page}"));
    world.serve(listener, app);
    world.serve(door, passed_on);
    Ok(())
}

/// Writes the live log until the servers end.
fn watch(world: &mut World, live: LiveLog, passages: UnboundedReceiver<Passage>) {
    let watch = live.watch(passages, world.audit_trail());
    let drain = world.drain().clone();
    world.spawn(async move {
        tokio::select! { () = watch => {}, () = drain.started() => {} }
    });
}

/// The seven steps, as they were played.
pub struct PlayedSteps {
    pub scene: Scene,
    pub tokens: Tokens,
}

async fn read_account(stage: &mut Stage<'_>, tokens: &Tokens) -> Result<()> {
    let call = stage.bank("/api/v1/accounts/1001", &tokens.access);
    let answer = stage.send(&call).await?;
    status("Alice's account", http::StatusCode::OK, &answer)
}

impl People {
    fn of(world: &World) -> Self {
        let visitor = |person| Visitor::new(person, App::of_the_bank(world));
        Self {
            alice: visitor(&world.alice),
            bob: visitor(&world.bob),
            admin: visitor(&world.admin),
        }
    }
}
