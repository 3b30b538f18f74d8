//! A policy that looks at parents and members finds what Cedar itself decides with all entities given: in
//! memory, in SQLite and in PostgreSQL, with parents that are missing, hidden and incomplete.

use std::collections::HashSet;

use airside_resource::{
    Query, Record, Records,
    memory::Memory,
    policy::{
        Kind, Membership, Policies, Predicate, Principal, Value,
        cedar::{Cedar, PolicyError},
    },
    postgres::Postgres,
    record,
    sqlite::Sqlite,
};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::differential::{Dice, scale};

const TASKS: i64 = 120;
const PROJECTS: i64 = 12;
const ORGS: [&str; 3] = ["acme", "a", "é"];

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

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(4) > 0).then(|| value(self))
    }
}

struct Org {
    name: &'static str,
    open: Option<bool>,
}

struct Project {
    id: i64,
    owner: Option<String>,
    label: Option<String>,
    size: Option<i64>,
    org: Option<String>,
    deleted: Option<bool>,
    members: Vec<String>,
}

struct Task {
    id: i64,
    owner: Option<String>,
    balance: Option<i64>,
    project: Option<i64>,
    editors: Vec<String>,
    viewers: Vec<String>,
}

type Row = Vec<(&'static str, Value)>;

impl Project {
    fn roll(id: i64, dice: &mut Dice) -> Self {
        Self {
            id,
            owner: dice.maybe(Dice::text),
            label: dice.maybe(Dice::text),
            size: dice.maybe(Dice::number),
            org: dice.maybe(|dice| dice.one(&["acme", "a", "é", "missing"]).to_owned()),
            deleted: (dice.below(5) == 0).then_some(true),
            members: (0..dice.below(4)).map(|_| dice.text()).collect(),
        }
    }

    fn row(&self) -> Row {
        vec![
            ("id", self.id.into()),
            ("owner", self.owner.clone().into()),
            ("label", self.label.clone().into()),
            ("size", self.size.into()),
            ("org", self.org.clone().into()),
            ("deleted", self.deleted.into()),
        ]
    }
}

impl Task {
    fn roll(id: i64, dice: &mut Dice) -> Self {
        Self {
            id,
            owner: dice.maybe(Dice::text),
            balance: (dice.below(12) > 0).then(|| dice.number()),
            // two of them are not there
            project: dice.maybe(|dice| i64::try_from(dice.below(14)).unwrap()),
            editors: (0..dice.below(4)).map(|_| dice.text()).collect(),
            viewers: (0..dice.below(4)).map(|_| dice.text()).collect(),
        }
    }

    fn row(&self) -> Row {
        vec![
            ("id", self.id.into()),
            ("owner", self.owner.clone().into()),
            ("balance", self.balance.into()),
            ("project", self.project.into()),
        ]
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

struct World {
    orgs: Vec<Org>,
    projects: Vec<Project>,
    tasks: Vec<Task>,
}

impl World {
    fn roll(dice: &mut Dice) -> Self {
        let orgs = ORGS.map(|name| Org {
            name,
            open: dice.maybe(|dice| dice.below(2) == 0),
        });
        Self {
            orgs: orgs.into(),
            projects: (0..PROJECTS).map(|id| Project::roll(id, dice)).collect(),
            tasks: (0..TASKS).map(|id| Task::roll(id, dice)).collect(),
        }
    }

    /// All rows, with the names of their tables.
    fn rows(&self) -> Vec<(&'static str, Row)> {
        let org = |org: &Org| {
            let row = vec![("name", org.name.into()), ("open", org.open.into())];
            ("orgs", row)
        };
        let mut rows: Vec<_> = self.orgs.iter().map(org).collect();
        for project in &self.projects {
            rows.push(("projects", project.row()));
            for person in &project.members {
                let member = vec![
                    ("project", project.id.into()),
                    ("person", person.as_str().into()),
                ];
                rows.push(("project_members", member));
            }
        }
        for task in &self.tasks {
            rows.push(("tasks", task.row()));
            for (people, role) in [(&task.editors, "editor"), (&task.viewers, "viewer")] {
                rows.extend(people.iter().map(|person| {
                    let row = vec![
                        ("task", task.id.into()),
                        ("person", person.as_str().into()),
                        ("role", role.into()),
                    ];
                    ("task_people", row)
                }));
            }
        }
        rows
    }

    fn org(&self, name: Option<&String>) -> Option<&Org> {
        self.orgs
            .iter()
            .find(|org| name.is_some_and(|name| name == org.name))
    }

    /// A project that is there, is not hidden and has what the schema requires.
    fn project(&self, id: i64) -> Option<&Project> {
        let mut projects = self.projects.iter();
        projects.find(|project| {
            let is_whole = project.size.is_some() && project.org.is_some();
            project.id == id && project.deleted.is_none() && is_whole
        })
    }

    /// Whether a task has what the schema requires, and whether what the policies look at is there.
    fn is_sound(&self, task: &Task, policies: &str) -> bool {
        let looks_at_org = policies.contains("project.org has") || policies.contains("in Org");
        let looks_at_project = looks_at_org
            || policies.contains("resource.project.")
            || policies.contains("project has")
            || policies.contains("has project.")
            || policies.contains("in Project")
            || policies.contains("in [Project");
        let parents_are_there = || match task.project.map(|id| self.project(id)) {
            None => true,
            Some(None) => false,
            Some(Some(project)) => !looks_at_org || self.org(project.org.as_ref()).is_some(),
        };
        task.balance.is_some() && (!looks_at_project || parents_are_there())
    }

    /// The entities of a request, of which Cedar sees all.
    fn entities(&self, principal: &Principal, task: &Task) -> Entities {
        let mut entities = vec![caller(principal), self.task(task)];
        let projects = self.projects.iter();
        let projects = projects.filter(|project| self.project(project.id).is_some());
        entities.extend(projects.map(|project| self.project_entity(project)));
        entities.extend(self.orgs.iter().map(|org| {
            let open = org.open.map(RestrictedExpression::new_bool);
            let open = open.map(|open| ("open".to_owned(), open));
            Entity::new(uid("Org", org.name), open.into_iter().collect(), [].into()).unwrap()
        }));
        Entities::from_entities(entities, None).unwrap()
    }

    fn project_entity(&self, project: &Project) -> Entity {
        let org = project.org.as_ref();
        let parents = self.org(org).map(|org| uid("Org", org.name));
        let attributes = [
            (
                "owner",
                project.owner.as_ref().map(|owner| entity("User", owner)),
            ),
            (
                "label",
                project.label.clone().map(RestrictedExpression::new_string),
            ),
            ("size", project.size.map(RestrictedExpression::new_long)),
            ("org", org.map(|org| entity("Org", org))),
            ("members", Some(people(&project.members))),
        ];
        let parents: HashSet<_> = parents.into_iter().collect();
        Entity::new(
            uid("Project", &project.id.to_string()),
            given(attributes),
            parents,
        )
        .unwrap()
    }

    fn task(&self, task: &Task) -> Entity {
        let project = task.project;
        let parents = project.filter(|id| self.project(*id).is_some());
        let attributes = [
            (
                "owner",
                task.owner.as_ref().map(|owner| entity("User", owner)),
            ),
            ("balance", task.balance.map(RestrictedExpression::new_long)),
            (
                "project",
                project.map(|id| entity("Project", &id.to_string())),
            ),
            ("editors", Some(people(&task.editors))),
        ];
        let parents: HashSet<_> = parents
            .map(|id| uid("Project", &id.to_string()))
            .into_iter()
            .collect();
        Entity::new(
            uid("Task", &task.id.to_string()),
            given(attributes),
            parents,
        )
        .unwrap()
    }

    /// What Cedar decides, if no policy fails: by itself it would go on without one that does.
    fn decides(&self, policies: &PolicySet, principal: &Principal, task: &Task) -> bool {
        let request = Request::new(
            caller(principal).uid(),
            "Action::\"Read\"".parse().unwrap(),
            uid("Task", &task.id.to_string()),
            Context::empty(),
            None,
        );
        let entities = self.entities(principal, task);
        let answer = Authorizer::new().is_authorized(&request.unwrap(), policies, &entities);
        answer.decision() == Decision::Allow && answer.diagnostics().errors().count() == 0
    }
}

fn given<const N: usize>(
    attributes: [(&str, Option<RestrictedExpression>); N],
) -> std::collections::HashMap<String, RestrictedExpression> {
    let given = attributes.into_iter();
    given
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse().unwrap(), EntityId::new(id))
}

fn entity(kind: &str, id: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid(kind, id))
}

fn people(people: &[String]) -> RestrictedExpression {
    RestrictedExpression::new_set(people.iter().map(|person| entity("User", person)))
}

fn caller(principal: &Principal) -> Entity {
    let kind = match principal.kind {
        Kind::User => "User",
        Kind::Client => "Client",
    };
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let tags = principal.claims.iter();
    let tags = tags.map(|(name, value)| (name.clone(), text(value)));
    Entity::new_with_tags(uid(kind, &principal.subject), [], [], tags).unwrap()
}

/// The world in three places.
struct Filled {
    world: World,
    memory: Memory,
    sqlite: Sqlite,
    postgres: Postgres,
}

impl Filled {
    async fn roll(dice: &mut Dice) -> Self {
        let world = World::roll(dice);
        let memory = Memory::default();
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
        let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
        let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
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
            Err(PolicyError::Invalid(..)) => continue,
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
                    // a key that is a number is no text, as entities' are
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
