// says: a record is a struct whose fields are named as the columns are
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note(i64);
