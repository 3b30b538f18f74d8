//! The code that tonic generates from a `.proto` file, written by hand and shortened, so that `protoc` is not
//! needed. The
//! service has one method, and its messages are a number and a text.

use std::{
    convert::Infallible,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf as _, BufMut as _};
use http::uri::PathAndQuery;
use tonic::{
    Request, Response, Status,
    body::Body,
    client::GrpcService,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{NamedService, UnaryService},
};
use tower::Service;

/// The service, as its methods are written.
pub trait Notes: Send + Sync + 'static {
    /// Reads a note.
    fn read(
        &self,
        request: Request<i64>,
    ) -> impl Future<Output = Result<Response<String>, Status>> + Send;
}

/// The service, as a server calls it.
#[derive(Debug)]
pub struct NotesServer<T>(Arc<T>);

/// The service, as a client calls it.
#[derive(Debug)]
pub struct NotesClient<C>(tonic::client::Grpc<C>);

const READ: &str = "/notes.Notes/Read";

impl<T> NotesServer<T> {
    /// Takes the methods.
    pub fn new(notes: T) -> Self {
        Self(Arc::new(notes))
    }
}

impl<T> Clone for NotesServer<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Notes> Service<http::Request<Body>> for NotesServer<T> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let read = Read(Arc::clone(&self.0));
        Box::pin(async move {
            if request.uri().path() != READ {
                return Ok(Status::unimplemented("").into_http());
            }
            let mut grpc = tonic::server::Grpc::new(Messages::<String, i64>::default());
            Ok(grpc.unary(read, request).await)
        })
    }
}

impl<T> NamedService for NotesServer<T> {
    const NAME: &'static str = "notes.Notes";
}

struct Read<T>(Arc<T>);

impl<T: Notes> UnaryService<i64> for Read<T> {
    type Response = String;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, Status>> + Send>>;

    fn call(&mut self, request: Request<i64>) -> Self::Future {
        let notes = Arc::clone(&self.0);
        Box::pin(async move { notes.read(request).await })
    }
}

impl<C: GrpcService<Body, ResponseBody = Body>> NotesClient<C> {
    /// Takes a connection.
    pub fn new(connection: C) -> Self {
        Self(tonic::client::Grpc::new(connection))
    }

    /// Reads a note.
    ///
    /// # Errors
    ///
    /// The status that the service answers.
    pub async fn read(&mut self, request: Request<i64>) -> Result<Response<String>, Status> {
        let ready = self.0.ready().await;
        ready.map_err(|_| Status::unavailable("the service is not ready"))?;
        self.0
            .unary(
                request,
                PathAndQuery::from_static(READ),
                Messages::<i64, String>::default(),
            )
            .await
    }
}

/// Writes and reads messages.
struct Messages<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for Messages<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// A type of a message.
trait Message: Sized + Send + 'static {
    fn write(self, to: &mut EncodeBuf<'_>);

    fn read(from: &mut DecodeBuf<'_>) -> Option<Self>;
}

impl Message for i64 {
    fn write(self, to: &mut EncodeBuf<'_>) {
        to.put_i64(self);
    }

    fn read(from: &mut DecodeBuf<'_>) -> Option<Self> {
        from.try_get_i64().ok()
    }
}

impl Message for String {
    fn write(self, to: &mut EncodeBuf<'_>) {
        to.put_slice(self.as_bytes());
    }

    fn read(from: &mut DecodeBuf<'_>) -> Option<Self> {
        let bytes = from.copy_to_bytes(from.remaining());
        Self::from_utf8(bytes.to_vec()).ok()
    }
}

impl<E: Message, D: Message> Codec for Messages<E, D> {
    type Encode = E;
    type Decode = D;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self::default()
    }

    fn decoder(&mut self) -> Self {
        Self::default()
    }
}

impl<E: Message, D: Message> Encoder for Messages<E, D> {
    type Item = E;
    type Error = Status;

    fn encode(&mut self, message: E, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.write(to);
        Ok(())
    }
}

impl<E: Message, D: Message> Decoder for Messages<E, D> {
    type Item = D;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<D>, Status> {
        let message = D::read(from);
        message
            .map(Some)
            .ok_or_else(|| Status::internal("not a message"))
    }
}
