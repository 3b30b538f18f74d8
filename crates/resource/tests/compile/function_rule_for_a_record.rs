// says: is not a rule about one `airside_resource::doc::Account`
// says: say which ones: `.owner()`
use airside_resource::{doc::*, *};

actions! {
    Look reads Account = rule::scope("accounts:read");
}
