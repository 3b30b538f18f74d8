//! Those who play: the servers, the people, and their messages.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::sync::Mutex;

use super::{Framework, live::LiveLog, scene::Scene, thief::Thief};
use crate::{
    app::{App, Tokens},
    bare_bank::BareBank,
    expectation::status,
    guarded::Guarded,
    narrator::Narrator,
    stage::{Stage, Visitor},
    step,
    tap::{ACT, STEPS, Tap},
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
        let (mut world, doors) = World::start(beside, Some(&tap), clients).await?;
        tap.fill_in(&world.alice);
        let bare = BareBank::open(&world.alice, &world.bob);
        let (listener, bare_url) = bind(beside)?;
        world.serve(listener, bare.router());
        let guarded = Guarded::start(&mut world, &bare_url).await?;
        let passed_on = tap.router(WireServer::Guarded, guarded.address);
        world.serve(doors.bank, passed_on);
        let (listener, _) = bind(beside)?;
        let passed_on = tap.router(WireServer::App, listener.local_addr()?);
        let app = bank_app::router(&world, &format!("http://{page}"));
        world.serve(listener, app);
        world.serve(doors.app, passed_on);
        let (listener, thief_url) = bind(beside)?;
        let thief = Thief::new(&thief_url, &world.issuer);
        world.serve(listener, thief.router());
        let live = LiveLog::new();
        let (watch, drain) = (
            live.clone().watch(passages, world.audit_trail()),
            world.drain().clone(),
        );
        world.spawn(async move {
            tokio::select! { () = watch => {}, () = drain.started() => {} }
        });
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
    pub async fn play_steps(&self) -> Result<(Scene, Tokens)> {
        let _turn = self.people.lock().await;
        drop(self.tap.take_played());
        let mut mute = |_: &str| {};
        let mut stage = self.stage(&mut mute);
        stage.play = Some(STEPS);
        let mut app = App::of_the_bank(&self.world);
        app.prompt = Some("consent");
        let mut visitor = Visitor::new(&self.world.alice, app);
        let returned = step::authorize_silently(&mut stage, &mut visitor).await?;
        stage.silently();
        let tokens = step::redeem(&mut stage, &visitor.app, &returned).await?;
        let call = stage.bank("/api/v1/accounts/1001", &tokens.access);
        let answer = stage.send_silently(&call).await?;
        status("Alice's account", http::StatusCode::OK, &answer)?;
        let played = Scene::of(&self.tap.take_played());
        Ok((played.context("the tap has seen nothing")?, tokens))
    }

    /// Returns a stage that tells nothing.
    pub fn stage<'a>(&'a self, mute: &'a mut (dyn FnMut(&str) + Send)) -> Stage<'a> {
        let mut stage = Stage::new(&self.world, Narrator::new(mute));
        stage.play = Some(ACT);
        stage.silently();
        stage
    }

    /// Returns the sign-in of the person at the browser, as far as it has come.
    pub fn own(&self) -> Option<Scene> {
        Scene::of(&self.tap.own())
    }
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
