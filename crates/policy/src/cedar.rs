//! Policies in the [Cedar](https://www.cedarpolicy.com) language, with its traps closed.
//!
//! Cedar skips a `forbid` that fails: here whatever fails denies. Cedar looks at every policy: here
//! only at those of the action and the kind of record. A policy that does not fit the schema, or that
//! could not be asked of a database, is refused when it is read.

mod condition;
mod fragment;
mod schema;
mod tables;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision as CedarDecision, Effect, Entities, Entity,
    EntityId, EntityTypeName, EntityUid, PartialEntities, PartialEntityUid, PartialRequest, Policy,
    PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};

use crate::{
    Decision, Kind, Policies, Predicate, Principal, Reason, RecordShape, RelationError, Row, Value,
};
use condition::Condition;
use fragment::Translator;
use schema::Kinds;
use tables::Tables;

/// Cedar policies and their schema, checked when they were read.
///
/// The schema declares the records and the actions; who asks is declared already:
///
/// ```text
/// entity User   { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
/// entity Client { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
/// entity Api;
/// ```
///
/// An attribute whose type is an entity of the schema leads to another record, and a `Set<User>` is the
/// people who are members, if the code says so ([`RecordShape::relations`]): then policies may look at the
/// attributes of parents, at what a record is `in`, and at who is a member.
///
/// Tags are the token's further claims whose value is a string. `Api::"api"` is the resource of an
/// action without a record.
///
/// ```
/// use airside_policy::{Policies, Principal, RecordShape, Row, cedar::Cedar};
///
/// let schema = r#"
///     entity Account { owner: User, balance: Long, closed?: Bool };
///     action ReadAccount appliesTo { principal: [User], resource: [Account] };
/// "#;
/// let policies = r#"
///     @id("own-accounts")
///     permit (principal, action == Action::"ReadAccount", resource)
///     when { resource.owner == principal && principal.scopes.contains("accounts:read") };
///     @id("not-closed")
///     forbid (principal, action == Action::"ReadAccount", resource)
///     when { resource has closed && resource.closed };
/// "#;
/// let policies = Cedar::parse(schema, policies)?;
/// let alice = Principal::user("alice", "spa").with_scopes("accounts:read");
/// let column = |name: &str| match name {
///     "owner" => "alice".into(),
///     "balance" => 7.into(),
///     _ => airside_policy::Value::Null,
/// };
/// let account = Row { kind: "Account", key: &1.into(), column: &column };
/// assert!(policies.decide(&alice, "ReadAccount", &account).is_allowed());
/// let accounts = RecordShape {
///     kind: "Account",
///     table: "accounts",
///     key: "id",
///     key_within: &[],
///     parameter: "account",
///     parse: |text| Some(text.parse::<i64>().ok()?.into()),
///     hidden: || None,
///     relations: Vec::new,
/// };
/// assert!(policies.filter(&alice, "ReadAccount", accounts).holds(&column));
/// # Ok::<(), airside_policy::cedar::PolicyError>(())
/// ```
pub struct Cedar {
    schema: Schema,
    concerned: HashMap<Concern, Concerned>,
    kinds: Kinds,
    user: EntityTypeName,
    client: EntityTypeName,
    authorizer: Authorizer,
}

/// What is asked: an action, and the kind of record it is about.
type Concern = (String, String);

/// What could matter to it. Names are parsed once: that takes longer than to decide.
struct Concerned {
    action: EntityUid,
    kind: EntityTypeName,
    policies: PolicySet,
    /// What the policies ask, whoever the caller is.
    asked: Vec<Condition>,
}

/// Why policies are refused when they are read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The schema is no Cedar, or contradicts itself.
    #[error("the schema is refused: {0}")]
    Schema(String),
    /// An attribute has a type that no column has.
    #[error(
        "`{kind}.{attribute}` is no column: its type may be String, Long, Bool, an entity type, or Set<User> for members"
    )]
    Attribute {
        /// The entity type.
        kind: String,
        /// Its attribute.
        attribute: String,
    },
    /// The policies are no Cedar.
    #[error("the policies are refused: {0}")]
    Syntax(String),
    /// A policy has no name to be found by.
    #[error("a policy has no `@id(\"…\")`: {0}")]
    NoId(String),
    /// Two policies have one name, or one is a template.
    #[error("the policy `{0}` cannot be taken: {1}")]
    Policy(String, String),
    /// A policy does not fit the schema.
    #[error("the policy `{0}` does not fit the schema: {1}")]
    Invalid(String, String),
    /// A policy asks what a database cannot be asked.
    #[error("the policy `{0}` cannot become a condition of a query: {1}")]
    Untranslatable(String, String),
}

