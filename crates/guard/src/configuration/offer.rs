//! The declared operations: the rules of `guard.toml` and of the document that it names.

use airside_api::Template;
use airside_config::{Problem, Span, Table, key::KeyOf, shape};
use airside_policy::{Policies as _, cedar::Cedar, policies::API};

use super::registry::{POLICIES, PolicyKeys, REGISTRY, TOP, TopKeys};
use crate::{
    database::setting::DatabaseKeys,
    document::{self, DocumentOperations},
    operation::{Operation, Operations, Permission, UnreadOperation},
    rule::{
        RuleText,
        key::{RULE, RuleKeys},
    },
    section::SectionReader,
};

/// The declared operations.
pub(crate) struct Offer<'a> {
    pub(crate) operations: Option<Operations>,
    pub(super) unread: Vec<UnreadOperation>,
    pub(super) remarks: Vec<String>,
    pub(super) policies: Option<Cedar>,
    written: Vec<WrittenRule<'a>>,
}

/// A rule of `guard.toml`.
struct WrittenRule<'a> {
    /// The place of its operation.
    place: String,
    table: Table<'a, RuleKeys>,
}

impl Offer<'_> {
    /// Returns a problem of an operation, with the line of a key of its rule; an operation of a document
    /// is named instead.
    pub(crate) fn problem<T>(
        &self,
        operation: &Operation,
        key: &impl KeyOf<RuleKeys, T>,
        message: &str,
    ) -> Problem {
        let mut written = self.written.iter();
        match written.find(|one| one.place == operation.place) {
            Some(one) => Problem::new(&one.table.place(key), message),
            None => Problem::new(&Span::Default, format!("{}: {message}", operation.place)),
        }
    }
}

