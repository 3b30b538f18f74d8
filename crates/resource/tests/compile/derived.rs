use airside_resource::{memory::Memory, policy::{Membership, Relation, Value}, *};

#[derive(Record)]
#[record(table = "projects", records = Memory, parameter = "project", members(members = members()))]
pub struct Project {
    #[record(key)]
    number: i64,
    #[record(owner, column = "belongs_to")]
    owner: Option<String>,
    #[record(tenant)]
    org: String,
}

fn members() -> Membership {
    Membership::of(Project::TYPE).in_table("project_members")
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

pub fn relations() -> Vec<Relation> {
    [Project::relations(), Task::relations(), vec![Task::relation()]].concat()
}
