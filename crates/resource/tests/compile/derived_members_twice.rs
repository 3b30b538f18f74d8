// says: it is said twice
use airside_resource::{memory::Memory, policy::Membership, Record};

#[derive(Record)]
#[record(table = "notes", records = Memory, members(staff = staff(), staff = staff()))]
pub struct Note {
    id: i64,
}

fn staff() -> Membership {
    Membership::of("Note").in_table("staff")
}
