//! The operations of the admin API. The table is the router: what is not in it is not answered, and what
//! is in it is described.
//!
//! To add an operation, write a handler and two lines in the table of [`super`]:
//!
//! ```text
//! pub(super) async fn rename(
//!     _: Function<WriteUsers>,                       // who may: an action of `action.rs`
//!     call: Call<UserPath, Nothing, NewName>,        // path, query and body
//! ) -> Result<Reply<User>, AdminError>               // or `Created<T>`, or `Listing<T>`
//!
//!     .post("/users/{name}/rename", user::rename)
//!     .says("rename_user", "Gives an account another name.")
//!     .or(NOT_FOUND, "There is no such account.")    // what only this operation answers
//! ```
//!
//! The types are described by `#[derive(JsonSchema)]`, whose texts are their doc comments: a struct for the
//! path with a member for each parameter; `Page<Key>` for the query of a list, flattened if there is more.
//! A body's struct is `#[serde(default)]` in each member that may be left out; the table refuses what
//! it does not name.
//! Then `UPDATE_REFERENCE=1 cargo test -p airside-server document` writes `docs/reference/admin-api.json`.

use std::{any::TypeId, collections::HashMap};

use airside_oauth::profile::ADMIN_API;
use airside_resource::{Router, router::Handler};
use http::{Method, StatusCode};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

use super::{
    AdminError, administration::Administration, answer::Answer, call::Call, description,
    input::Input,
};
use crate::observe::DeclaredPaths;

/// The operations, and the router of their handlers.
pub(super) struct Table {
    pub(super) routes: Router<Administration>,
    pub(super) operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    /// Describes the types of the handler.
    pub(super) describe: fn(&mut TypeSchemas) -> HandlerTypes,
    pub(super) refusals: Vec<(StatusCode, &'static str)>,
}

/// The types of a handler, as the document has them.
pub(super) struct HandlerTypes {
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answer: (u16, Value),
}

/// The schemas of the types that have been described.
pub(super) struct TypeSchemas {
    /// Of what is sent, and of what is answered.
    pub(super) generators: [SchemaGenerator; 2],
    /// Of queries and bodies.
    pub(super) inputs: HashMap<TypeId, Value>,
}

/// An operation without words, of which there are none in a table.
#[must_use]
pub(super) struct UndescribedOperation {
    table: Table,
    operation: Operation,
}

/// A handler whose types say everything about its operation.
pub(super) trait DescribedHandler<T>: Handler<T, Administration> {
    type Path: Input;
    type Query: Input;
    type Body: Input;
    type Answer: Answer;
}

impl<F, M, D, P, Q, B, R, Fut> DescribedHandler<(M, D, Call<P, Q, B>)> for F
where
    F: FnOnce(D, Call<P, Q, B>) -> Fut + Handler<(M, D, Call<P, Q, B>), Administration>,
    Fut: Future<Output = Result<R, AdminError>>,
    P: Input,
    Q: Input,
    B: Input,
    R: Answer,
{
    type Path = P;
    type Query = Q;
    type Body = B;
    type Answer = R;
}

impl Table {
    /// Begins without operations.
    pub(super) fn new() -> Self {
        Self {
            routes: Router::new(),
            operations: Vec::new(),
        }
    }

    /// Returns the paths of the operations, below the path of the issuer.
    pub(super) fn paths(&self, path: &str) -> DeclaredPaths {
        let paths = self.operations.iter().map(|operation| operation.path);
        paths
            .map(|operation| format!("{path}{ADMIN_API}{operation}"))
            .collect()
    }

    /// Says that no rule looks at a parameter of the paths, and why that is right.
    pub(super) fn unchecked_parameter(mut self, name: &str, reason: &str) -> Self {
        self.routes = self.routes.unchecked_parameter(name, reason);
        self
    }

    /// Reads.
    pub(super) fn get<H: DescribedHandler<T>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> UndescribedOperation {
        let mut undescribed = self.operation::<H, T>(Method::GET, path);
        undescribed.table.routes = undescribed.table.routes.get(path, handler);
        undescribed
    }

    /// Makes or does.
    pub(super) fn post<H: DescribedHandler<T>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> UndescribedOperation {
        let mut undescribed = self.operation::<H, T>(Method::POST, path);
        undescribed.table.routes = undescribed.table.routes.post(path, handler);
        undescribed
    }

    /// Changes.
    pub(super) fn patch<H: DescribedHandler<T>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> UndescribedOperation {
        let mut undescribed = self.operation::<H, T>(Method::PATCH, path);
        undescribed.table.routes = undescribed.table.routes.patch(path, handler);
        undescribed
    }

    /// Deletes or ends.
    pub(super) fn delete<H: DescribedHandler<T>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> UndescribedOperation {
        let mut undescribed = self.operation::<H, T>(Method::DELETE, path);
        undescribed.table.routes = undescribed.table.routes.delete(path, handler);
        undescribed
    }

    /// Says of the last operation what it refuses that others do not, and when.
    pub(super) fn or(mut self, status: StatusCode, when: &'static str) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            operation.refusals.push((status, when));
        }
        self
    }

    fn operation<H: DescribedHandler<T>, T>(
        self,
        method: Method,
        path: &'static str,
    ) -> UndescribedOperation {
        let operation = Operation {
            method,
            path,
            id: "",
            summary: "",
            describe: TypeSchemas::describe::<H, T>,
            refusals: Vec::new(),
        };
        let table = self;
        UndescribedOperation { table, operation }
    }
}

impl TypeSchemas {
    /// Begins without types.
    pub(super) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        let sent = settings().for_deserialize().into_generator();
        let answered = settings().for_serialize().into_generator();
        Self {
            generators: [sent, answered],
            inputs: HashMap::new(),
        }
    }

    /// Describes the types of a handler, and keeps their schemas.
    fn describe<H: DescribedHandler<T>, T>(&mut self) -> HandlerTypes {
        let [sent, answered] = &mut self.generators;
        let of_path = schema_of::<H::Path>(sent);
        let of_query = schema_of::<H::Query>(sent);
        let of_body = schema_of::<H::Body>(sent);
        let has_body = description::has_properties(&of_body);
        let body = has_body.then(|| sent.subschema_for::<H::Body>().to_value());
        let mut parameters = description::parameters(&of_path, "path");
        parameters.extend(description::parameters(&of_query, "query"));
        let answer = description::answer::<H::Answer>(answered);
        let request_body = body.as_ref();
        let request_body = request_body.map(|body| description::request_body(body, &of_body));
        let query = (TypeId::of::<H::Query>(), description::closed(of_query));
        let body = body.unwrap_or_else(|| description::closed(of_body));
        self.inputs.extend([query, (TypeId::of::<H::Body>(), body)]);
        HandlerTypes {
            parameters,
            body: request_body,
            answer: (H::Answer::STATUS, answer),
        }
    }
}

impl UndescribedOperation {
    /// Names the operation (`operationId`) and says in a sentence what it does.
    pub(super) fn says(self, id: &'static str, summary: &'static str) -> Table {
        let Self {
            mut table,
            mut operation,
        } = self;
        (operation.id, operation.summary) = (id, summary);
        table.operations.push(operation);
        table
    }
}

fn schema_of<T: Input>(generator: &mut SchemaGenerator) -> Value {
    T::json_schema(generator).to_value()
}
