// says: does not say that it belongs to `airside_resource::doc::Transfer`
// says: say which column holds the parent's key
use airside_resource::{doc::*, *};

actions! {
    Seen reads Transfer = rule::any_token().any_object();
    Look reads Account = rule::scope("accounts:read").through::<Transfer, Seen>();
}
