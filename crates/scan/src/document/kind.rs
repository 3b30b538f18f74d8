//! What an operation does, by its method and its names.

use airside_api::document::{Detail, Schema};
use http::Method;

use crate::word::{folded, is_password, is_verb, words};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Makes a session or a token out of a password.
    SignIn,
    /// Makes an account with a password.
    Register,
    /// Ends a session: never called.
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
        let name = folded(last);
        let all = format!(
            "{} {}",
            folded(path),
            detail
                .operation_id
                .as_deref()
                .map(folded)
                .unwrap_or_default()
        );
        if ["logout", "signout", "logoff"]
            .iter()
            .any(|one| all.contains(one))
        {
            return Self::SignOut;
        }
        let has_id = path.contains('{');
        let body = detail.body.as_ref().map(|body| &body.schema);
        let example = detail.body.as_ref().and_then(|body| body.example.as_ref());
        let has_password = body.is_some_and(has_password)
            || example
                .and_then(|one| one.as_object())
                .is_some_and(|one| one.keys().any(|name| is_password(name)));
        if *method == Method::POST && !has_id && has_password {
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
            let is_changed = ["reset", "change", "forgot", "verify", "otp"];
            if is_changed.iter().any(|one| all.contains(one)) {
                return Self::Act;
            }
            if SIGN_IN.contains(&name.as_str()) || name.contains("login") || name.contains("signin")
            {
                return Self::SignIn;
            }
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
            if REGISTER.contains(&name.as_str())
                || ["register", "signup", "createuser", "createaccount"]
                    .iter()
                    .any(|one| all.contains(one))
            {
                return Self::Register;
            }
        }
        match *method {
            Method::GET | Method::HEAD => Self::Read,
            Method::PUT | Method::PATCH => Self::Update,
            Method::DELETE => Self::Delete,
            _ => Self::of_post(&segments, last),
        }
    }

    fn of_post(segments: &[&str], last: &str) -> Self {
        let verb = words(last).first().cloned().unwrap_or_default();
        const CREATING: [&str; 8] = [
            "create", "new", "add", "make", "register", "save", "store", "upload",
        ];
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
        let before = segments
            .len()
            .checked_sub(2)
            .and_then(|at| segments.get(at));
        match before.is_some_and(|one| one.starts_with('{')) && !last.ends_with('s') {
            true => Self::Act,
            false => Self::Create,
        }
    }
}

fn has_password(schema: &Schema) -> bool {
    schema.properties.iter().any(|(name, _)| is_password(name))
}

/// Returns true if an operation wipes or rebuilds everything, by its names: no scan calls it.
fn is_reset(path: &str, detail: &Detail) -> bool {
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