const PRELUDE: &str = "
    entity User { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
    entity Client { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
    entity Api;
";

impl Cedar {
    /// Reads a schema and policies, in Cedar's own syntax, and checks them: each policy has an `@id`,
    /// fits the schema without a warning, and asks of records only what a query can ask too.
    ///
    /// # Errors
    ///
    /// [`PolicyError`], with the policy's name.
    pub fn parse(schema: &str, policies: &str) -> Result<Self, PolicyError> {
        let text = format!("{PRELUDE}{schema}");
        let kinds = schema::kinds(&text)?;
        let (schema, warnings) = Schema::from_cedarschema_str(&text)
            .map_err(|error| PolicyError::Schema(error.to_string()))?;
        if let Some(warning) = warnings.into_iter().next() {
            return Err(PolicyError::Schema(warning.to_string()));
        }
        let policies = named(policies)?;
        let validator = Validator::new(schema.clone());
        let judged = validator.validate(&policies, ValidationMode::Strict);
        if let Some(error) = judged.validation_errors().next() {
            let id = error.policy_id().to_string();
            return Err(PolicyError::Invalid(id, error.to_string()));
        }
        if let Some(warning) = judged.validation_warnings().next() {
            let id = warning.policy_id().to_string();
            return Err(PolicyError::Invalid(id, warning.to_string()));
        }
        let (user, client) = (type_name("User")?, type_name("Client")?);
        let mut concerned = concerned(&schema, &policies)?;
        for one in concerned.values_mut() {
            for caller in [&user, &client] {
                one.asked.extend(asked(&schema, &kinds, one, caller)?);
            }
        }
        Ok(Self {
            concerned,
            schema,
            kinds,
            user,
            client,
            authorizer: Authorizer::new(),
        })
    }

    fn judge(&self, principal: &Principal, action: &str, row: &Row<'_>) -> Result<String, Reason> {
        let concerned = self.concerned(action, row.kind).ok_or(Reason::NoPolicy)?;
        // INVARIANT: without the rows of other tables, Cedar would take what they say for not so.
        if concerned.asked.iter().any(Condition::looks_beyond) {
            return Err(Reason::OtherRecords);
        }
        let caller = self.caller(principal).ok_or(Reason::NoSubject)?;
        let record = self.record(row, &concerned.kind)?;
        let request = Request::new(
            caller.uid(),
            concerned.action.clone(),
            record.uid(),
            Context::empty(),
            Some(&self.schema),
        );
        let request = request.map_err(|error| Reason::PolicyFailed(error.to_string()))?;
        let entities = Entities::from_entities([caller, record], None);
        let entities = entities.map_err(|error| Reason::PolicyFailed(error.to_string()))?;
        let policies = &concerned.policies;
        let answer = self.authorizer.is_authorized(&request, policies, &entities);
        // INVARIANT: Cedar would go on without the policy that failed, even if it is a `forbid`.
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(Reason::PolicyFailed(error.to_string()));
        }
        let mut reasons = answer.diagnostics().reason().map(ToString::to_string);
        match (answer.decision(), reasons.next()) {
            (CedarDecision::Allow, Some(policy)) => Ok(policy),
            (CedarDecision::Deny, Some(policy)) => Err(Reason::Forbidden(policy)),
            _ => Err(Reason::NoPolicy),
        }
    }

    fn concerned(&self, action: &str, kind: &str) -> Option<&Concerned> {
        self.concerned.get(&(action.to_owned(), kind.to_owned()))
    }

    fn caller(&self, principal: &Principal) -> Option<Entity> {
        if principal.subject.is_empty() {
            return None;
        }
        let kind = match principal.kind {
            Kind::User => &self.user,
            Kind::Client => &self.client,
        };
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let texts = |set: &std::collections::BTreeSet<String>| {
            RestrictedExpression::new_set(set.iter().map(|one| text(one)))
        };
        let attributes = [
            ("sub".to_owned(), text(&principal.subject)),
            ("client_id".to_owned(), text(&principal.client_id)),
            ("scopes".to_owned(), texts(&principal.scopes)),
            ("roles".to_owned(), texts(&principal.roles)),
        ];
        let claims = principal.claims.iter();
        let tags = claims.map(|(name, value)| (name.clone(), text(value)));
        Entity::new_with_tags(uid(kind, &principal.subject), attributes, [], tags).ok()
    }

    fn record(&self, row: &Row<'_>, kind: &EntityTypeName) -> Result<Entity, Reason> {
        let attributes = &self.kinds.get(row.kind).ok_or(Reason::NoPolicy)?.attributes;
        let unusable = |name: &str| Reason::PolicyFailed(format!("`{name}` has no usable value"));
        let mut values = HashMap::with_capacity(attributes.len());
        for attribute in attributes.iter().filter(|one| one.is_column()) {
            let value = (row.column)(&attribute.name);
            if value == Value::Null && !attribute.required {
                continue;
            }
            let value = attribute.expression(value);
            let value = value.ok_or_else(|| unusable(&attribute.name))?;
            values.insert(attribute.name.clone(), value);
        }
        let key = match row.key {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => return Err(unusable("key")),
        };
        Entity::new(uid(kind, &key), values, [].into())
            .map_err(|error| Reason::PolicyFailed(error.to_string()))
    }

    /// Evaluates the policies with all that is known but the record, and turns what is left over into
    /// a condition on its columns and on those around it.
    fn residual(
        &self,
        principal: &Principal,
        action: &str,
        record: RecordShape,
    ) -> Option<Predicate> {
        let concerned = self.concerned(action, record.kind)?;
        let caller = self.caller(principal)?;
        let uid = PartialEntityUid::from_concrete(caller.uid());
        let request = concerned.request(uid, &self.schema).ok()?;
        let entities = Entities::from_entities([caller], None).ok()?;
        let entities = PartialEntities::from_concrete(entities, &self.schema).ok()?;
        let answer = concerned
            .policies
            .tpe(&request, &entities, &self.schema)
            .ok()?;
        let failed = answer.error_permits().chain(answer.error_forbids()).count();
        if failed > 0 || answer.true_forbids().count() > 0 {
            return None;
        }
        let translator = Translator {
            kinds: &self.kinds,
            kind: record.kind,
            is_check: false,
        };
        let left = answer.residual_policies();
        let left = left.map(|policy| Ok((policy.effect(), translator.policy(&policy)?)));
        let left: Vec<_> = left.collect::<Result<_, String>>().ok()?;

        let tables = Tables { kinds: &self.kinds };
        let looked_at = concerned
            .asked
            .iter()
            .chain(left.iter().map(|(_, one)| one));
        let links = tables.links(looked_at, record).ok()?;
        let mut conditions = vec![tables.sound(record, &links).ok()?];
        let mut allowed = Vec::new();
        if answer.true_permits().count() > 0 {
            allowed.push(Predicate::Always(true));
        }
        for (effect, condition) in &left {
            let condition = tables.put(condition, record).ok()?;
            match effect {
                Effect::Permit => allowed.push(condition),
                Effect::Forbid => conditions.push(Predicate::Not(Box::new(condition))),
            }
        }
        conditions.push(Predicate::Or(allowed));
        Some(Predicate::And(conditions))
    }
}

impl Concerned {
    fn request(&self, caller: PartialEntityUid, schema: &Schema) -> Result<PartialRequest, String> {
        let record = PartialEntityUid::new(self.kind.clone(), None);
        let context = Some(Context::empty());
        PartialRequest::new(caller, self.action.clone(), record, context, schema)
            .map_err(|error| error.to_string())
    }
}

impl Policies for Cedar {
    fn knows(&self, action: &str, kind: &str) -> bool {
        self.concerned(action, kind).is_some()
    }

    fn check(&self, action: &str, record: RecordShape) -> Result<Predicate, RelationError> {
        let Some(concerned) = self.concerned(action, record.kind) else {
            return Ok(Predicate::Always(false));
        };
        let tables = Tables { kinds: &self.kinds };
        let links = tables.links(&concerned.asked, record)?;
        tables.check(record, &links)?;
        let mut all = vec![tables.sound(record, &links)?];
        for condition in &concerned.asked {
            all.push(tables.put(condition, record)?);
        }
        Ok(Predicate::And(all))
    }

    /// A column that the schema requires and that has no value, or one of another type, denies.
    fn decide(&self, principal: &Principal, action: &str, row: &Row<'_>) -> Decision {
        match self.judge(principal, action, row) {
            Ok(policy) => Decision::Allowed {
                rule: format!("policy `{policy}`"),
            },
            Err(reason) => Decision::Denied {
                rule: format!("policies of `{action}`"),
                reason,
            },
        }
    }

    fn filter(&self, principal: &Principal, action: &str, record: RecordShape) -> Predicate {
        let filter = self.residual(principal, action, record);
        filter.unwrap_or(Predicate::Always(false))
    }
}

/// The policies under the names that they give themselves.
fn named(text: &str) -> Result<PolicySet, PolicyError> {
    let read: PolicySet = text
        .parse()
        .map_err(|error: cedar_policy::ParseErrors| PolicyError::Syntax(error.to_string()))?;
    if let Some(template) = read.templates().next() {
        let why = "templates are not supported".to_owned();
        return Err(PolicyError::Policy(template.id().to_string(), why));
    }
    let mut policies = PolicySet::new();
    for policy in read.policies() {
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| PolicyError::NoId(policy.to_string()))?;
        let added = policies.add(policy.new_id(PolicyId::new(id)));
        added.map_err(|error| PolicyError::Policy(id.to_owned(), error.to_string()))?;
    }
    Ok(policies)
}

