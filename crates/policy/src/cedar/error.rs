//! The reasons why policies are refused when they are read.

/// The reason why policies are refused when they are read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The schema is not one of Cedar, or contradicts itself.
    #[error("the schema is refused: {0}")]
    Schema(String),
    /// An attribute has a type that no column has.
    #[error(
        "`{kind}.{attribute}` is not a column: its type may be String, Long, Bool, an entity type, or Set<User> for members"
    )]
    Attribute {
        /// The entity type.
        kind: String,
        /// Its attribute.
        attribute: String,
    },
    /// The policies are not written in Cedar.
    #[error("the policies are refused: {0}")]
    Syntax(String),
    /// A policy has no name.
    #[error("a policy has no `@id(\"…\")`: {0}")]
    NoId(String),
    /// Two policies have one name, or one is a template.
    #[error("the policy `{policy}` is refused: {reason}")]
    Policy {
        /// The name of the policy.
        policy: String,
        /// Cedar's reason.
        reason: String,
    },
    /// A policy does not fit the schema.
    #[error("the policy `{policy}` does not fit the schema: {reason}")]
    Invalid {
        /// The name of the policy.
        policy: String,
        /// Cedar's reason.
        reason: String,
    },
    /// A policy has a condition that a database query cannot express.
    #[error("the policy `{policy}` cannot become a condition of a query: {reason}")]
    Untranslatable {
        /// The name of the policy.
        policy: String,
        /// The condition that is not supported.
        reason: TranslationError,
    },
}

/// The reason why a condition of a policy cannot become one of a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TranslationError {
    /// The policy fails for every caller.
    #[error("it fails for every caller")]
    AlwaysFails,
    /// Cedar cannot render the policy.
    #[error("{0}")]
    Unreadable(String),
    /// The expression is outside the supported part of Cedar.
    #[error("`{0}` is more than a query can ask of a column")]
    UnsupportedExpression(String),
    /// Two columns are compared with each other.
    #[error("two columns are compared with each other")]
    TwoColumns,
    /// A set of people is used for something else than the question who is in it.
    #[error("of a set of people, a query can ask who is in it, by `contains` or `in`, and no more")]
    SetOfPeople,
    /// An attribute that does not lead to another record has attributes.
    #[error("`{0}` is not another record, and has no attributes that a query can ask")]
    NotARecord(String),
    /// A record is `in` something that the policy does not name.
    #[error("`{0}` is not an entity that the policy names, and a record is `in` such a one only")]
    NotNamed(String),
    /// Records of a kind can be in one another without end.
    #[error("a `{0}` can be in a `{0}`, and a query cannot follow them without end")]
    Endless(String),
}
