// says: a handler is an `async fn`
use airside_resource::{doc::*, *};

fn account(account: Authorized<Account, ReadAccount>) -> String {
    account.name.clone()
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
