// says: an action `reads`, `writes` or `creates` a record, and does not `read` it
use airside_resource::{actions, memory::Memory, rule, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(owner)]
    owner: String,
}

actions! {
    ReadNote read Note = rule::any_token().owner();
}
