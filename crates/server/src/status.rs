//! The status lists (draft-ietf-oauth-status-list-21): the places that grants get in them, and the
//! lists as they are served.

mod index;
mod published;

pub use index::{ReservedIndex, StatusIndexes};
pub(crate) use published::Contents;
pub use published::{LOOK_AGAIN, PublishedList, StatusLists};
