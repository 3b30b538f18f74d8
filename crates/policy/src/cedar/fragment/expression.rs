//! Expressions that can be asked of a record without a failure.

use cedar_policy::pst::{BinaryOp, Expr, Literal, PatternElem, UnaryOp, Var};

use crate::{Wildcard, cedar::error::TranslationError};

pub(super) fn is_of_record(expression: &Expr) -> bool {
    any(expression, &|one| matches!(one, Expr::Var(Var::Resource)))
}

fn any(expression: &Expr, holds: &dyn Fn(&Expr) -> bool) -> bool {
    expression.reduce(
        &|one| holds(one).then_some(true),
        &|left, right| left || right,
        false,
    )
}

/// Refuses an expression that could fail when it is evaluated, such as arithmetic that overflows, or that
/// depends on a record other than the one in question and its parents.
pub(super) fn require_infallible(expression: &Expr) -> Result<(), TranslationError> {
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
        true => Err(unsupported(expression)),
        false => Ok(()),
    }
}

pub(super) fn wildcards(pattern: &[PatternElem]) -> Vec<Wildcard> {
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

pub(super) fn not_a_record(attribute: &str) -> TranslationError {
    TranslationError::NotARecord(attribute.to_owned())
}

pub(super) fn unsupported(expression: &Expr) -> TranslationError {
    TranslationError::UnsupportedExpression(expression.to_string())
}
