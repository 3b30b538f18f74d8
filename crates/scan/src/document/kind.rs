//! The kind of an operation, by its method and its names.

use airside_api::document::{BodyDetail, Detail, Schema};
use http::Method;

use crate::word::{folded, is_password, is_verb, verb};

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Makes a session or a token out of a password.
    SignIn,
    /// Makes an account with a password.
    Register,
    /// Ends a session: called for tokens that nothing else uses only.
    SignOut,
    /// Wipes or rebuilds everything: never called.
    Reset,
    /// Makes an object in a collection.
    Create,
    /// Shows one object, or what the caller has without an identifier.
    Read,
    /// Changes an object.
    Update,
    /// Deletes an object.
    Delete,
    /// Does something else with an object.
    Act,
}

impl Kind {
    pub(super) fn of(method: &Method, path: &str, detail: &Detail) -> Self {
        if is_reset(path, detail) {
            return Self::Reset;
        }
        let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
        let last = segments.last().copied().unwrap_or_default();
        let id = detail.operation_id.as_deref().map(folded);
        let all = format!("{} {}", folded(path), id.unwrap_or_default());
        if SIGN_OUT.iter().any(|one| all.contains(one)) {
            return Self::SignOut;
        }
        let takes_password = match &detail.body {
            Some(body) => takes_password(body),
            // a document that describes no body leaves the name
            None => NAMED.contains(&folded(last).as_str()),
        };
        let is_about_accounts = *method == Method::POST && !path.contains('{') && takes_password;
        let with_password = is_about_accounts.then(|| Self::with_password(&folded(last), &all));
        let by_method = || match *method {
            Method::GET | Method::HEAD => Self::Read,
            Method::PUT | Method::PATCH => Self::Update,
            Method::DELETE => Self::Delete,
            _ => Self::of_post(&segments, last),
        };
        with_password.flatten().unwrap_or_else(by_method)
    }

    /// Returns the kind of a POST with a password in its body, by its last segment and by all of its names.
    fn with_password(last: &str, all: &str) -> Option<Self> {
        let has = |names: &[&str]| names.iter().any(|one| all.contains(one));
        if has(&["reset", "change", "forgot", "verify", "otp"]) {
            return Some(Self::Act);
        }
        if SIGN_IN.contains(&last) || last.contains("login") || last.contains("signin") {
            return Some(Self::SignIn);
        }
        let is_register =
            REGISTER.contains(&last) || has(&["register", "signup", "createuser", "createaccount"]);
        is_register.then_some(Self::Register)
    }

    fn of_post(segments: &[&str], last: &str) -> Self {
        let verb = verb(last);
        if CREATING.contains(&verb.as_str()) {
            return Self::Create;
        }
        if last.starts_with('{') {
            return Self::Act;
        }
        if is_verb(last) {
            return match verb.as_str() {
                "update" | "edit" | "change" | "modify" | "set" => Self::Update,
                "delete" | "remove" | "destroy" => Self::Delete,
                _ => Self::Act,
            };
        }
        // `POST /orders/{id}/cancel` acts, `POST /orders/{id}/items` creates
        let before = segments.iter().rev().nth(1);
        match before.is_some_and(|one| one.starts_with('{')) && !last.ends_with('s') {
            true => Self::Act,
            false => Self::Create,
        }
    }
}

fn takes_password(body: &BodyDetail) -> bool {
    let example = body.example.as_ref().and_then(|one| one.as_object());
    let mut named = example.into_iter().flat_map(|one| one.keys());
    named.any(|name| is_password(name)) || has_password(&body.schema)
}

fn has_password(schema: &Schema) -> bool {
    schema.properties.iter().any(|(name, _)| is_password(name))
}

/// Returns true if an operation wipes or rebuilds everything, by its names: no scan calls it.
fn is_reset(path: &str, detail: &Detail) -> bool {
    let id = detail.operation_id.as_deref().unwrap_or_default();
    let id = id.rsplit(['.', '/']).next().unwrap_or_default();
    let texts = path.split('/').filter(|one| !one.starts_with('{'));
    let mut names: Vec<String> = texts.map(folded).collect();
    names.push(folded(id));
    let all = names.concat();
    if all.contains("password") || all.contains("passwd") || all.contains("otp") {
        return false;
    }
    names.iter().any(|name| WHOLE.contains(&name.as_str()))
        || ["database", "populatedb", "dropall"].iter().any(|one| {
            all.contains(one)
                && ["reset", "create", "init", "drop", "populate", "seed"]
                    .iter()
                    .any(|verb| all.contains(verb))
        })
}

const SIGN_OUT: [&str; 3] = ["logout", "signout", "logoff"];

const SIGN_IN: [&str; 9] = [
    "login",
    "signin",
    "authenticate",
    "auth",
    "token",
    "session",
    "tokens",
    "sessions",
    "accesstoken",
];

const REGISTER: [&str; 8] = [
    "register",
    "signup",
    "registration",
    "users",
    "accounts",
    "user",
    "customers",
    "members",
];

/// Names of what makes accounts and signs them in, whatever its body.
const NAMED: [&str; 5] = ["register", "signup", "registration", "login", "signin"];

const CREATING: [&str; 8] = [
    "create", "new", "add", "make", "register", "save", "store", "upload",
];

/// Names of operations that wipe or rebuild everything.
const WHOLE: [&str; 21] = [
    "createdb",
    "initdb",
    "resetdb",
    "dropdb",
    "seeddb",
    "reseed",
    "reset",
    "resetall",
    "seed",
    "wipe",
    "purge",
    "truncate",
    "flush",
    "shutdown",
    "restart",
    "reboot",
    "populate",
    "reinitialize",
    "resetdatabase",
    "setupdb",
    "deleteall",
];
