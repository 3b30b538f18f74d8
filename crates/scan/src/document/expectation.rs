//! The reason why only some callers should be able to call an operation.
//!
//! The role that may call it can have any name: a document names it, or the operator does (`--role`).

use super::{Api, Kind, Operation, hint::Hint};
use crate::{
    identity::rank,
    word::{folded, is_admin_name, is_admin_scope, is_admin_segment, says_only, singular, words},
};

/// A reason why only some callers should be able to call an operation.
struct Expectation {
    why: String,
    hint: Hint,
}

impl Api {
    /// Finds the operations that not everybody should be able to call; `roles` are those of callers who have more
    /// rights than others.
    pub fn expect_roles(&mut self, roles: &[String]) {
        let tags = std::mem::take(&mut self.tags);
        let found: Vec<_> = self
            .operations
            .iter()
            .map(|one| expectation(one, &tags, roles))
            .collect();
        self.tags = tags;
        for (operation, found) in self.operations.iter_mut().zip(found) {
            operation.hint = found.as_ref().map(|one| one.hint).unwrap_or_default();
            operation.administrative = found.map(|one| one.why);
        }
        self.drop_common_hints();
    }

    /// Takes the names that these operations have for the names of areas that refuse ordinary callers.
    pub fn observe_hints(&mut self, refusing: &[usize]) {
        let refusing = refusing
            .iter()
            .filter_map(|index| self.operations.get(*index));
        let reasons: Vec<_> = refusing.map(|one| one.administrative.clone()).collect();
        for operation in &mut self.operations {
            if operation.hint == Hint::Name && reasons.contains(&operation.administrative) {
                operation.hint = Hint::Observed;
            }
        }
    }

    /// Drops the name that most operations have: it tells none from another.
    fn drop_common_hints(&mut self) {
        let reasons = self.operations.iter();
        let reasons = reasons.map(|one| (one.hint, one.administrative.clone()));
        let reasons: Vec<_> = reasons.collect();
        let is_common = |own: &(Hint, Option<String>)| {
            let count = reasons.iter().filter(|other| *other == own).count();
            own.0 == Hint::Name && count * 2 > reasons.len()
        };
        for (operation, reason) in self.operations.iter_mut().zip(&reasons) {
            if is_common(reason) {
                operation.administrative = None;
                operation.hint = Hint::default();
            }
        }
    }
}

/// Returns the strongest reason.
fn expectation(
    operation: &Operation,
    tags: &[(String, String)],
    roles: &[String],
) -> Option<Expectation> {
    let strong = declared(operation)
        .or_else(|| named(operation))
        .or_else(|| described(operation, tags, roles));
    let strong = strong.map(|why| Expectation {
        why,
        hint: Hint::Declared,
    });
    strong.or_else(|| {
        Some(Expectation {
            why: hinted(operation, roles)?,
            hint: Hint::Name,
        })
    })
}

/// Returns the role that the document requires; a list with a role that everybody has requires none.
fn declared(operation: &Operation) -> Option<String> {
    let listed = &operation.detail.roles;
    let is_usual = |role: &String| rank(Some(role)) < 2;
    let listed = listed.first().filter(|_| !listed.iter().any(is_usual));
    let role = operation.declared.role.as_ref().or(listed)?;
    Some(format!("the document requires the role `{role}`"))
}

/// Returns the name of administrators in the path, the scopes or the tags.
fn named(operation: &Operation) -> Option<String> {
    if let Some(segment) = segments(operation).find(|one| is_admin_segment(one)) {
        return Some(format!("its path has `{segment}`"));
    }
    let mut scopes = operation.scopes.iter();
    if let Some(scope) = scopes.find(|one| is_admin_segment(one)) {
        return Some(format!("the document requires the scope `{scope}`"));
    }
    let mut tags = operation.detail.tags.iter();
    let tag = tags.find(|one| is_admin_segment(one))?;
    Some(format!("its tag is `{tag}`"))
}

/// Returns the sentence that says who may call it.
fn described(operation: &Operation, tags: &[(String, String)], roles: &[String]) -> Option<String> {
    let detail = &operation.detail;
    let texts = [&detail.summary, &detail.description].into_iter().flatten();
    let mut texts = texts.filter(|text| says_only(text, roles));
    if texts.next().is_some() {
        return Some("its description says so".to_owned());
    }
    let is_own = |name: &String| detail.tags.contains(name);
    let mut tags = tags.iter().filter(|(name, _)| is_own(name));
    let (tag, _) = tags.find(|(_, text)| says_only(text, roles))?;
    Some(format!("the description of its tag `{tag}` says so"))
}

/// Returns a name in the path, the scopes or the tags that is often one of an area for some callers only.
fn hinted(operation: &Operation, roles: &[String]) -> Option<String> {
    let is_role = |name: &str| roles.iter().any(|role| folded(role) == folded(name));
    // customers make the tickets that the support reads
    let is_maker = operation.kind == Kind::Create;
    let is_area = |name: &&str| is_admin_name(name) || !is_maker && is_role(name);
    if let Some(segment) = segments(operation).find(is_area) {
        return Some(format!("its path has `{segment}`"));
    }
    let has_role = |scope: &String| words(scope).iter().any(|word| is_role(&singular(word)));
    let mut scopes = operation.scopes.iter();
    if let Some(scope) = scopes.find(|one| is_admin_scope(one) || has_role(one)) {
        return Some(format!("the document requires the scope `{scope}`"));
    }
    let mut tags = operation.detail.tags.iter().map(String::as_str);
    let tag = tags.find(|name| is_admin_name(name) || is_role(name))?;
    Some(format!("its tag is `{tag}`"))
}

/// Returns the segments of the path that are not parameters.
fn segments(operation: &Operation) -> impl Iterator<Item = &str> {
    let segments = operation.path.split('/');
    segments.filter(|one| !one.is_empty() && !one.starts_with('{'))
}

#[cfg(test)]
mod tests;
