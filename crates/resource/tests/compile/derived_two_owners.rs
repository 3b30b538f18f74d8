// says: only one field can be `owner`
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(owner)]
    owner: String,
    #[record(owner)]
    author: String,
}