/// For each action and each kind of record that it applies to, the policies that could matter.
fn concerned(
    schema: &Schema,
    policies: &PolicySet,
) -> Result<HashMap<Concern, Concerned>, PolicyError> {
    let mut concerned = HashMap::new();
    for action in schema.actions() {
        for kind in schema.resources_for_action(action).into_iter().flatten() {
            let mut some = PolicySet::new();
            for policy in policies.policies().filter(|one| matters(one, action, kind)) {
                let added = some.add(policy.clone());
                added.map_err(|error| {
                    PolicyError::Policy(policy.id().to_string(), error.to_string())
                })?;
            }
            let name = action.id().unescaped().to_owned();
            let one = Concerned {
                action: action.clone(),
                kind: kind.clone(),
                policies: some,
                asked: Vec::new(),
            };
            concerned.insert((name, kind.to_string()), one);
        }
    }
    Ok(concerned)
}

fn matters(policy: &Policy, action: &EntityUid, kind: &EntityTypeName) -> bool {
    use cedar_policy::ResourceConstraint;
    let of_action = match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == *action,
        ActionConstraint::In(many) => many.contains(action),
    };
    let of_kind = match policy.resource_constraint() {
        ResourceConstraint::Is(one) | ResourceConstraint::IsIn(one, _) => one == *kind,
        ResourceConstraint::Eq(one) => one.type_name() == kind,
        _ => true,
    };
    of_action && of_kind
}

