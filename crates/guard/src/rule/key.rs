//! The keys of a rule.

use airside_config::{
    Registry, Section,
    key::{
        Within, boolean, integer, table, tables, text, text_or_texts, texts, texts_or_tables,
        within,
    },
    section,
};

/// The keys of an `x-airside`.
pub(crate) static EXTENSION: Registry = Registry {
    retired: &[("operation", "hide", HIDE)],
    ..Registry::new("x-airside", &[RuleKeys::INFO])
};

section! {
    /// `[[operation]]`, or an `x-airside`.
    pub(crate) RULE: RuleKeys = tables("operation"), "An operation of the API, and who may. Beside an operation of an OpenAPI document, `x-airside` says the same." {
        r#match: Optional<String> = text(),
            "A method, a space and a path, as in `GET /accounts/{id}`; only in `guard.toml`, where it is required.";
        public: Optional<String> = text(),
            "Lets everybody in, and says why.";
        any_token: Key<bool> = boolean().or(false),
            "Lets every caller with a good token in.";
        people_only: Key<bool> = boolean().or(false),
            "Refuses machines that act for themselves, which have no subject that an object could belong to.";
        scope: Optional<Vec<String>> = text_or_texts(),
            "The scopes that are required, all of them.";
        role: Optional<Vec<String>> = text_or_texts(),
            "The roles that are required, all of them.";
        acr: Optional<Vec<String>> = text_or_texts(),
            "The authentication contexts of which one is required (RFC 9470).";
        max_age: Optional<u32> = integer(0, u32::MAX),
            "How many seconds ago the person may have signed in at most (RFC 9470).";
        action: Optional<String> = text(),
            "The action that the policies of `[policies]` decide about.";
        any_object: Key<bool> = boolean().or(false),
            "Lets every caller touch every object of a path with parameters.";
        owner: Optional<Within<OwnerKeys>> = within(),
            "How the owner of the object is known.";
        body_fields: Optional<Vec<String>> = texts(),
            "The fields that the body may have, as JSON pointers, with `*` for every item of a list; closes the query too.";
        query_fields: Optional<Vec<String>> = texts(),
            "The names that the query may have.";
        body: Optional<Vec<String>> = text_or_texts(),
            "The media types of the body, as in `multipart/form-data`, `image/*` or `*/*`.";
        show: Optional<Vec<Within<ShownKeys>>> = texts_or_tables(),
            "The fields of the answer that callers see, as JSON pointers; of a GET only.";
    }
}

section! {
    /// `owner` of a rule.
    pub(crate) OWNER: OwnerKeys = table("owner"), "One of `path`, `query`, `body`, `response`, `lookup`, `view` and `items` says where the owner is; `equals` or `in` what it must be." {
        path: Optional<String> = text(),
            "A parameter of the path.";
        query: Optional<String> = text(),
            "A parameter of the query.";
        body: Optional<String> = text(),
            "A JSON pointer into the body.";
        response: Optional<String> = text(),
            "A JSON pointer into the answer; of a GET only.";
        lookup: Optional<String> = text(),
            "An address that answers with the owner; `{path:id}`, `{query:id}` and `{body:/id}` are values of the request.";
        pointer: Optional<String> = text(),
            "With `lookup`: a JSON pointer into its answer.";
        view: Optional<String> = text(),
            "A view with the columns `id` and `owner` in the database of `[database]`.";
        key: Optional<String> = text(),
            "With `view`: the id of the row, as in `{path:id}`.";
        items: Optional<String> = text(),
            "A JSON pointer to a list in the answer, of which the others' items are dropped; of a GET only.";
        field: Optional<String> = text(),
            "With `items`: a JSON pointer to the owner in an item.";
        equals: Optional<String> = text(),
            "The claim that the owner must be, as in `sub`.";
        r#in: Optional<String> = text(),
            "A JSON pointer to a list in the token of which the owner must be one (RFC 9396).";
    }
}

section! {
    /// An item of `show` that only callers with a scope see.
    pub(crate) SHOWN: ShownKeys = table("show"), "A field that only callers with a scope see; a text is a field that all see." {
        field: Optional<String> = text().required(),
            "A JSON pointer.";
        scope: Optional<String> = text().required(),
            "The scope.";
    }
}

/// The replacement of the key `hide`.
pub(crate) const HIDE: &str = "`hide` has become `show`, which names what callers see and leaves out the rest: write `show = [\"/id\", \"/name\", { field = \"/ssn\", scope = \"pii:read\" }]`";
