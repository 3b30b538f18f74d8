//! The part of Cedar that a query can say too, and its translation.
//!
//! Of a record, and of its parents: columns, compared with what is known of the caller by `==`, `!=`, `<`,
//! `<=`, `>`, `>=`, `like`, `has` and `contains` of a set; what it is `in`; who is in a set of people; and
//! `&&`, `||`, `!`, `if` of those. No arithmetic: what cannot fail in a query cannot fail here either.

use cedar_policy::{
    Policy,
    pst::{BinaryOp, Clause, EntityUID, Expr, Literal, PatternElem, UnaryOp, Var},
};

use super::{
    condition::{Condition, Entity, Path},
    schema::{Attribute, Kinds, Type},
};
use crate::{Comparison, Predicate, Value, Wildcard};

/// Turns what is left over of policies into a condition on records of one kind.
pub(super) struct Translator<'a> {
    pub(super) kinds: &'a Kinds,
    pub(super) kind: &'a str,
    /// Whether policies are only checked, and the caller is not known: then what does not depend on the
    /// record is taken for a constant, and its value for unknown.
    pub(super) is_check: bool,
}

enum Term {
    /// The record, of its kind.
    Record(String),
    Column(Place, Attribute),
    Constant(Value),
    Entity(Entity),
    /// A constant of a policy that is only checked.
    Unknown,
}

/// The record, or one of its parents.
#[derive(Default)]
struct Place {
    path: Path,
    kind: String,
}