/// What policies ask of records for any caller of a kind. Whatever could not be asked of a database is
/// refused.
fn asked(
    schema: &Schema,
    kinds: &Kinds,
    concerned: &Concerned,
    caller: &EntityTypeName,
) -> Result<Vec<Condition>, PolicyError> {
    let mut callers = schema
        .principals_for_action(&concerned.action)
        .into_iter()
        .flatten();
    if !callers.any(|one| one == caller) {
        return Ok(Vec::new());
    }
    let refused = |why: String| PolicyError::Schema(format!("`{}`: {why}", concerned.action));
    let caller = PartialEntityUid::new(caller.clone(), None);
    let request = concerned.request(caller, schema).map_err(refused)?;
    let nobody = PartialEntities::from_concrete(Entities::empty(), schema);
    let nobody = nobody.map_err(|error| refused(error.to_string()))?;
    let answer = concerned.policies.tpe(&request, &nobody, schema);
    let answer = answer.map_err(|error| refused(error.to_string()))?;
    let mut failed = answer.error_permits().chain(answer.error_forbids());
    if let Some(policy) = failed.next() {
        let why = "it fails, whoever asks".to_owned();
        return Err(PolicyError::Untranslatable(policy.to_string(), why));
    }
    let kind = concerned.kind.to_string();
    let translator = Translator {
        kinds,
        kind: &kind,
        is_check: true,
    };
    let asked = answer.residual_policies().map(|policy| {
        let condition = translator.policy(&policy);
        condition.map_err(|why| PolicyError::Untranslatable(policy.id().to_string(), why))
    });
    asked.collect()
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn type_name(name: &str) -> Result<EntityTypeName, PolicyError> {
    let refused = |error: cedar_policy::ParseErrors| PolicyError::Schema(error.to_string());
    name.parse().map_err(refused)
}

impl fmt::Debug for Cedar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cedar").finish_non_exhaustive()
    }
}
