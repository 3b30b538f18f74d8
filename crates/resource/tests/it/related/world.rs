//! Tasks, projects and organisations, and what Cedar decides about them with all entities given.

mod entity;

use std::collections::{HashMap, HashSet};

use airside_resource::policy::{Principal, Value};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, PolicySet, Request, RestrictedExpression,
};

use self::entity::{caller, entity, people, uid};
use crate::differential::Dice;

const TASKS: i64 = 120;
const PROJECTS: i64 = 12;
pub const ORGS: [&str; 3] = ["acme", "a", "é"];

impl Dice {
    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(4) > 0).then(|| value(self))
    }
}

pub struct Org {
    name: &'static str,
    open: Option<bool>,
}

pub struct Project {
    id: i64,
    owner: Option<String>,
    label: Option<String>,
    size: Option<i64>,
    org: Option<String>,
    deleted: Option<bool>,
    members: Vec<String>,
}

pub struct Task {
    pub id: i64,
    owner: Option<String>,
    balance: Option<i64>,
    project: Option<i64>,
    editors: Vec<String>,
    viewers: Vec<String>,
}

pub type Row = Vec<(&'static str, Value)>;

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

    pub fn row(&self) -> Row {
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

    pub fn row(&self) -> Row {
        vec![
            ("id", self.id.into()),
            ("owner", self.owner.clone().into()),
            ("balance", self.balance.into()),
            ("project", self.project.into()),
        ]
    }
}

pub struct World {
    orgs: Vec<Org>,
    projects: Vec<Project>,
    pub tasks: Vec<Task>,
}

impl World {
    pub fn roll(dice: &mut Dice) -> Self {
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
    pub fn rows(&self) -> Vec<(&'static str, Row)> {
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

    /// Tells whether a task has what the schema requires, and whether the parents that policies use exist.
    pub fn is_sound(&self, task: &Task, policies: &str) -> bool {
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
            ("owner", person(project.owner.as_ref())),
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
            ("owner", person(task.owner.as_ref())),
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

    /// Returns Cedar's decision, if no policy fails: by itself Cedar would skip one that does.
    pub fn decides(&self, policies: &PolicySet, principal: &Principal, task: &Task) -> bool {
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
) -> HashMap<String, RestrictedExpression> {
    let given = attributes.into_iter();
    given
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn person(name: Option<&String>) -> Option<RestrictedExpression> {
    name.map(|name| entity("User", name))
}