impl Translator<'_> {
    pub(super) fn policy(&self, policy: &Policy) -> Result<Condition, String> {
        let policy = policy.to_pst().map_err(|error| error.to_string())?;
        let clauses = policy.body().clauses().iter().map(|clause| match clause {
            Clause::When(condition) => self.condition(condition),
            Clause::Unless(condition) => Ok(self.condition(condition)?.not()),
        });
        clauses.collect::<Result<_, _>>().map(Condition::And)
    }

    fn condition(&self, expression: &Expr) -> Result<Condition, String> {
        if let Expr::Literal(Literal::Bool(holds)) = expression {
            return Ok(Condition::Always(*holds));
        }
        if self.is_check && !is_of_record(expression) {
            require_infallible(expression)?;
            return Ok(Condition::Always(true));
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
            } => {
                let condition = self.condition(cond)?;
                Ok(Condition::Or(vec![
                    Condition::And(vec![condition.clone(), self.condition(then_expr)?]),
                    Condition::And(vec![condition.not(), self.condition(else_expr)?]),
                ]))
            }
            Expr::HasAttr { expr, attrs } => {
                let attributes: Vec<_> = attrs.iter().map(AsRef::as_ref).collect();
                self.has(self.place(expr)?, &attributes)
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
                    Some(other) => Ok(Condition::And(vec![is, self.is_in(expr, other)?])),
                    None => Ok(is),
                }
            }
            other => Err(outside(other)),
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Condition, String> {
        match op {
            BinaryOp::And => Ok(Condition::And(vec![
                self.condition(left)?,
                self.condition(right)?,
            ])),
            BinaryOp::Or => Ok(Condition::Or(vec![
                self.condition(left)?,
                self.condition(right)?,
            ])),
            BinaryOp::Eq => equal(self.term(left)?, self.term(right)?),
            BinaryOp::NotEq => Ok(equal(self.term(left)?, self.term(right)?)?.not()),
            BinaryOp::Less => self.compare(left, Comparison::Less, right),
            BinaryOp::LessEq => self.compare(left, Comparison::LessOrEqual, right),
            BinaryOp::Greater => self.compare(right, Comparison::Less, left),
            BinaryOp::GreaterEq => self.compare(right, Comparison::LessOrEqual, left),
            BinaryOp::Contains => self.contains(left, right),
            BinaryOp::In => self.is_in(left, right),
            _ => Err(outside(&Expr::BinaryOp {
                op,
                left: left.clone().into(),
                right: right.clone().into(),
            })),
        }
    }

    fn compare(&self, left: &Expr, how: Comparison, right: &Expr) -> Result<Condition, String> {
        match (self.term(left)?, self.term(right)?) {
            (Term::Column(place, column), Term::Constant(value)) => Ok(Condition::Columns(
                place.path,
                Predicate::Compare(column.name, how, value),
            )),
            (Term::Constant(value), Term::Column(place, column)) => {
                // what is not smaller or the same is greater, if it is there
                let opposite = match how {
                    Comparison::Less => Comparison::LessOrEqual,
                    _ => Comparison::Less,
                };
                let other = Predicate::Compare(column.name.clone(), opposite, value);
                let greater = Predicate::Has(column.name).and(Predicate::Not(Box::new(other)));
                Ok(Condition::Columns(place.path, greater))
            }
            (left, right) => equal(left, right),
        }
    }

    fn contains(&self, set: &Expr, member: &Expr) -> Result<Condition, String> {
        match set {
            Expr::Set(members) => {
                let members = members.iter();
                let equal = members.map(|one| equal(self.term(member)?, self.term(one)?));
                Ok(Condition::Or(equal.collect::<Result<_, _>>()?))
            }
            set => match self.term(set)? {
                Term::Column(place, people) if !people.is_column() => {
                    self.member(place, people, member)
                }
                Term::Unknown => equal(self.term(member)?, Term::Unknown),
                _ => Err(outside(set)),
            },
        }
    }

    /// `in`: a person in a set of people, or a record in another one or in one of several.
    fn is_in(&self, left: &Expr, right: &Expr) -> Result<Condition, String> {
        let one = |entity: &EntityUID| self.record_in(self.place(left)?, entity);
        match right {
            Expr::Literal(Literal::EntityUID(entity)) => one(entity),
            Expr::Set(members) => {
                let any = members.iter().map(|member| match &**member {
                    Expr::Literal(Literal::EntityUID(entity)) => one(entity),
                    other => Err(outside(other)),
                });
                Ok(Condition::Or(any.collect::<Result<_, _>>()?))
            }
            right if is_of_record(right) => match self.term(right)? {
                Term::Column(place, people) if !people.is_column() => {
                    self.member(place, people, left)
                }
                _ => Err(outside(right)),
            },
            right => Err(format!(
                "`{right}` is no entity that the policy names, and a record is `in` such a one only"
            )),
        }
    }

    /// Every kind of record on the way has an end: a query cannot follow parents without one.
    fn record_in(&self, place: Place, entity: &EntityUID) -> Result<Condition, String> {
        let target = entity.ty.0.to_string();
        let above = self.kinds.above(&place.kind);
        let mut on_the_way = above.iter().copied().chain([place.kind.as_str()]);
        let endless = on_the_way.find(|kind| {
            let above = self.kinds.above(kind);
            above.contains(kind) && above.contains(target.as_str())
        });
        match endless {
            Some(kind) => Err(format!(
                "a `{kind}` can be in a `{kind}`, and a query cannot follow them without end"
            )),
            None => Ok(Condition::In(place.path, named(entity))),
        }
    }

    fn member(&self, place: Place, people: Attribute, one: &Expr) -> Result<Condition, String> {
        match self.term(one)? {
            Term::Entity(person) if person.kind == "User" => {
                Ok(Condition::Member(place.path, people.name, Some(person.id)))
            }
            // a machine is never a member
            Term::Entity(_) => Ok(always(place, false)),
            Term::Unknown => Ok(Condition::Member(place.path, people.name, None)),
            _ => Err(outside(one)),
        }
    }

    fn has(&self, place: Place, attributes: &[&str]) -> Result<Condition, String> {
        let Some((name, rest)) = attributes.split_first() else {
            return Ok(always(place, true));
        };
        let Some(attribute) = self.kinds.attribute(&place.kind, name) else {
            return Ok(always(place, false));
        };
        let has = match attribute.is_column() {
            true => Predicate::Has((*name).to_owned()),
            // a set of people is there, if it is empty too
            false => Predicate::Always(true),
        };
        let has = Condition::Columns(place.path.clone(), has);
        if rest.is_empty() {
            return Ok(has);
        }
        let parent = self.follow(place, name).ok_or_else(|| no_parent(name))?;
        Ok(Condition::And(vec![has, self.has(parent, rest)?]))
    }

    fn is(&self, expression: &Expr, kind: &str) -> Result<Condition, String> {
        match self.term(expression)? {
            Term::Record(of) => Ok(Condition::Always(of == kind)),
            Term::Column(place, attribute) => match attribute.kind {
                Type::Entity(of) => Ok(always(place, of.to_string() == kind)),
                _ => Err(outside(expression)),
            },
            _ => Err(outside(expression)),
        }
    }

    fn column(
        &self,
        expression: &Expr,
        condition: impl FnOnce(String) -> Predicate,
    ) -> Result<Condition, String> {
        match self.term(expression)? {
            Term::Column(place, column) if column.is_column() => {
                Ok(Condition::Columns(place.path, condition(column.name)))
            }
            _ => Err(outside(expression)),
        }
    }

    fn term(&self, expression: &Expr) -> Result<Term, String> {
        Ok(match expression {
            Expr::GetAttr { expr, attr } if is_of_record(expr) => {
                let place = self.place(expr)?;
                let attribute = self.kinds.attribute(&place.kind, attr);
                let attribute = attribute.ok_or_else(|| outside(expression))?;
                Term::Column(place, attribute.clone())
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
            other => return Err(outside(other)),
        })
    }

    /// The record, or the parent that attributes lead to.
    fn place(&self, expression: &Expr) -> Result<Place, String> {
        match expression {
            Expr::Var(Var::Resource) => Ok(Place {
                kind: self.kind.to_owned(),
                ..Place::default()
            }),
            Expr::GetAttr { expr, attr } => {
                let parent = self.follow(self.place(expr)?, attr);
                parent.ok_or_else(|| no_parent(attr))
            }
            other => Err(outside(other)),
        }
    }

    fn follow(&self, mut place: Place, attribute: &str) -> Option<Place> {
        match self.kinds.type_of(&place.kind, attribute)? {
            Type::Entity(kind) if self.kinds.get(&kind.to_string()).is_some() => {
                place.path.push(attribute.to_owned());
                place.kind = kind.to_string();
                Some(place)
            }
            _ => None,
        }
    }
}

