// says: `airside_resource::doc::ReadAccount` only reads `airside_resource::doc::Account`
use airside_resource::{doc::*, *};

pub async fn rename(account: Authorized<Account, ReadAccount>) {
    let _ = account.delete().await;
}
