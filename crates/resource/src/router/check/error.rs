//! The reasons why routes do not make an API.

use airside_policy::RelationError;
use http::Method;

/// The reason why routes do not make an API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A path does not begin with a slash, or has braces that are not around a whole segment.
    #[error(
        "the path `{0}` is not a path: begin with `/`, and write a parameter as a segment `{{name}}`"
    )]
    NoPath(String),
    /// Two handlers for the same requests.
    #[error("`{method} {path}` has two handlers")]
    Twice {
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
    /// Two paths that differ in the names of their parameters only.
    #[error("`{0}` and `{1}` are the same path: give their parameters the same names")]
    SamePath(String, String),
    /// Two parameters of a path have one name.
    #[error("`{path}` has two parameters `{{{parameter}}}`: name them apart")]
    RepeatedParameter {
        /// The path.
        path: String,
        /// The name.
        parameter: String,
    },
    /// No rule checks a parameter of a path.
    #[error(
        "no rule of `{method} {path}` checks `{{{parameter}}}`: make its record the parent (`.through`) or the one that the declaration loads, or say why that is right by `.unchecked_parameter(\"{parameter}\", \"…\")`"
    )]
    UncheckedParameter {
        /// The method.
        method: Method,
        /// The path.
        path: String,
        /// The name.
        parameter: String,
    },
    /// A path does not name its record.
    #[error("`{path}` is about one {record}, and has no parameter `{{{parameter}}}` that names it")]
    NoParameter {
        /// The path.
        path: String,
        /// The kind of record.
        record: &'static str,
        /// The parameter that is missing.
        parameter: &'static str,
    },
    /// A record allows handlers to set its key, or a column that comes from the token.
    #[error("`WRITABLE` of {record} has `{column}`, which no handler may set")]
    NeverWritable {
        /// The kind of record.
        record: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A rule leads through parents back to itself.
    #[error(
        "`{action}` has no end: its parents lead back to it, or are more than 16 (a record that is its own parent needs a rule that is not `.through`)"
    )]
    Endless {
        /// The action.
        action: &'static str,
    },
    /// A rule about one kind of record has a membership of another.
    #[error(
        "`{action}` is about records of the kind {record}, and its rule asks for members of a {other}, whose key would be taken for theirs: make the {other} the parent, and let the rule be `.through::<{other}, …>()`"
    )]
    OtherMembership {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The kind of record that people are members of.
        other: String,
    },
    /// A key could mean several records.
    #[error(
        "the key of {record} is unique only within its `{column}`, which nothing fixes at `{method} {path}`: name that parent in the path, or, if `{column}` is the owner or the tenant, let the rule of `{action}` be `.owner()` or `.tenant(…)`"
    )]
    AmbiguousKey {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The column.
        column: &'static str,
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
    /// Another table refers to a record by a key that could mean several.
    #[error(
        "the rule of `{action}` finds a {record} by its key alone, for a member or a parent, and that key is unique only within other columns: give {record} a key of its own"
    )]
    AmbiguousReference {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
    },
    /// A handler may put a record below any parent.
    #[error(
        "`{action}` can put a {record} below any other parent: `{column}` is writable, and the rule does not check it; let the rule be `.through` that parent, or take `writable` or `parent` away from `{column}`"
    )]
    UncheckedParent {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A rule compares an owner or a tenant, and the record has none: it would never hold.
    #[error("the rule of `{action}` compares the {role}, and no column of {record} is the {role}")]
    NoColumn {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// `owner` or `tenant`.
        role: &'static str,
    },
    /// The rule by which a record with a tenant is made does not fix the tenant: it would allow no one.
    #[error(
        "`{action}` makes a {record}, which has a tenant, and its rule does not fix which: let it have `.tenant(…)` or `.and_tenant(…)`"
    )]
    NoTenant {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
    },
    /// A router with layers or a fallback was merged or nested, and they would be lost.
    #[error(
        "a router that was merged or nested has layers or a fallback, which would be lost: put them on the outer router, and the checks of a layer into the rules"
    )]
    LostLayers,
    /// Two kinds of record, such as one and its parent, are named by one path parameter, which would be the
    /// key of both.
    #[error(
        "`{action}` is about a {record}, and `{{{parameter}}}` is the path parameter of another record too, of a parent or in the same tuple: give one a `PARAMETER` of its own"
    )]
    SharedParameter {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// Policies decide, and none are configured.
    #[error(
        "policies decide about `{0}`, and none are configured: give them to `ResourceServer::trusting(…).for_audience(…).policies(…)`"
    )]
    NoPolicies(&'static str),
    /// The schema of the policies has no such action.
    #[error("policies decide about `{action}`, and their schema has no such action on `{kind}`")]
    UnknownAction {
        /// The action.
        action: &'static str,
        /// The kind of record, or `Api`.
        kind: &'static str,
    },
    /// The policies look at parents or members that the code does not declare, or declares otherwise.
    #[error("policies decide about `{action}`: {reason}")]
    Relation {
        /// The action.
        action: &'static str,
        /// The difference between the policies and the code.
        reason: RelationError,
    },
}
