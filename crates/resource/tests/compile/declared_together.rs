use airside_resource::{doc::*, *};

type Both = (Authorized<Account, ReadAccount>, Function<DeleteUser>);

async fn account((account, _): Both) -> String {
    account.name.clone()
}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account)
}
