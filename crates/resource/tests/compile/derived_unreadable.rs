// says: a column in memory cannot be read as a `Duration`
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(opaque)]
    lifetime: std::time::Duration,
}