impl<'a> SectionReader<'a> {
    pub(super) fn offer(&mut self) -> Offer<'a> {
        let mut documented = self.document();
        let (mut all, written) = self.written(&mut documented);
        let count = all.len();
        let remarks = std::mem::take(&mut documented.remarks);
        let mut apart = document::apart(documented.left());
        let policies = self.policies();
        let has_database = self.section::<DatabaseKeys>().is_some();
        for one in &mut apart.operations {
            require_settings(one, policies.as_ref(), has_database);
        }
        all.extend(apart.operations);
        let all = document::shadowed(all, count, &mut apart.unread);
        let operations = Operations::new(all).map_err(|why| {
            // it names both; the later one is shown
            let mut named = written.iter().rev();
            let named = named.find(|one| why.contains(&one.place));
            let place = named.map(|one| one.table.place(&RULE.r#match));
            let place = place.unwrap_or(Span::Default);
            self.refuse(Problem::new(&place, why));
        });
        let remarks = remarks.into_iter().chain(apart.remarks);
        let offer = Offer {
            operations: operations.ok(),
            unread: apart.unread,
            remarks: remarks.collect(),
            policies,
            written,
        };
        self.require_actions(&offer);
        self.require_database(&offer);
        offer
    }

    fn document(&mut self) -> DocumentOperations {
        let top = self.table::<TopKeys>();
        let prefix = top.find(&TOP.path_prefix);
        let place = top.place(&TOP.path_prefix);
        if let Some(prefix) = prefix.as_deref().filter(|prefix| !is_prefix(prefix)) {
            let message = format!("`path_prefix` is `{prefix}`, which is not a path");
            self.refuse(Problem::new(&place, message).help(PREFIX_HELP));
            return DocumentOperations::default();
        }
        if prefix.is_some() && top.node(&TOP.openapi).is_none() {
            let message = "`path_prefix` needs `openapi`: it is before the paths of a document";
            self.refuse(Problem::new(&place, message));
        }
        let path = top.find(&TOP.openapi);
        let read = path.map(|path| document::read(&self.path(&path), &path, prefix.as_deref()));
        read.transpose()
            .map(Option::unwrap_or_default)
            .unwrap_or_else(|why| {
                self.refuse(Problem::new(&top.place(&TOP.openapi), why));
                DocumentOperations::default()
            })
    }

    /// Returns the operations of `guard.toml`; each replaces the same operation of the document.
    fn written(
        &mut self,
        documented: &mut DocumentOperations,
    ) -> (Vec<Operation>, Vec<WrittenRule<'a>>) {
        let mut operations = Vec::new();
        let mut written = Vec::new();
        for table in self.sections() {
            if !shape::check_table(&REGISTRY, &table).is_empty() {
                continue;
            }
            let place = self.position_of(&table.place(&RULE.r#match));
            match operation(&RuleText::new(table.clone()), place.clone()) {
                Ok(mut one) => {
                    documented.yield_to(&mut one);
                    written.push(WrittenRule { place, table });
                    operations.push(one);
                }
                Err(problems) => problems.into_iter().for_each(|one| self.refuse(one)),
            }
        }
        (operations, written)
    }

    fn policies(&mut self) -> Option<Cedar> {
        let table = self.section::<PolicyKeys>()?;
        let schema = self.file(&table, &POLICIES.schema);
        let policies = self.file(&table, &POLICIES.policies);
        match Cedar::parse(&schema?, &policies?) {
            Ok(policies) => Some(policies),
            Err(error) => {
                self.refuse(Problem::new(&table.place, error.to_string()));
                None
            }
        }
    }

    fn require_actions(&mut self, offer: &Offer<'_>) {
        let is_declared = self.section::<PolicyKeys>().is_some();
        for one in offer.operations.iter().flat_map(Operations::iter) {
            let Permission::Rule(rule) = &one.permission else {
                continue;
            };
            let Some(action) = &rule.action else { continue };
            let message = match &offer.policies {
                None if is_declared => continue,
                None => "`action` needs `[policies]`, which are not given".to_owned(),
                Some(policies) if policies.knows(action, API) => continue,
                Some(_) => format!("the schema has no action `{action}` on `Api`"),
            };
            self.refuse(offer.problem(one, &RULE.action, &message));
        }
    }

    fn require_database(&mut self, offer: &Offer<'_>) {
        if self.section::<DatabaseKeys>().is_some() {
            return;
        }
        let operations = offer.operations.iter().flat_map(Operations::iter);
        for one in operations.filter(|one| one.permission.view().is_some()) {
            let message = "`owner.view` needs `[database]`, which is not given";
            self.refuse(offer.problem(one, &RULE.owner, message));
        }
    }
}

/// Reads the operation that a rule is about, which is declared at `place`.
fn operation(rule: &RuleText<'_>, place: String) -> Result<Operation, Vec<Problem>> {
    let (method, path) = rule.matched().map_err(|problem| vec![problem])?;
    let permission = rule.permission(&method, &path);
    let body = rule.bodies();
    let permission = match (permission, &body) {
        (Err(mut problems), Err(problem)) => {
            problems.push(problem.clone());
            return Err(problems);
        }
        (permission, _) => permission?,
    };
    Ok(Operation {
        permission,
        body: body.map_err(|problem| vec![problem])?,
        place,
        method,
        path,
    })
}

/// Makes an operation of a document undeclared whose rule asks for what is not configured.
fn require_settings(one: &mut Operation, policies: Option<&Cedar>, has_database: bool) {
    let Permission::Rule(rule) = &one.permission else {
        return;
    };
    let unknown = |action: &&String| policies.is_none_or(|all| !all.knows(action, API));
    let missing = match (rule.action.as_ref().filter(unknown), one.permission.view()) {
        (Some(action), _) => {
            format!("`[policies]` of `guard.toml` has no action `{action}` on `Api`")
        }
        (None, Some(_)) if !has_database => {
            "`owner.view` needs `[database]` in `guard.toml`".to_owned()
        }
        _ => return,
    };
    one.permission = Permission::Undeclared(missing);
}

fn is_prefix(prefix: &str) -> bool {
    let is_path = prefix.starts_with('/') && !prefix.contains(['{', '}', '*', '?', '#']);
    prefix.is_empty() || prefix == "/" || is_path && Template::parse(prefix).is_ok()
}

const PREFIX_HELP: &str = "write a path that begins with `/`, as in `/api/v1`, or nothing";
