//! Every operation, its callers, and how certain its rule is: for people, programs and a pipeline.

mod line;
mod table;

use std::collections::HashSet;

use airside_api::mistakable::MistakableOperations;
pub use airside_api::plain::{printable, printable_json, printable_lines};

pub use self::{
    line::{Line, Report, totals},
    table::{summary, table},
};
use crate::{
    configuration::Configuration,
    database::Database,
    judge,
    operation::{Class, Operation, Permission, UnreadOperation},
};

/// Returns every operation of a configuration, by path and method.
#[must_use]
pub fn lines(configuration: &Configuration) -> Vec<Line> {
    let alone = configuration.unread.iter().filter(|one| !one.has_twin);
    let places: HashSet<_> = alone.map(|one| &one.place).collect();
    let known = configuration.operations.iter();
    let known = known.filter(|one| !places.contains(&one.place));
    let mistakable = MistakableOperations::of(&configuration.operations);
    let lines = known.map(|one| declared(one, &mistakable));
    let unread = configuration.unread.iter().filter(|one| !one.is_settled);
    let unread = unread.map(self::unread);
    let mut lines: Vec<_> = lines.chain(unread).collect();
    lines.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    lines
}

fn declared(one: &Operation, mistakable: &MistakableOperations<'_, Permission>) -> Line {
    let needs_more = match &one.permission {
        Permission::Rule(rule) => judge::holds_answer(rule) || judge::holds_request(rule),
        _ => false,
    };
    Line {
        method: one.method.to_string(),
        path: one.path.to_string(),
        class: Class::of(one),
        rule: format!("{}{}", one.permission.rule(), remark(one)),
        mistakable: (mistakable.with(one).into_iter())
            .map(airside_api::operations::Operation::name)
            .collect(),
        forward_auth: !needs_more,
        place: one.place.clone(),
        problem: None,
    }
}

fn unread(one: &UnreadOperation) -> Line {
    Line {
        method: one.method.clone(),
        path: one.path.clone(),
        class: Class::Undeclared,
        rule: format!(
            "{} (whatever could be one of its requests is refused)",
            one.why
        ),
        forward_auth: false,
        place: one.place.clone(),
        mistakable: Vec::new(),
        problem: None,
    }
}

/// Says why a rule is less than sound, where its words do not.
fn remark(one: &Operation) -> &'static str {
    match Class::of(one) {
        Class::RaceWindow => " (the owner may change between the look and the use)",
        Class::Heuristic if one.path.is_everything() => ", and so is whatever is not declared",
        Class::Heuristic if one.permission.is_lowered_by_open_query() => {
            " (any query reaches the API: name its parameters in `query_fields`)"
        }
        _ => "",
    }
}

/// Checks the API's database, and notes the operations whose owners cannot be looked up there.
pub async fn look(configuration: &Configuration, lines: &mut [Line]) {
    let Some(address) = &configuration.database else {
        return;
    };
    let problems = match Database::new(address) {
        Ok(database) => database.problems(&configuration.operations).await,
        Err(error) => {
            let views = configuration.operations.iter();
            let views = views.filter(|one| one.permission.view().is_some());
            let failed = views.map(|one| (one.place.clone(), error.clone()));
            failed.collect()
        }
    };
    for (place, error) in problems {
        let line = lines.iter_mut().find(|line| line.place == place);
        if let Some(line) = line {
            line.problem = Some(error.to_string());
        }
    }
}

/// Tells whether owners cannot be looked up for some operation.
#[must_use]
pub fn has_problems(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.problem.is_some())
}

/// Tells whether some operation is undeclared.
#[must_use]
pub fn has_undeclared(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.class == Class::Undeclared)
}
