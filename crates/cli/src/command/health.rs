//! `airside health`.

use serde_json::Value;

use crate::{
    exit::{Code, CommandError},
    output::Output,
    socket::Admin,
};

/// Prints what `/health/ready` answers; an answer other than 2xx is a problem.
pub async fn run(admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let (status, said) = admin.health().await?;
    output.object(&said)?;
    if status.is_success() {
        return Ok(());
    }
    let why = said.get("status").and_then(Value::as_str);
    let why = why.unwrap_or("without a reason");
    Err(CommandError::new(
        Code::Problems,
        format!("the server is not ready: {why}"),
    ))
}
