//! The part of Cedar that a query can express too, and its translation.
//!
//! Of a record, and of its parents: columns, compared with facts of the caller by `==`, `!=`, `<`,
//! `<=`, `>`, `>=`, `like`, `has` and `contains` of a set; what it is `in`; who is in a set of people; and
//! `&&`, `||`, `!`, `if` of those. Arithmetic is excluded, since it can fail.

mod expression;
mod term;

use cedar_policy::{
    Policy,
    pst::{BinaryOp, Clause, EntityUID, Expr, Literal, UnaryOp, Var},
};

use self::{
    expression::{is_of_record, not_a_record, require_infallible, unsupported, wildcards},
    term::{RecordPath, Term, always, equal, named},
};
use super::{
    condition::RecordCondition,
    error::TranslationError,
    schema::{Attribute, Kinds, Type},
};
use crate::{Comparison, Predicate, Value};

/// Translates the residuals of policies into a condition on records of one kind.
pub(super) struct Translator<'a> {
    pub(super) kinds: &'a Kinds,
    pub(super) kind: &'a str,
    /// True if policies are only checked, and the caller is not known: an expression that does not depend on
    /// the record is treated as a constant of unknown value.
    pub(super) is_check: bool,
}

impl Translator<'_> {
    pub(super) fn policy(&self, policy: &Policy) -> Result<RecordCondition, TranslationError> {
        let policy = policy
            .to_pst()
            .map_err(|error| TranslationError::Unreadable(error.to_string()))?;
        let clauses = policy.body().clauses().iter().map(|clause| match clause {
            Clause::When(condition) => self.condition(condition),
            Clause::Unless(condition) => Ok(self.condition(condition)?.not()),
        });
        clauses.collect::<Result<_, _>>().map(RecordCondition::And)
    }

    fn condition(&self, expression: &Expr) -> Result<RecordCondition, TranslationError> {
        if let Expr::Literal(Literal::Bool(holds)) = expression {
            return Ok(RecordCondition::Always(*holds));
        }
        if self.is_check && !is_of_record(expression) {
            require_infallible(expression)?;
            return Ok(RecordCondition::Always(true));
        }
        match expression {
            Expr::UnaryOp {
                op: UnaryOp::Not,
                expr,
            } => Ok(self.condition(expr)?.not()),
            Expr::BinaryOp { op, left, right } => self.binary(*op, left, right),
            Expr::IfThenElse {
                cond,
                then_expr,
                else_expr,
            } => self.choice(cond, then_expr, else_expr),
            Expr::HasAttr { expr, attrs } => {
                let attributes: Vec<_> = attrs.iter().map(AsRef::as_ref).collect();
                self.has(self.record_path(expr)?, &attributes)
            }
            Expr::GetAttr { .. } => self.column(expression, |name| Predicate::Is(name, true)),
            Expr::Like { expr, pattern } => {
                self.column(expr, |name| Predicate::Like(name, wildcards(pattern)))
            }
            Expr::Is {
                expr,
                entity_type,
                in_expr,
            } => {
                let is = self.is(expr, &entity_type.0.to_string())?;
                match in_expr {
                    Some(other) => Ok(RecordCondition::And(vec![is, self.is_in(expr, other)?])),
                    None => Ok(is),
                }
            }
            other => Err(unsupported(other)),
        }
    }

    fn choice(
        &self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
    ) -> Result<RecordCondition, TranslationError> {
        let condition = self.condition(condition)?;
        Ok(RecordCondition::Or(vec![
            RecordCondition::And(vec![condition.clone(), self.condition(then)?]),
            RecordCondition::And(vec![condition.not(), self.condition(otherwise)?]),
        ]))
    }

    fn binary(
        &self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
    ) -> Result<RecordCondition, TranslationError> {
        match op {
            BinaryOp::And => Ok(RecordCondition::And(self.both(left, right)?)),
            BinaryOp::Or => Ok(RecordCondition::Or(self.both(left, right)?)),
            BinaryOp::Eq => equal(self.term(left)?, self.term(right)?),
            BinaryOp::NotEq => Ok(equal(self.term(left)?, self.term(right)?)?.not()),
            BinaryOp::Less => self.compare(left, Comparison::Less, right),
            BinaryOp::LessEq => self.compare(left, Comparison::LessOrEqual, right),
            BinaryOp::Greater => self.compare(right, Comparison::Less, left),
            BinaryOp::GreaterEq => self.compare(right, Comparison::LessOrEqual, left),
            BinaryOp::Contains => self.contains(left, right),
            BinaryOp::In => self.is_in(left, right),
            _ => Err(unsupported(&Expr::BinaryOp {
                op,
                left: left.clone().into(),
                right: right.clone().into(),
            })),
        }
    }

    fn both(&self, left: &Expr, right: &Expr) -> Result<Vec<RecordCondition>, TranslationError> {
        Ok(vec![self.condition(left)?, self.condition(right)?])
    }

    fn compare(
        &self,
        left: &Expr,
        how: Comparison,
        right: &Expr,
    ) -> Result<RecordCondition, TranslationError> {
        match (self.term(left)?, self.term(right)?) {
            (Term::Column(target, column), Term::Constant(value)) => Ok(RecordCondition::Columns(
                target.path,
                Predicate::Compare(column.name, how, value),
            )),
            (Term::Constant(value), Term::Column(target, column)) => {
                let greater = greater(column.name, how, value);
                Ok(RecordCondition::Columns(target.path, greater))
            }
            (left, right) => equal(left, right),
        }
    }

    fn contains(&self, set: &Expr, member: &Expr) -> Result<RecordCondition, TranslationError> {
        match set {
            Expr::Set(members) => {
                let members = members.iter();
                let equal = members.map(|one| equal(self.term(member)?, self.term(one)?));
                Ok(RecordCondition::Or(equal.collect::<Result<_, _>>()?))
            }
            set => match self.term(set)? {
                Term::Column(target, people) if !people.is_column() => {
                    self.member(target, people, member)
                }
                Term::Unknown => equal(self.term(member)?, Term::Unknown),
                _ => Err(unsupported(set)),
            },
        }
    }

    /// Translates `in`: a person in a set of people, or a record in another one or in one of several.
    fn is_in(&self, left: &Expr, right: &Expr) -> Result<RecordCondition, TranslationError> {
        let one = |entity: &EntityUID| self.record_in(self.record_path(left)?, entity);
        match right {
            Expr::Literal(Literal::EntityUID(entity)) => one(entity),
            Expr::Set(members) => {
                let any = members.iter().map(|member| match &**member {
                    Expr::Literal(Literal::EntityUID(entity)) => one(entity),
                    other => Err(unsupported(other)),
                });
                Ok(RecordCondition::Or(any.collect::<Result<_, _>>()?))
            }
            right if is_of_record(right) => match self.term(right)? {
                Term::Column(target, people) if !people.is_column() => {
                    self.member(target, people, left)
                }
                _ => Err(unsupported(right)),
            },
            right => Err(TranslationError::NotNamed(right.to_string())),
        }
    }

    /// Translates `in` of a record. A chain of parents without end is refused, since a query cannot follow it.
    fn record_in(
        &self,
        target: RecordPath,
        entity: &EntityUID,
    ) -> Result<RecordCondition, TranslationError> {
        let group = entity.ty.0.to_string();
        let above = self.kinds.above(&target.kind);
        let mut on_the_way = above.iter().copied().chain([target.kind.as_str()]);
        let endless = on_the_way.find(|kind| {
            let above = self.kinds.above(kind);
            above.contains(kind) && above.contains(group.as_str())
        });
        match endless {
            Some(kind) => Err(TranslationError::Endless(kind.to_owned())),
            None => Ok(RecordCondition::In(target.path, named(entity))),
        }
    }

    fn member(
        &self,
        target: RecordPath,
        people: Attribute,
        one: &Expr,
    ) -> Result<RecordCondition, TranslationError> {
        match self.term(one)? {
            Term::Entity(person) if person.kind == "User" => Ok(RecordCondition::Member(
                target.path,
                people.name,
                Some(person.id),
            )),
            // a machine is never a member
            Term::Entity(_) => Ok(always(target, false)),
            Term::Unknown => Ok(RecordCondition::Member(target.path, people.name, None)),
            _ => Err(unsupported(one)),
        }
    }

    fn has(
        &self,
        target: RecordPath,
        attributes: &[&str],
    ) -> Result<RecordCondition, TranslationError> {
        let Some((name, rest)) = attributes.split_first() else {
            return Ok(always(target, true));
        };
        let has = match self.kinds.attribute(&target.kind, name) {
            None => return Ok(always(target, false)),
            Some(attribute) if attribute.is_column() => Predicate::Has((*name).to_owned()),
            // a set of people exists, even if it is empty
            Some(_) => Predicate::Always(true),
        };
        let has = RecordCondition::Columns(target.path.clone(), has);
        if rest.is_empty() {
            return Ok(has);
        }
        let parent = self
            .follow(target, name)
            .ok_or_else(|| not_a_record(name))?;
        Ok(RecordCondition::And(vec![has, self.has(parent, rest)?]))
    }

    fn is(&self, expression: &Expr, kind: &str) -> Result<RecordCondition, TranslationError> {
        match self.term(expression)? {
            Term::Record(of) => Ok(RecordCondition::Always(of == kind)),
            Term::Column(target, attribute) => match attribute.kind {
                Type::Entity(of) => Ok(always(target, of.to_string() == kind)),
                _ => Err(unsupported(expression)),
            },
            _ => Err(unsupported(expression)),
        }
    }

    fn column(
        &self,
        expression: &Expr,
        condition: impl FnOnce(String) -> Predicate,
    ) -> Result<RecordCondition, TranslationError> {
        match self.term(expression)? {
            Term::Column(target, column) if column.is_column() => Ok(RecordCondition::Columns(
                target.path,
                condition(column.name),
            )),
            _ => Err(unsupported(expression)),
        }
    }

    fn term(&self, expression: &Expr) -> Result<Term, TranslationError> {
        Ok(match expression {
            Expr::GetAttr { expr, attr } if is_of_record(expr) => {
                let target = self.record_path(expr)?;
                let attribute = self.kinds.attribute(&target.kind, attr);
                let attribute = attribute.ok_or_else(|| unsupported(expression))?;
                Term::Column(target, attribute.clone())
            }
            Expr::Var(Var::Resource) => Term::Record(self.kind.to_owned()),
            Expr::Literal(Literal::Bool(value)) => Term::Constant((*value).into()),
            Expr::Literal(Literal::Long(number)) => Term::Constant((*number).into()),
            Expr::Literal(Literal::String(text)) => Term::Constant(text.as_str().into()),
            Expr::Literal(Literal::EntityUID(entity)) => Term::Entity(named(entity)),
            other if self.is_check && !is_of_record(other) => {
                require_infallible(other)?;
                Term::Unknown
            }
            other => return Err(unsupported(other)),
        })
    }

    /// Finds the record, or the parent that attributes lead to.
    fn record_path(&self, expression: &Expr) -> Result<RecordPath, TranslationError> {
        match expression {
            Expr::Var(Var::Resource) => Ok(RecordPath {
                kind: self.kind.to_owned(),
                ..RecordPath::default()
            }),
            Expr::GetAttr { expr, attr } => {
                let parent = self.follow(self.record_path(expr)?, attr);
                parent.ok_or_else(|| not_a_record(attr))
            }
            other => Err(unsupported(other)),
        }
    }

    fn follow(&self, mut target: RecordPath, attribute: &str) -> Option<RecordPath> {
        match self.kinds.type_of(&target.kind, attribute)? {
            Type::Entity(kind) if self.kinds.get(&kind.to_string()).is_some() => {
                target.path.push(attribute.to_owned());
                target.kind = kind.to_string();
                Some(target)
            }
            _ => None,
        }
    }
}

/// A value that is not smaller or equal is greater, unless it is `NULL`.
fn greater(column: String, how: Comparison, value: Value) -> Predicate {
    let opposite = match how {
        Comparison::Less => Comparison::LessOrEqual,
        _ => Comparison::Less,
    };
    let other = Predicate::Compare(column.clone(), opposite, value);
    Predicate::Has(column).and(Predicate::Not(Box::new(other)))
}
