// says: no rule can compare a `Duration`
// says: write `#[record(opaque)]` at the field
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    size: std::time::Duration,
}
