//! The places of a request where the identifier of an object goes: the path, the query, headers, members of the
//! body and the items of lists.
//!
//! | module | holds |
//! |---|---|
//! | `model` | a place |
//! | `find` | the places of an operation |
//! | `body` | the places of a body |
//! | `reference` | the place that a name makes, and whether it refers to an object at all |
//! | `name` | the kinds of objects that names identify |

mod body;
mod find;
mod model;
mod name;
mod reference;

pub(super) use find::{parameter_of, slots};
pub use model::{Form, Place, Slot};
