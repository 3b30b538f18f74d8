// says: say the table of the records
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(records = Memory)]
pub struct Note {
    id: i64,
}
