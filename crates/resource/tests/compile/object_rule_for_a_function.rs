// says: is not a rule of a function, which has no record
use airside_resource::{actions, rule};

actions! {
    DeleteUser = rule::role("admin").owner();
}
