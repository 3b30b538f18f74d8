//! State that the protocol rests on, and the decisions that change it.
//!
//! [`decide`] says how a request looks at state, decides and commits; the other modules are the
//! rows and what may become of them.

pub mod account;
pub mod claim;
pub mod commit;
pub mod consent;
pub mod decide;
pub mod event;
pub mod feed;
pub mod grant;
pub mod lifetime;
pub mod role;
pub mod session;
pub mod status;
pub mod user;
