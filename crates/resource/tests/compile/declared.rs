use airside_resource::{doc::*, *};

async fn account(account: Authorized<Account, ReadAccount>) -> String {
    account.name.clone()
}

async fn rename(account: Authorized<Account, RenameAccount>) -> Result<(), Rejection> {
    account.update(vec![("name", "new".into())]).await.map(drop)
}

async fn health(_: Public<Health>) {}

pub fn routes() -> Router<State> {
    Router::new().get("/{id}", account).put("/{id}", rename).get("/health", health)
}
