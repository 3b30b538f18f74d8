//! Decisions about one record, and filters for queries.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use cedar_policy::{
    Context, Decision as CedarDecision, Effect, Entities, Entity, EntityTypeName, PartialEntities,
    PartialEntityUid, PartialRequest, Request, RestrictedExpression, Schema,
};

use super::{
    Cedar, PolicyError, RelevantPolicies, condition::RecordCondition, fragment::Translator,
    schema::uid, tables::TableMapper,
};
use crate::{Kind, Predicate, Principal, Reason, RecordShape, Row, Value};

impl Cedar {
    pub(super) fn judge(
        &self,
        principal: &Principal,
        action: &str,
        row: &Row<'_>,
    ) -> Result<String, Reason> {
        let relevant = self.relevant(action, row.kind).ok_or(Reason::NoPolicy)?;
        // INVARIANT: without the rows of other tables, Cedar would take conditions on them for false.
        if relevant
            .conditions
            .iter()
            .any(RecordCondition::has_relations)
        {
            return Err(Reason::OtherRecords);
        }
        let caller = self.caller(principal).ok_or(Reason::NoSubject)?;
        let record = self.record(row, &relevant.kind)?;
        let request = Request::new(
            caller.uid(),
            relevant.action.clone(),
            record.uid(),
            Context::empty(),
            Some(&self.schema),
        )
        .map_err(|error| Reason::PolicyFailed(error.to_string()))?;
        let entities = Entities::from_entities([caller, record], None)
            .map_err(|error| Reason::PolicyFailed(error.to_string()))?;
        let policies = &relevant.policies;
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

    fn caller(&self, principal: &Principal) -> Option<Entity> {
        if principal.subject.is_empty() {
            return None;
        }
        let kind = match principal.kind {
            Kind::User => &self.user,
            Kind::Client => &self.client,
        };
        let string = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let set = |texts: &BTreeSet<String>| {
            RestrictedExpression::new_set(texts.iter().map(|one| string(one)))
        };
        let attributes = [
            ("sub".to_owned(), string(&principal.subject)),
            ("client_id".to_owned(), string(&principal.client_id)),
            ("scopes".to_owned(), set(&principal.scopes)),
            ("roles".to_owned(), set(&principal.roles)),
        ];
        let claims = principal.claims.iter();
        let tags = claims.map(|(name, value)| (name.clone(), string(value)));
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
            let expression = attribute.expression(value);
            let expression = expression.ok_or_else(|| unusable(&attribute.name))?;
            values.insert(attribute.name.clone(), expression);
        }
        let key = match row.key {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => return Err(unusable("key")),
        };
        Entity::new(uid(kind, &key), values, [].into())
            .map_err(|error| Reason::PolicyFailed(error.to_string()))
    }

    /// Evaluates the policies without the record, and turns the conditions that remain into one on its
    /// columns and on those of related records. `None` allows no record.
    pub(super) fn residual(
        &self,
        principal: &Principal,
        action: &str,
        record: RecordShape,
    ) -> Option<Predicate> {
        let relevant = self.relevant(action, record.kind)?;
        let caller = self.caller(principal)?;
        let uid = PartialEntityUid::from_concrete(caller.uid());
        let request = relevant.request(uid, &self.schema).ok()?;
        let entities = Entities::from_entities([caller], None).ok()?;
        let entities = PartialEntities::from_concrete(entities, &self.schema).ok()?;
        let policies = &relevant.policies;
        let answer = policies.tpe(&request, &entities, &self.schema).ok()?;
        let failed = answer.error_permits().chain(answer.error_forbids()).count();
        if failed > 0 || answer.true_forbids().count() > 0 {
            return None;
        }
        let translator = Translator {
            kinds: &self.kinds,
            kind: record.kind,
            is_check: false,
        };
        let mut residual = Residual::default();
        if answer.true_permits().count() > 0 {
            residual.permits.push(RecordCondition::Always(true));
        }
        for policy in answer.residual_policies() {
            let condition = translator.policy(&policy).ok()?;
            match policy.effect() {
                Effect::Permit => residual.permits.push(condition),
                Effect::Forbid => residual.forbids.push(condition),
            }
        }
        self.on_tables(&residual, relevant, record)
    }

    /// Writes the conditions that remain as one on the tables of the record and of its relations.
    fn on_tables(
        &self,
        residual: &Residual,
        relevant: &RelevantPolicies,
        record: RecordShape,
    ) -> Option<Predicate> {
        let tables = TableMapper { kinds: &self.kinds };
        let conditions = residual.permits.iter().chain(&residual.forbids);
        let conditions = relevant.conditions.iter().chain(conditions);
        let links = tables.links(conditions, record).ok()?;
        let mut required = vec![tables.complete(record, &links).ok()?];
        for condition in &residual.forbids {
            let forbidden = tables.predicate(condition, record).ok()?;
            required.push(Predicate::Not(Box::new(forbidden)));
        }
        let permits = residual.permits.iter();
        let permits = permits.map(|condition| tables.predicate(condition, record).ok());
        required.push(Predicate::Or(permits.collect::<Option<_>>()?));
        Some(Predicate::And(required))
    }
}

/// The conditions on a record that remain once the caller is known.
#[derive(Default)]
struct Residual {
    permits: Vec<RecordCondition>,
    forbids: Vec<RecordCondition>,
}

impl RelevantPolicies {
    /// Makes a request about an unknown record of the kind.
    pub(super) fn request(
        &self,
        caller: PartialEntityUid,
        schema: &Schema,
    ) -> Result<PartialRequest, PolicyError> {
        let record = PartialEntityUid::new(self.kind.clone(), None);
        let context = Some(Context::empty());
        PartialRequest::new(caller, self.action.clone(), record, context, schema)
            .map_err(|error| self.schema_error(&error))
    }

    /// Says that the policies of the action cannot be evaluated with the schema.
    pub(super) fn schema_error(&self, error: &impl fmt::Display) -> PolicyError {
        PolicyError::Schema(format!("`{}`: {error}", self.action))
    }
}
