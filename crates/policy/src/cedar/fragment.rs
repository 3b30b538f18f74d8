//! The part of Cedar that a query can say too, and its translation.
//!
//! Of a record: its columns, compared with what is known of the caller by `==`, `!=`, `<`, `<=`, `>`,
//! `>=`, `like`, `has` and `contains` of a set; and `&&`, `||`, `!`, `if` of those. No arithmetic, no
//! hierarchy: what cannot fail in a query cannot fail here either.

use cedar_policy::{
    Policy, PrincipalConstraint, ResourceConstraint,
    pst::{BinaryOp, Clause, Expr, Literal, PatternElem, UnaryOp, Var},
};

use super::schema::{Attribute, Type};
use crate::{Comparison, KeyColumn, Predicate, Value, Wildcard};

/// Checks that whatever is left over of a policy can be translated.
pub(super) fn check(policy: &Policy) -> Result<(), String> {
    let hierarchy = matches!(
        policy.principal_constraint(),
        PrincipalConstraint::In(_) | PrincipalConstraint::IsIn(..)
    ) || matches!(
        policy.resource_constraint(),
        ResourceConstraint::In(_) | ResourceConstraint::IsIn(..)
    );
    if hierarchy {
        return Err("`in` needs a hierarchy, and columns have none".to_owned());
    }
    let translator = Translator {
        kind: "",
        key: KeyColumn {
            name: "",
            parse: |_| None,
        },
        attributes: None,
    };
    translator.policy(policy).map(drop)
}

/// Turns what is left over of policies into a condition on columns.
pub(super) struct Translator<'a> {
    kind: &'a str,
    key: KeyColumn<'a>,
    /// None while a policy is only checked: then what does not depend on the record is taken for a
    /// constant, and its value for unknown.
    attributes: Option<&'a [Attribute]>,
}

enum Term {
    Column(String),
    Constant(Value),
    Entity(String, String),
    /// A constant of a policy that is only checked.
    Unknown,
}

impl<'a> Translator<'a> {
    pub(super) fn new(kind: &'a str, key: KeyColumn<'a>, attributes: &'a [Attribute]) -> Self {
        Self {
            kind,
            key,
            attributes: Some(attributes),
        }
    }

    pub(super) fn policy(&self, policy: &Policy) -> Result<Predicate, String> {
        let policy = policy.to_pst().map_err(|error| error.to_string())?;
        let clauses = policy.body().clauses().iter().map(|clause| match clause {
            Clause::When(condition) => self.condition(condition),
            Clause::Unless(condition) => Ok(not(self.condition(condition)?)),
        });
        clauses.collect::<Result<_, _>>().map(Predicate::And)
    }

