use airside_resource::{doc::*, *};

actions! {
    Open creates Account = rule::scope("accounts:open").any_object();
}

pub async fn open(new: Create<Account, Open>) -> Result<(), Rejection> {
    new.insert(vec![("name", "new".into())]).await.map(drop)
}

pub fn routes() -> Router<State> {
    Router::new().post("/accounts", open)
}
