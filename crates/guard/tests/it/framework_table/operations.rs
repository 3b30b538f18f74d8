//! The operations of the handlers whose readings the table has.

use std::{fmt, fmt::Write as _};

use super::Look;

/// An operation, by the route that the handlers say.
#[derive(Clone, Copy)]
pub struct Operation {
    pub route: &'static str,
    pub method: &'static str,
    path: &'static str,
    /// The values that its rule can use.
    value: Value,
}

#[derive(Clone, Copy)]
enum Value {
    Nothing,
    Path(&'static str),
    Query(&'static str),
    Body,
}

/// The path of the route that takes any path.
const FILES: &str = "/files/{path*}";
/// The path of the route with a number.
const NUMBERS: &str = "/nums/{n:int}";
/// The declaration of an operation that accepts forms.
const TAKES_FORMS: &str =
    "body = [\"application/x-www-form-urlencoded\", \"multipart/form-data\"]\n";

pub const OPERATIONS: [Operation; 20] = [
    operation("items_all", "GET", "/items/all", Value::Nothing),
    operation("items_id", "GET", "/items/{id}", Value::Path("id")),
    operation("items_id", "POST", "/items/{id}", Value::Path("id")),
    operation("items_id", "PUT", "/items/{id}", Value::Path("id")),
    operation("items_id", "PATCH", "/items/{id}", Value::Path("id")),
    operation("items_id", "DELETE", "/items/{id}", Value::Path("id")),
    operation("nums", "GET", NUMBERS, Value::Path("n")),
    operation("files", "GET", FILES, Value::Path("path")),
    operation("transfers", "GET", "/transfers", Value::Nothing),
    operation("transfers", "POST", "/transfers", Value::Body),
    operation("transfers", "PUT", "/transfers", Value::Body),
    operation("transfers", "PATCH", "/transfers", Value::Body),
    operation("transfers", "DELETE", "/transfers", Value::Nothing),
    operation("json", "GET", "/json", Value::Nothing),
    operation("json", "POST", "/json", Value::Body),
    operation("json", "PUT", "/json", Value::Body),
    operation("json", "PATCH", "/json", Value::Body),
    operation("json", "DELETE", "/json", Value::Nothing),
    operation("typed", "POST", "/typed", Value::Body),
    operation("search", "GET", "/search", Value::Query("q")),
];

const fn operation(
    route: &'static str,
    method: &'static str,
    path: &'static str,
    value: Value,
) -> Operation {
    Operation {
        route,
        method,
        path,
        value,
    }
}

impl Operation {
    /// The scope that it alone needs.
    pub fn scope(&self) -> String {
        format!("{}:{}", self.route, self.method.to_ascii_lowercase())
    }

    /// The name that a rule looks at.
    pub fn looks_at(&self, look: Look) -> Option<&'static str> {
        match self.value {
            Value::Nothing => None,
            Value::Path(name) | Value::Query(name) => Some(name),
            Value::Body => Some(look.body),
        }
    }

    fn owner(&self, look: Look) -> String {
        let source = match self.value {
            Value::Nothing => return String::new(),
            Value::Path(name) => format!("path = \"{name}\""),
            Value::Query(name) => format!("query = \"{name}\""),
            Value::Body => format!("body = \"/{}\"", look.body),
        };
        format!("owner = {{ {source}, in = \"/values\" }}\n")
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.route)
    }
}

/// The guard's configuration of them.
pub fn configuration(look: Option<Look>) -> String {
    let mut text = String::new();
    for one in OPERATIONS {
        let owner = match look {
            Some(look) => one.owner(look),
            None => "any_object = true\n".to_owned(),
        };
        let takes = match one.route {
            "transfers" if !matches!(one.method, "GET" | "DELETE") => TAKES_FORMS,
            _ => "",
        };
        writeln!(
            text,
            "[[operation]]\nmatch = \"{} {}\"\nscope = \"{}\"\n{owner}{takes}",
            one.method,
            one.path,
            one.scope()
        )
        .unwrap();
    }
    text
}
