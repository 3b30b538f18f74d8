//! A pivot changes exactly one row, or the commit is a conflict and nothing changes.

mod client;
mod code;
mod key;
mod session;
mod user;

use airside_oauth::state::{
    consent::Consent,
    decide::{Commit, ConsentLookup, Keys, Pivot},
    session::Session,
    user::User,
};

pub use self::{client::*, code::*, key::*, session::*, user::*};
use crate::contract::fixture::{World, at, consent};

fn change_user(user: User, expected: u32) -> Commit {
    Commit::new(Pivot::UpdateUser {
        user: Box::new(user),
        expected,
    })
}

async fn look_consent(world: &World) -> Option<Consent> {
    let key = consent(&world.alice, "").key;
    let lookup = ConsentLookup {
        user: Some(key.user),
        client: key.client,
        redirect_host: key.redirect_host,
    };
    world
        .look(Keys {
            consent: Some(lookup),
            ..Keys::default()
        })
        .await
        .consent
}

fn end(session: &Session, seconds: i64) -> Commit {
    Commit::new(Pivot::EndSession {
        session: session.id,
        at: at(seconds),
    })
}
