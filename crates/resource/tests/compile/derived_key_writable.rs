// says: no handler sets the key
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    #[record(writable)]
    id: i64,
}
