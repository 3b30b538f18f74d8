// says: this handler has no declaration of what the caller must be allowed to do
use airside_resource::{doc::*, *};

async fn account(_: Public<Health>, account: Authorized<Account, ReadAccount>) -> String {
    account.name.clone()
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
