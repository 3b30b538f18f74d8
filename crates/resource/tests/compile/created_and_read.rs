// says: `Open` is not an action on a `airside_resource::doc::Account` that is there
// says: one that `creates` is for `Create` only
use airside_resource::{doc::*, *};

actions! {
    Open creates Account = rule::scope("accounts:open").any_object();
}

pub async fn every_account(accounts: Listed<Account, Open>) -> Result<usize, Rejection> {
    Ok(accounts.page(None, 100).await?.len())
}
