//! An API with actix-web: a middleware verifies each request once, and handlers ask who calls.

use std::fmt;

use actix_web::{
    HttpMessage as _, HttpResponse, ResponseError,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::{Next, from_fn},
    web::{self, Data, Path, ReqData},
};
use airside_resource::{Caller, Rejection, ResourceServer, policy::Object, rule};

/// The answer to a request that is refused.
#[derive(Debug)]
pub struct Denied(Rejection);

impl ResponseError for Denied {
    fn status_code(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.0.status().as_u16());
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let answer = self.0.answer::<String>();
        let mut response = HttpResponse::build(self.status_code());
        for (name, value) in answer.headers() {
            response.append_header((name.as_str(), value.as_bytes()));
        }
        response.body(answer.into_body())
    }
}

impl From<Rejection> for Denied {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

async fn authenticate(
    airside: Data<ResourceServer>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let uri = request.uri().to_string();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let verified = airside.verify_headers(request.method().as_str(), &uri, headers);
    let caller = verified.await.map_err(Denied)?;
    request.extensions_mut().insert(caller);
    next.call(request).await
}

async fn report(caller: ReqData<Caller>) -> Result<&'static str, Denied> {
    caller.require(&rule::scope("reports:read"))?; // 403 without the scope
    Ok("the report")
}

async fn note(caller: ReqData<Caller>, id: Path<i64>) -> Result<&'static str, Denied> {
    let rule = rule::scope("notes:read").owner();
    caller.require(rule.function_rule())?; // before anything is loaded
    let (owner, text) = crate::note(*id).ok_or(Rejection::NotFound)?;
    caller.require_for(&rule, &Object::owned_by(owner))?; // 404 for the note of another owner
    Ok(text)
}

/// Sets an application up: `App::new().configure(api(airside))`.
pub fn api(airside: ResourceServer) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        let routes = web::scope("")
            .app_data(Data::new(airside))
            .wrap(from_fn(authenticate))
            .route("/report", web::get().to(report))
            .route("/notes/{id}", web::get().to(note));
        config.service(routes);
    }
}

#[cfg(test)]
mod tests;
