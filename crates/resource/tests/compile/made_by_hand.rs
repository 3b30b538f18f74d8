// says: due to private fields
use airside_resource::{doc::*, *};

pub fn account(record: Account) -> Authorized<Account, ReadAccount> {
    Authorized { record }
}
