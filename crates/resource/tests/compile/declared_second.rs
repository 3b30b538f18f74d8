// says: this handler has no declaration of what the caller must be allowed to do
use airside_resource::{doc::*, *};

async fn account(body: Caller, _: Public<Health>) -> String {
    format!("{body:?}")
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
