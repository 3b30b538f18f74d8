//! An API with poem: a middleware verifies each request once, and handlers ask who calls.

use airside_resource::{Caller, Rejection, ResourceServer, policy::Object, rule};
use poem::{
    Endpoint, EndpointExt as _, Error, Request, Response, Result, Route, get, handler,
    web::{Data, Path},
};

/// The answer to a request that is refused.
fn denied(rejection: Rejection) -> Error {
    let (head, body) = rejection.answer::<String>().into_parts();
    let mut response = Response::builder().status(head.status).body(body);
    *response.headers_mut() = head.headers;
    Error::from_response(response)
}

async fn authenticate(airside: ResourceServer, mut request: Request) -> Result<Request> {
    let uri = request.original_uri().to_string();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let verified = airside.verify_headers(request.method().as_str(), &uri, headers);
    let caller = verified.await.map_err(denied)?;
    request.set_data(caller);
    Ok(request)
}

#[handler]
fn report(Data(caller): Data<&Caller>) -> Result<&'static str> {
    caller
        .require(&rule::scope("reports:read"))
        .map_err(denied)?; // 403 without the scope
    Ok("the report")
}

#[handler]
async fn note(Data(caller): Data<&Caller>, Path(id): Path<i64>) -> Result<&'static str> {
    let rule = rule::scope("notes:read").owner();
    caller.require(rule.function_rule()).map_err(denied)?; // before anything is loaded
    let (owner, text) = crate::note(id).ok_or_else(|| denied(Rejection::NotFound))?;
    let allowed = caller.require_for(&rule, &Object::owned_by(owner));
    allowed.map_err(denied)?; // 404 for the note of another owner
    Ok(text)
}

/// Makes the application.
pub fn api(airside: ResourceServer) -> impl Endpoint {
    Route::new()
        .at("/report", get(report))
        .at("/notes/:id", get(note))
        .before(move |request| authenticate(airside.clone(), request))
}

#[cfg(test)]
mod tests;