fn equal(left: Term, right: Term) -> Result<Condition, String> {
    match (left, right) {
        (Term::Column(place, column), other) | (other, Term::Column(place, column)) => {
            match (other, &column.kind) {
                (_, Type::People) => Err(PEOPLE.to_owned()),
                (Term::Constant(value), _) => {
                    let equal = Predicate::equal(&column.name, value);
                    Ok(Condition::Columns(place.path, equal))
                }
                (Term::Entity(entity), Type::Entity(kind)) if kind.to_string() == entity.kind => {
                    Ok(Condition::Refers(place.path, column.name, Some(entity.id)))
                }
                (Term::Entity(_), _) => Ok(always(place, false)),
                (Term::Unknown, Type::Entity(_)) => {
                    Ok(Condition::Refers(place.path, column.name, None))
                }
                (Term::Unknown, _) => Ok(Condition::Columns(place.path, column.probe())),
                _ => Err(TWO_COLUMNS.to_owned()),
            }
        }
        (Term::Record(kind), Term::Entity(entity)) | (Term::Entity(entity), Term::Record(kind)) => {
            Ok(match kind == entity.kind {
                true => Condition::Key(Some(entity.id)),
                false => Condition::Always(false),
            })
        }
        (Term::Record(_), Term::Unknown) | (Term::Unknown, Term::Record(_)) => {
            Ok(Condition::Key(None))
        }
        _ => Err(TWO_COLUMNS.to_owned()),
    }
}

const TWO_COLUMNS: &str = "two columns are compared with each other";
const PEOPLE: &str =
    "of a set of people, a query can ask who is in it, by `contains` or `in`, and no more";

/// The same for every record that a path leads to.
fn always(place: Place, holds: bool) -> Condition {
    Condition::Columns(place.path, Predicate::Always(holds))
}

fn named(entity: &EntityUID) -> Entity {
    Entity {
        kind: entity.ty.0.to_string(),
        id: entity.eid.to_string(),
    }
}

fn is_of_record(expression: &Expr) -> bool {
    any(expression, &|one| matches!(one, Expr::Var(Var::Resource)))
}

fn any(expression: &Expr, holds: &dyn Fn(&Expr) -> bool) -> bool {
    expression.reduce(
        &|one| holds(one).then_some(true),
        &|left, right| left || right,
        false,
    )
}

/// Refuses what could fail when it is evaluated, such as arithmetic that overflows, and what asks of a
/// record that is neither the one in question nor one of its parents.
fn require_infallible(expression: &Expr) -> Result<(), String> {
    let is_entity = |one: &Expr| matches!(one, Expr::Literal(Literal::EntityUID(_)));
    let fallible = |one: &Expr| match one {
        Expr::UnaryOp { op, .. } => !matches!(op, UnaryOp::Not | UnaryOp::IsEmpty),
        Expr::BinaryOp {
            op: BinaryOp::HasTag | BinaryOp::GetTag,
            left,
            ..
        } => is_entity(left),
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
        ),
        Expr::GetAttr { expr, .. } | Expr::HasAttr { expr, .. } => is_entity(expr),
        Expr::Is { in_expr, .. } => in_expr.is_some(),
        Expr::ResidualError => true,
        _ => false,
    };
    match any(expression, &fallible) {
        true => Err(outside(expression)),
        false => Ok(()),
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

fn no_parent(attribute: &str) -> String {
    format!("`{attribute}` is no other record, and has no attributes that a query can ask")
}

fn outside(expression: &Expr) -> String {
    format!("`{expression}` is more than a query can ask of a column")
}
