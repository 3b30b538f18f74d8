// says: the record is hidden while this has a value: it must be an `Option`
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(writable, hidden_when_set)]
    is_deleted: bool,
}
