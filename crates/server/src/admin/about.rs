//! The issuer, and the document of the API.

use airside_resource::{Function, Public};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    AdminError,
    action::{ReadDocument, ReadIssuer},
    answer::Reply,
    call::Call,
};

/// The issuer.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct About {
    /// Its identifier.
    issuer: String,
}

pub(super) async fn about(_: Function<ReadIssuer>, call: Call) -> Result<Reply<About>, AdminError> {
    let issuer = call.context.issuer.profile().issuer.clone();
    Ok(Reply(About { issuer }))
}

pub(super) async fn show_document(
    _: Public<ReadDocument>,
    call: Call,
) -> Result<Reply<Value>, AdminError> {
    Ok(Reply(call.document().clone()))
}
