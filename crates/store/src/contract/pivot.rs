//! A pivot changes exactly one row, or the commit is a conflict and nothing changes.

mod client;
mod code;
mod key;
mod session;
mod user;

use airside_oauth::state::{
    decide::{Commit, Pivot},
    session::Session,
};

pub use self::{client::*, code::*, key::*, session::*, user::*};
use crate::contract::fixture::at;

fn end(session: &Session, seconds: i64) -> Commit {
    Commit::new(Pivot::EndSession {
        session: session.id,
        at: at(seconds),
    })
}