    fn condition(&self, expression: &Expr) -> Result<Predicate, String> {
        if let Expr::Literal(Literal::Bool(holds)) = expression {
            return Ok(Predicate::Always(*holds));
        }
        if self.attributes.is_none() && !is_of_record(expression) {
            require_infallible(expression)?;
            return Ok(Predicate::Always(true));
        }
        match expression {
            Expr::UnaryOp {
                op: UnaryOp::Not,
                expr,
            } => Ok(not(self.condition(expr)?)),
            Expr::BinaryOp { op, left, right } => self.binary(*op, left, right),
            Expr::IfThenElse {
                cond,
                then_expr,
                else_expr,
            } => {
                let condition = self.condition(cond)?;
                Ok(Predicate::Or(vec![
                    Predicate::And(vec![condition.clone(), self.condition(then_expr)?]),
                    Predicate::And(vec![not(condition), self.condition(else_expr)?]),
                ]))
            }
            Expr::HasAttr { expr, attrs } if is_record(expr) && attrs.tail.is_empty() => {
                Ok(Predicate::Has(attrs.head.to_string()))
            }
            Expr::GetAttr { expr, attr } if is_record(expr) => {
                Ok(Predicate::Is(attr.to_string(), true))
            }
            Expr::Like { expr, pattern } => {
                Ok(Predicate::Like(self.column(expr)?, wildcards(pattern)))
            }
            Expr::Is {
                expr,
                entity_type,
                in_expr: None,
            } if is_record(expr) => Ok(Predicate::Always(entity_type.0.to_string() == self.kind)),
            other => Err(outside(other)),
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Predicate, String> {
        match op {
            BinaryOp::And => Ok(self.condition(left)?.and(self.condition(right)?)),
            BinaryOp::Or => Ok(Predicate::Or(vec![
                self.condition(left)?,
                self.condition(right)?,
            ])),
            BinaryOp::Eq => self.equal(left, right),
            BinaryOp::NotEq => Ok(not(self.equal(left, right)?)),
            BinaryOp::Less => self.compare(left, Comparison::Less, right),
            BinaryOp::LessEq => self.compare(left, Comparison::LessOrEqual, right),
            BinaryOp::Greater => self.compare(right, Comparison::Less, left),
            BinaryOp::GreaterEq => self.compare(right, Comparison::LessOrEqual, left),
            BinaryOp::Contains => self.contains(left, right),
            _ => Err(outside(&Expr::BinaryOp {
                op,
                left: left.clone().into(),
                right: right.clone().into(),
            })),
        }
    }

    fn equal(&self, left: &Expr, right: &Expr) -> Result<Predicate, String> {
        match (self.term(left)?, self.term(right)?) {
            (Term::Column(name), Term::Constant(value))
            | (Term::Constant(value), Term::Column(name)) => Ok(Predicate::equal(&name, value)),
            (Term::Column(name), Term::Entity(kind, id))
            | (Term::Entity(kind, id), Term::Column(name)) => Ok(self.is_entity(&name, &kind, id)),
            (Term::Column(_), Term::Unknown) | (Term::Unknown, Term::Column(_)) => {
                Ok(Predicate::Always(true))
            }
            _ => Err("two columns are compared with each other".to_owned()),
        }
    }

    fn is_entity(&self, column: &str, kind: &str, id: String) -> Predicate {
        if column == self.key.name && kind == self.kind {
            let key = (self.key.parse)(&id);
            return key.map_or(Predicate::Always(false), |key| {
                Predicate::equal(column, key)
            });
        }
        let refers = self.attribute(column).is_some_and(
            |one| matches!(&one.kind, Type::Entity(other) if other.to_string() == kind),
        );
        match refers {
            true => Predicate::equal(column, id),
            false => Predicate::Always(false),
        }
    }

    fn attribute(&self, name: &str) -> Option<&Attribute> {
        let attributes = self.attributes?;
        attributes.iter().find(|attribute| attribute.name == name)
    }

    fn compare(&self, left: &Expr, how: Comparison, right: &Expr) -> Result<Predicate, String> {
        match (self.term(left)?, self.term(right)?) {
            (Term::Column(name), Term::Constant(value)) => Ok(Predicate::Compare(name, how, value)),
            (Term::Constant(value), Term::Column(name)) => {
                // what is not smaller or the same is greater, if it is there
                let opposite = match how {
                    Comparison::Less => Comparison::LessOrEqual,
                    _ => Comparison::Less,
                };
                let other = not(Predicate::Compare(name.clone(), opposite, value));
                Ok(Predicate::Has(name).and(other))
            }
            (Term::Column(_), Term::Unknown) | (Term::Unknown, Term::Column(_)) => {
                Ok(Predicate::Always(true))
            }
            _ => Err("two columns are compared with each other".to_owned()),
        }
    }

    fn contains(&self, set: &Expr, member: &Expr) -> Result<Predicate, String> {
        let column = self.column(member)?;
        let one_of = |values: Vec<Predicate>| Ok(Predicate::Or(values));
        match set {
            Expr::Set(members) => {
                let equal = members.iter().map(|one| match self.term(one)? {
                    Term::Constant(value) => Ok(Predicate::equal(&column, value)),
                    Term::Entity(kind, id) => Ok(self.is_entity(&column, &kind, id)),
                    Term::Unknown => Ok(Predicate::Always(true)),
                    Term::Column(_) => Err(outside(set)),
                });
                one_of(equal.collect::<Result<_, _>>()?)
            }
            other if self.attributes.is_none() && !is_of_record(other) => {
                require_infallible(other)?;
                one_of(Vec::new())
            }
            other => Err(outside(other)),
        }
    }

    fn column(&self, expression: &Expr) -> Result<String, String> {
        match self.term(expression)? {
            Term::Column(name) => Ok(name),
            _ => Err(outside(expression)),
        }
    }

    fn term(&self, expression: &Expr) -> Result<Term, String> {
        Ok(match expression {
            Expr::GetAttr { expr, attr } if is_record(expr) => Term::Column(attr.to_string()),
            Expr::Var(Var::Resource) => Term::Column(self.key.name.to_owned()),
            Expr::Literal(Literal::Bool(value)) => Term::Constant((*value).into()),
            Expr::Literal(Literal::Long(number)) => Term::Constant((*number).into()),
            Expr::Literal(Literal::String(text)) => Term::Constant(text.as_str().into()),
            Expr::Literal(Literal::EntityUID(entity)) => {
                Term::Entity(entity.ty.0.to_string(), entity.eid.to_string())
            }
            other if self.attributes.is_none() && !is_of_record(other) => {
                require_infallible(other)?;
                Term::Unknown
            }
            other => return Err(outside(other)),
        })
    }
}

fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

fn is_record(expression: &Expr) -> bool {
    matches!(expression, Expr::Var(Var::Resource))
}

fn is_of_record(expression: &Expr) -> bool {
    expression.reduce(
        &|one| is_record(one).then_some(true),
        &|left, right| left || right,
        false,
    )
}

/// Refuses what could fail when it is evaluated, such as arithmetic that overflows.
fn require_infallible(expression: &Expr) -> Result<(), String> {
    let fallible = |one: &Expr| match one {
        Expr::UnaryOp { op, .. } => !matches!(op, UnaryOp::Not | UnaryOp::IsEmpty),
        Expr::BinaryOp { op, .. } => !matches!(
            op,
            BinaryOp::Eq
                | BinaryOp::NotEq
                | BinaryOp::Less
                | BinaryOp::LessEq
                | BinaryOp::Greater
                | BinaryOp::GreaterEq
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Contains
                | BinaryOp::ContainsAll
                | BinaryOp::ContainsAny
                | BinaryOp::HasTag
                | BinaryOp::GetTag
        ),
        Expr::Is { in_expr, .. } => in_expr.is_some(),
        _ => false,
    };
    let any = expression.reduce(
        &|one| fallible(one).then_some(true),
        &|left, right| left || right,
        false,
    );
    if any {
        Err(outside(expression))
    } else {
        Ok(())
    }
}

fn wildcards(pattern: &[PatternElem]) -> Vec<Wildcard> {
    let mut parts: Vec<Wildcard> = Vec::new();
    for element in pattern {
        match (element, parts.last_mut()) {
            (PatternElem::Char(letter), Some(Wildcard::Text(text))) => text.push(*letter),
            (PatternElem::Char(letter), _) => parts.push(Wildcard::Text(letter.to_string())),
            (PatternElem::Wildcard, Some(Wildcard::Any)) => {}
            (PatternElem::Wildcard, _) => parts.push(Wildcard::Any),
        }
    }
    parts
}

fn outside(expression: &Expr) -> String {
    format!("`{expression}` is more than a query can ask of a column")
}
