// says: rules look at the column that hides
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(hidden_when_set, opaque)]
    deleted_at: Option<i64>,
}
