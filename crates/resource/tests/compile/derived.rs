use airside_resource::{memory::Memory, policy::Value, *};

#[derive(Record)]
#[record(table = "projects", records = Memory, parameter = "project")]
pub struct Project {
    #[record(key)]
    number: i64,
    #[record(owner, column = "belongs_to")]
    owner: Option<String>,
    #[record(tenant)]
    org: String,
}

#[derive(Record)]
#[record(table = "tasks", records = Memory, type_name = "Duty")]
pub struct Task {
    id: String,
    #[record(parent = Project)]
    project: i64,
    #[record(writable)]
    r#type: String,
    #[record(writable, hidden_when_set)]
    deleted_at: Option<i64>,
}

actions! {
    See reads Project = rule::scope("projects").owner().and_tenant("org");
    SeeTask reads Task = rule::any_token().through::<Project, See>();
}

pub fn value(project: &Project) -> Value {
    project.column("belongs_to")
}
