// says: `airside_resource::doc::DeleteUser` is not an action on a `airside_resource::doc::Account` that is there
// says: actions! {
use airside_resource::{doc::*, *};

async fn account(_: Authorized<Account, DeleteUser>) {}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
