//! `airside-resource` with other frameworks. Each module is a small API of notes, each of which has an
//! owner, and a test of it.
//!
//! | module | shows |
//! |---|---|
//! | [`actix`] | verification in a middleware, rules in handlers |
//! | [`poem`] | the same |
//! | [`tonic`] | the layer in front of a gRPC service |
//! | [`utoipa`] | the rules in a document that utoipa makes |

pub mod actix;
pub mod poem;
pub mod tonic;
pub mod utoipa;

/// Returns the owner and the text of a note.
fn note(id: i64) -> Option<(&'static str, &'static str)> {
    match id {
        1 => Some(("alice", "milk")),
        2 => Some(("bob", "bread")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
