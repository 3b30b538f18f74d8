//! A gRPC service with tonic: the layer answers calls without a token, and methods ask who calls.

mod wire;

use airside_resource::{
    AuthenticationLayer, Caller, Rejection, ResourceServer, policy::Object, rule,
};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Error, Server, server::TcpIncoming},
};

pub use self::wire::{Notes, NotesClient, NotesServer};

/// The methods of the service.
#[derive(Clone, Debug)]
pub struct NoteService {
    airside: ResourceServer,
}

/// The status of a call that is refused, with the challenge in its metadata.
fn denied(rejection: Rejection) -> Status {
    let answer = rejection.grpc_answer::<()>();
    let status = Status::from_header_map(answer.headers());
    status.unwrap_or_else(|| Status::unknown("refused"))
}

impl Notes for NoteService {
    async fn read(&self, request: Request<i64>) -> Result<Response<String>, Status> {
        let caller = Caller::of(request.extensions(), &self.airside);
        let caller = caller.ok_or_else(|| denied(Rejection::NoToken))?;
        let rule = rule::scope("notes:read").owner();
        caller.require(rule.function_rule()).map_err(denied)?; // PERMISSION_DENIED without the scope
        let note = crate::note(*request.get_ref());
        let (owner, text) = note.ok_or_else(|| denied(Rejection::NotFound))?;
        let allowed = caller.require_for(&rule, &Object::owned_by(owner));
        allowed.map_err(denied)?; // NOT_FOUND for the note of another owner
        Ok(Response::new(text.to_owned()))
    }
}

/// Serves the API.
///
/// # Errors
///
/// The connection cannot be served.
pub async fn serve(airside: ResourceServer, listener: TcpListener) -> Result<(), Error> {
    let notes = NoteService {
        airside: airside.clone(),
    };
    Server::builder()
        .layer(AuthenticationLayer::grpc(airside))
        .add_service(NotesServer::new(notes))
        .serve_with_incoming(TcpIncoming::from(listener))
        .await
}

#[cfg(test)]
mod tests;
