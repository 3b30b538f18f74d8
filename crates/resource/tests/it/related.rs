//! A policy that looks at parents and members finds what Cedar itself decides with all entities given: in
//! memory, in SQLite and in PostgreSQL, with parents that are missing, hidden and incomplete.

mod world;

use airside_resource::{
    Query, Record, Records,
    memory::Memory,
    policy::{
        Membership, Policies, Predicate, Value,
        cedar::{Cedar, PolicyError},
    },
    postgres::Postgres,
    record,
    sqlite::Sqlite,
};
use cedar_policy::PolicySet;

use crate::differential::{Dice, scale};
use world::{ORGS, Row, World};

const SCHEMA: &str = r#"
    entity Org { open?: Bool };
    entity Project in [Org] { owner?: User, label?: String, size: Long, org: Org, members: Set<User> };
    entity Task in [Project] { owner?: User, balance: Long, project?: Project, editors: Set<User> };
    action Read appliesTo { principal: [User, Client], resource: [Task] };
"#;

const TABLES: &str = "
    CREATE TABLE orgs (name text PRIMARY KEY, open boolean);
    CREATE TABLE projects (id bigint PRIMARY KEY, owner text, label text, size bigint, org text, deleted boolean);
    CREATE TABLE project_members (project bigint, person text);
    CREATE TABLE task_people (task bigint, person text, role text);
    CREATE TABLE tasks (id bigint PRIMARY KEY, owner text, balance bigint, project bigint);";

impl Dice {
    fn related_atom(&mut self) -> String {
        let project = i64::try_from(self.below(14)).unwrap();
        match self.below(16) {
            0 => "principal is User && resource has project && resource.project has owner \
                  && resource.project.owner == principal"
                .to_owned(),
            1 => format!(
                "resource has project && resource.project has label && resource.project.label {} {}",
                self.one(&["==", "!="]),
                self.quoted()
            ),
            2 => format!(
                "resource has project && resource.project.size {} {}",
                self.one(&["<", "<=", ">", ">=", "==", "!="]),
                self.number()
            ),
            3 => {
                "resource has project && resource.project.org has open && resource.project.org.open"
                    .to_owned()
            }
            4 => "resource has project.label".to_owned(),
            5 => format!("resource in Project::\"{project}\""),
            6 => format!("resource in Org::\"{}\"", self.one(&ORGS)),
            7 => format!(
                "resource in [Project::\"{project}\", Project::\"{}\"]",
                self.below(14)
            ),
            8 => format!("resource has project && resource.project == Project::\"{project}\""),
            9 => format!(
                "resource has project && resource.project in Org::\"{}\"",
                self.one(&ORGS)
            ),
            10 => format!(
                "resource has project && resource.project.org == Org::\"{}\"",
                self.one(&ORGS)
            ),
            11 => "principal is User && principal in resource.editors".to_owned(),
            12 => format!("resource.editors.contains(User::{})", self.quoted()),
            13 => "principal is User && resource has project \
                   && resource.project.members.contains(principal)"
                .to_owned(),
            14 => {
                "resource has project && principal.hasTag(\"org\") && resource.project has label \
                   && resource.project.label == principal.getTag(\"org\")"
                    .to_owned()
            }
            _ => format!("resource.balance < {}", self.number()),
        }
    }
}

fn members() -> Membership {
    Membership::of("Project")
        .in_table("project_members")
        .record_column("project")
}

fn editors() -> Membership {
    let people = Membership::of("Task").in_table("task_people");
    people
        .record_column("task")
        .when(Predicate::equal("role", "editor"))
}

/// The same records in three places.
macro_rules! records {
    ($($module:ident: $records:ident;)*) => {$(
        mod $module {
            use super::*;

            #[derive(Record)]
            #[record(table = "orgs", records = $records)]
            pub struct Org {
                #[record(key)]
                name: String,
                open: Option<bool>,
            }

            #[derive(Record)]
            #[record(table = "projects", records = $records, members(members = members()))]
            pub struct Project {
                id: i64,
                owner: Option<String>,
                label: Option<String>,
                size: Option<i64>,
                #[record(parent = Org)]
                org: Option<String>,
                #[record(hidden_when_set)]
                deleted: Option<bool>,
            }

            #[derive(Record)]
            #[record(table = "tasks", records = $records, members(editors = editors()))]
            pub struct Task {
                id: i64,
                owner: Option<String>,
                balance: Option<i64>,
                #[record(parent = Project)]
                project: Option<i64>,
            }
        }
    )*};
}

