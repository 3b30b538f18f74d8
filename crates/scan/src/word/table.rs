//! Words and what they say.

pub(super) const IRREGULAR: [(&str, &str); 9] = [
    ("people", "person"),
    ("children", "child"),
    ("addresses", "address"),
    ("statuses", "status"),
    ("data", "data"),
    ("movies", "movie"),
    ("cookies", "cookie"),
    ("caches", "cache"),
    ("quizzes", "quiz"),
];

/// Segments of a path that name no object.
pub(super) const PREFIXES: [&str; 8] = [
    "api", "apis", "rest", "public", "private", "internal", "app", "v",
];

pub(super) const VERBS: [&str; 44] = [
    "create", "new", "add", "make", "register", "signup", "get", "list", "all", "view", "show",
    "read", "find", "search", "fetch", "update", "edit", "change", "set", "modify", "delete",
    "remove", "destroy", "save", "store", "upload", "download", "cancel", "approve", "reject",
    "send", "submit", "post", "put", "patch", "export", "import", "details", "detail", "info",
    "return", "apply", "lookup", "query",
];

/// Words of a segment of a path that say that it is about several objects.
pub(super) const BULK: [&str; 4] = ["batch", "bulk", "mass", "multi"];

pub(super) const ID_WORDS: [&str; 19] = [
    "id",
    "ids",
    "uuid",
    "guid",
    "oid",
    "slug",
    "ref",
    "reference",
    "number",
    "no",
    "code",
    "key",
    "username",
    "login",
    "handle",
    "vin",
    "sku",
    "isbn",
    "sid",
];

pub(crate) const KNOWN_KINDS: [&str; 24] = [
    "user", "account", "order", "item", "product", "post", "comment", "file", "document", "note",
    "message", "team", "tenant", "project", "task", "customer", "vehicle", "video", "book",
    "payment", "invoice", "report", "group", "card",
];

pub(super) const SENSITIVE: [&str; 36] = [
    "secret",
    "password",
    "passwd",
    "token",
    "ssn",
    "pin",
    "iban",
    "cvv",
    "cvc",
    "balance",
    "salary",
    "income",
    "phone",
    "mobile",
    "email",
    "mail",
    "address",
    "street",
    "birthday",
    "birthdate",
    "dob",
    "medical",
    "diagnosis",
    "credential",
    "private",
    "confidential",
    "card",
    "passport",
    "license",
    "credit",
    "bank",
    "routing",
    "otp",
    "hash",
    "apikey",
    "prescription",
];

pub(super) const SENSITIVE_WHOLE: [&str; 8] = [
    "accountnumber",
    "accountno",
    "apikey",
    "internalnote",
    "internalnotes",
    "adminnotes",
    "resetcode",
    "privatekey",
];

pub(super) const PRIVILEGED: [&str; 35] = [
    "admin",
    "administrator",
    "role",
    "superuser",
    "staff",
    "moderator",
    "permission",
    "privilege",
    "scope",
    "balance",
    "credit",
    "owner",
    "verified",
    "approved",
    "tenant",
    "plan",
    "tier",
    "discount",
    "price",
    "paid",
    "limit",
    "quota",
    "trusted",
    "locked",
    "banned",
    "blocked",
    "premium",
    "vip",
    "points",
    "author",
    "uploader",
    "creator",
    "sender",
    "level",
    "wallet",
];

pub(super) const PRIVILEGED_WHOLE: [&str; 24] = [
    "isadmin",
    "isstaff",
    "isactive",
    "isverified",
    "ispremium",
    "userid",
    "ownerid",
    "tenantid",
    "orgid",
    "organizationid",
    "accountid",
    "createdby",
    "usertype",
    "accounttype",
    "emailverified",
    "totalprice",
    "status",
    "state",
    "usergroup",
    "group",
    "groups",
    "availablecredit",
    "active",
    "enabled",
];

pub(super) const ADMIN: [&str; 12] = [
    "admin",
    "administration",
    "administrator",
    "adm",
    "backoffice",
    "superuser",
    "superadmin",
    "sudo",
    "management",
    "staff",
    "moderation",
    "root",
];

/// Words for administrators in sentences.
pub(super) const ADMIN_ROLES: [&str; 8] = [
    "admin",
    "administrator",
    "superuser",
    "superadmin",
    "staff",
    "operator",
    "moderator",
    "supervisor",
];

/// Names of areas that are often for some callers only.
pub(super) const ADMIN_NAMES: [&str; 6] = [
    "op",
    "operator",
    "internal",
    "moderator",
    "supervisor",
    "sysop",
];

/// Words of scopes that give more than reading and writing.
pub(super) const ADMIN_SCOPES: [&str; 4] = ["manage", "moderate", "operate", "impersonate"];

/// Words before a role that make it a condition: "only for administrators".
pub(super) const ONLY_BEFORE: [&str; 8] = [
    "for",
    "only",
    "require",
    "requires",
    "required",
    "restricted",
    "needs",
    "need",
];

/// Words behind a role that make it a condition: "admin only".
pub(super) const ONLY_BEHIND: [&str; 6] = [
    "only",
    "required",
    "endpoint",
    "privilege",
    "right",
    "permission",
];

/// Words for those who may see what is private.
pub(super) const OWNERS: [&str; 8] = [
    "own",
    "owner",
    "self",
    "caller",
    "themselves",
    "administrators",
    "admin",
    "admins",
];
