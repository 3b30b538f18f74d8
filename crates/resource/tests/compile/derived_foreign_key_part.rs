// says: the last field of the key is the one that a path names; those before it are the owner, the tenant or the parent
use airside_resource::{memory::Memory, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    #[record(key)]
    year: i64,
    #[record(key)]
    number: i64,
}
