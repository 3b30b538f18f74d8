// says: its other arguments are extractors of axum
use airside_resource::{doc::*, *};

pub struct NotAnExtractor;

async fn account(account: Authorized<Account, ReadAccount>, _: NotAnExtractor) -> String {
    account.name.clone()
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
