// says: no handler sets the version: it is not `writable`
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(version, writable)]
    version: i64,
}