records! {
    in_sqlite: Sqlite;
    in_postgres: Postgres;
    in_memory: Memory;
}

/// The world in three places.
struct Filled {
    world: World,
    memory: Memory,
    sqlite: Sqlite,
    postgres: Postgres,
}

fn new_pool() -> deadpool_postgres::Pool {
    let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    deadpool_postgres::Pool::builder(manager).build().unwrap()
}

impl Filled {
    async fn roll(dice: &mut Dice) -> Self {
        let world = World::roll(dice);
        let memory = Memory::default();
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        let pool = new_pool();
        let client = pool.get().await.unwrap();
        client.batch_execute(TABLES).await.unwrap();
        for (table, row) in world.rows() {
            memory.unprotected().insert(table, row.clone());
            let sql = inserted(table, &row);
            connection.execute_batch(&sql).unwrap();
            client.batch_execute(&sql).await.unwrap();
        }
        Self {
            world,
            memory,
            sqlite: Sqlite::new(connection),
            postgres: Postgres::new(pool),
        }
    }
}

/// A row as SQL, whose texts are the test's own.
fn inserted(table: &str, row: &Row) -> String {
    let names: Vec<_> = row.iter().map(|(name, _)| *name).collect();
    let values = row.iter().map(|(_, value)| match value {
        Value::Null => "NULL".to_owned(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Integer(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        other => panic!("{other:?}"),
    });
    let values: Vec<_> = values.collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({});",
        names.join(", "),
        values.join(", ")
    )
}

async fn found<T: Record>(records: &impl Records<T>, filter: &Predicate) -> Vec<Value> {
    let listed = records.run(Query::unprotected_list(filter.clone(), None, 1000));
    let listed = listed.await.unwrap();
    listed.iter().map(|record| record.column("id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_about_parents_and_members_finds_what_cedar_decides() {
    let mut dice = Dice(0x5eed_0000_0000_0019);
    let Filled {
        world,
        memory,
        sqlite,
        postgres,
    } = Filled::roll(&mut dice).await;
    let (mut judged, mut some, mut none, mut alone) = (0, 0, 0, 0);
    while judged < 80 * scale() {
        let text = dice.policies(Dice::related_atom);
        let principal = dice.principal();
        if principal.subject.is_empty() {
            continue;
        }
        let policies = match Cedar::parse(SCHEMA, &text) {
            Ok(policies) => policies,
            // such as one that can never hold
            Err(PolicyError::Invalid { .. }) => continue,
            Err(other) => panic!("{other}: {text}"),
        };
        let all: PolicySet = text.parse().unwrap();
        let tasks = world.tasks.iter();
        let here = tasks
            .filter(|task| world.is_sound(task, &text) && world.decides(&all, &principal, task));
        let here: Vec<Value> = here.map(|task| task.id.into()).collect();

        // what the start asks of the databases
        let probe = policies.check("Read", record::shape::<in_memory::Task>());
        let probe = Predicate::And(vec![probe.unwrap(), Predicate::Always(false)]);
        assert_eq!(found::<in_sqlite::Task>(&sqlite, &probe).await, []);
        assert_eq!(found::<in_postgres::Task>(&postgres, &probe).await, []);

        let filter = policies.filter(&principal, "Read", record::shape::<in_memory::Task>());
        let what = format!("{text}{principal:?}\n{filter}");
        assert_eq!(
            found::<in_memory::Task>(&memory, &filter).await,
            here,
            "{what}"
        );
        assert_eq!(
            found::<in_sqlite::Task>(&sqlite, &filter).await,
            here,
            "{what}"
        );
        assert_eq!(
            found::<in_postgres::Task>(&postgres, &filter).await,
            here,
            "{what}"
        );
        // a record alone is decided alike, or not at all
        for task in &world.tasks {
            let columns = task.row();
            let row = airside_resource::policy::Row {
                kind: "Task",
                key: &task.id.into(),
                column: &|name| match columns.iter().find(|(column, _)| *column == name) {
                    // a key that is a number is not a text, as entities' are
                    Some(("project", Value::Integer(id))) => id.to_string().into(),
                    Some((_, value)) => value.clone(),
                    None => Value::Null,
                },
            };
            if policies.decide(&principal, "Read", &row).is_allowed() {
                assert!(here.contains(&task.id.into()), "{what} {}", task.id);
                alone += 1;
            }
        }
        judged += 1;
        some += usize::from(!here.is_empty());
        none += usize::from(here.len() < world.tasks.len());
    }
    assert!(
        some > 15 && none > 15 && alone > 15,
        "{some} {none} {alone}"
    );
}
