// says: this handler has no declaration of what the caller must be allowed to do
// says: begin with one of `Authorized<Record, Action>`
use airside_resource::{doc::*, *};

async fn account() -> &'static str {
    "somebody's"
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
