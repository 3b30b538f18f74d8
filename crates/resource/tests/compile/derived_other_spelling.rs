// says: the column `OWNER` is there twice
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(owner)]
    owner: String,
    #[record(writable, column = "OWNER")]
    text: String,
}
