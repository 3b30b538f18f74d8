//! A body that is checked while it passes.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use airside_api::names::Scanner;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};

use super::packed::PackedNames;
use crate::{
    body::{Body, BoxError},
    error::RequestError,
};

/// A body that is checked while it passes.
pub(super) struct CheckedBody {
    body: Body,
    check: BodyCheck,
    /// The bytes that are still to come, if known.
    left: Option<u64>,
    has_begun: bool,
}

pub(super) enum BodyCheck {
    Names(Scanner),
    Packed(Box<PackedNames>),
    /// The body must be empty.
    Refuse(RequestError),
    Finished,
}

impl CheckedBody {
    /// Checks a body of which `left` bytes are to come, if that is known.
    pub(super) fn new(body: Body, check: BodyCheck, left: Option<u64>) -> Self {
        Self {
            body,
            check,
            left,
            has_begun: false,
        }
    }

    fn judge(&mut self, data: &[u8]) -> Result<(), RequestError> {
        if data.is_empty() {
            return Ok(());
        }
        self.has_begun = true;
        let length = data.len() as u64;
        self.left = self.left.map(|left| left.saturating_sub(length));
        match &mut self.check {
            BodyCheck::Names(scanner) => scanner.push(data)?,
            BodyCheck::Packed(names) => names.push(data)?,
            BodyCheck::Refuse(error) => return Err(error.clone()),
            BodyCheck::Finished => {}
        }
        // before the last piece is passed on, so that a body that fails does not arrive whole
        match self.left == Some(0) || self.body.is_end_stream() {
            true => self.finish(),
            false => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), RequestError> {
        match std::mem::replace(&mut self.check, BodyCheck::Finished) {
            BodyCheck::Names(mut scanner) if self.has_begun => Ok(scanner.finish()?),
            BodyCheck::Packed(mut names) if self.has_begun => names.finish(),
            _ => Ok(()),
        }
    }
}

impl hyper::body::Body for CheckedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context)).transpose()?;
        let judged = match frame.as_ref().map(Frame::data_ref) {
            Some(data) => data.map_or(Ok(()), |data| self.judge(data)),
            None => self.finish(),
        };
        Poll::Ready(match judged {
            Ok(()) => frame.map(Ok),
            Err(error) => Some(Err(error.into())),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
