// says: the record is there for nobody while this has a value: it is an `Option`
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(writable, hidden_when_set)]
    is_deleted: bool,
}
