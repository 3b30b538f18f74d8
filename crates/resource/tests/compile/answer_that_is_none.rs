// says: it returns what axum can answer
use airside_resource::{doc::*, *};

async fn account(account: Authorized<Account, ReadAccount>) -> Account {
    account.into_inner()
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
