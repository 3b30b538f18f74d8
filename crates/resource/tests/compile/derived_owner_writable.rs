// says: no handler sets the owner
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(owner, writable)]
    owner: String,
}
