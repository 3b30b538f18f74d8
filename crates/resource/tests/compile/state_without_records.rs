// says: FromRef<Mine>` is not satisfied
// says: for `ResourceServer`
use airside_resource::{doc::{Account, ReadAccount}, *};

#[derive(Clone)]
pub struct Mine;

async fn account(account: Authorized<Account, ReadAccount>) -> String {
    account.name.clone()
}

pub fn routes() -> Router<Mine> {
    Router::new().get("/{id}", account)
}
