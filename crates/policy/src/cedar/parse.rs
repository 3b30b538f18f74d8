//! Reading policies and their schema, and checking them.

use std::collections::HashMap;

use cedar_policy::{
    ActionConstraint, Authorizer, Entities, EntityTypeName, EntityUid, ParseErrors,
    PartialEntities, PartialEntityUid, Policy, PolicyId, PolicySet, ResourceConstraint, Schema,
    ValidationMode, Validator,
};

use super::{
    Cedar, PolicyError, PolicyKey, RelevantPolicies, TranslationError,
    condition::RecordCondition,
    fragment::Translator,
    schema::{self, Kinds},
};

impl Cedar {
    /// Reads a schema and policies, in Cedar's own syntax, and checks them: each policy has an `@id`,
    /// fits the schema without a warning, and has only conditions on records that a query can have too.
    ///
    /// # Errors
    ///
    /// [`PolicyError`], with the policy's name.
    pub fn parse(schema: &str, policies: &str) -> Result<Self, PolicyError> {
        let text = format!("{PRELUDE}{schema}");
        let kinds = schema::kinds(&text)?;
        let schema = parse_schema(&text)?;
        let policies = named(policies)?;
        validate(&schema, &policies)?;
        let (user, client) = (type_name("User")?, type_name("Client")?);
        let mut relevant = relevant(&schema, &policies)?;
        for one in relevant.values_mut() {
            for caller in [&user, &client] {
                let conditions = record_conditions(&schema, &kinds, one, caller)?;
                one.conditions.extend(conditions);
            }
        }
        Ok(Self {
            relevant,
            schema,
            kinds,
            user,
            client,
            authorizer: Authorizer::new(),
        })
    }
}

fn parse_schema(text: &str) -> Result<Schema, PolicyError> {
    let (schema, warnings) = Schema::from_cedarschema_str(text)
        .map_err(|error| PolicyError::Schema(error.to_string()))?;
    match warnings.into_iter().next() {
        Some(warning) => Err(PolicyError::Schema(warning.to_string())),
        None => Ok(schema),
    }
}

/// Requires that the policies fit the schema, without a warning.
fn validate(schema: &Schema, policies: &PolicySet) -> Result<(), PolicyError> {
    let validator = Validator::new(schema.clone());
    let result = validator.validate(policies, ValidationMode::Strict);
    if let Some(error) = result.validation_errors().next() {
        return Err(PolicyError::Invalid {
            policy: error.policy_id().to_string(),
            reason: error.to_string(),
        });
    }
    match result.validation_warnings().next() {
        Some(warning) => Err(PolicyError::Invalid {
            policy: warning.policy_id().to_string(),
            reason: warning.to_string(),
        }),
        None => Ok(()),
    }
}

/// Parses policies, and gives them the names of their annotation `@id`.
fn named(text: &str) -> Result<PolicySet, PolicyError> {
    let parsed: PolicySet = text
        .parse()
        .map_err(|error: ParseErrors| PolicyError::Syntax(error.to_string()))?;
    if let Some(template) = parsed.templates().next() {
        return Err(PolicyError::Policy {
            policy: template.id().to_string(),
            reason: "templates are not supported".to_owned(),
        });
    }
    let mut policies = PolicySet::new();
    for policy in parsed.policies() {
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| PolicyError::NoId(policy.to_string()))?;
        let added = policies.add(policy.new_id(PolicyId::new(id)));
        added.map_err(|error| PolicyError::Policy {
            policy: id.to_owned(),
            reason: error.to_string(),
        })?;
    }
    Ok(policies)
}

/// Lists the policies that can matter, for each action and each kind of record that it applies to.
fn relevant(
    schema: &Schema,
    policies: &PolicySet,
) -> Result<HashMap<PolicyKey, RelevantPolicies>, PolicyError> {
    let mut all = HashMap::new();
    for action in schema.actions() {
        for kind in schema.resources_for_action(action).into_iter().flatten() {
            let key = PolicyKey {
                action: action.id().unescaped().to_owned(),
                kind: kind.to_string(),
            };
            let relevant = RelevantPolicies {
                action: action.clone(),
                kind: kind.clone(),
                policies: matching(policies, action, kind)?,
                conditions: Vec::new(),
            };
            all.insert(key, relevant);
        }
    }
    Ok(all)
}

fn matching(
    policies: &PolicySet,
    action: &EntityUid,
    kind: &EntityTypeName,
) -> Result<PolicySet, PolicyError> {
    let mut matching = PolicySet::new();
    for policy in policies.policies().filter(|one| matters(one, action, kind)) {
        let added = matching.add(policy.clone());
        added.map_err(|error| PolicyError::Policy {
            policy: policy.id().to_string(),
            reason: error.to_string(),
        })?;
    }
    Ok(matching)
}

fn matters(policy: &Policy, action: &EntityUid, kind: &EntityTypeName) -> bool {
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

/// Lists the conditions on records that policies have for any caller of a kind. A condition that no
/// database query can express is refused.
fn record_conditions(
    schema: &Schema,
    kinds: &Kinds,
    relevant: &RelevantPolicies,
    caller: &EntityTypeName,
) -> Result<Vec<RecordCondition>, PolicyError> {
    let callers = schema.principals_for_action(&relevant.action);
    if !callers.into_iter().flatten().any(|one| one == caller) {
        return Ok(Vec::new());
    }
    let unknown = PartialEntityUid::new(caller.clone(), None);
    let request = relevant.request(unknown, schema)?;
    let entities = PartialEntities::from_concrete(Entities::empty(), schema);
    let entities = entities.map_err(|error| relevant.schema_error(&error))?;
    let answer = relevant.policies.tpe(&request, &entities, schema);
    let answer = answer.map_err(|error| relevant.schema_error(&error))?;
    let untranslatable =
        |policy: String| move |reason| PolicyError::Untranslatable { policy, reason };
    let mut failed = answer.error_permits().chain(answer.error_forbids());
    if let Some(policy) = failed.next() {
        return Err(untranslatable(policy.to_string())(
            TranslationError::AlwaysFails,
        ));
    }
    let kind = relevant.kind.to_string();
    let translator = Translator {
        kinds,
        kind: &kind,
        is_check: true,
    };
    let conditions = answer.residual_policies().map(|policy| {
        let condition = translator.policy(&policy);
        condition.map_err(untranslatable(policy.id().to_string()))
    });
    conditions.collect()
}

fn type_name(name: &str) -> Result<EntityTypeName, PolicyError> {
    name.parse()
        .map_err(|error: ParseErrors| PolicyError::Schema(error.to_string()))
}

/// The types of callers, which every schema has.
const PRELUDE: &str = "
    entity User { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
    entity Client { sub: String, client_id: String, scopes: Set<String>, roles: Set<String> } tags String;
    entity Api;
";
