//! `airside token`.

mod credential;
mod flow;
mod registration;

use airside_net::Client;
use airside_oauth::key::secret::Secret;
use serde_json::{Value, json};

use super::{admin::admin, inspect};
use crate::{
    args::{Global, Token, TokenGet},
    exit::CommandError,
    output::Output,
    secret,
    socket::{Admin, http_client},
};
use credential::Credential;
use flow::Flow;
use registration::Registration;

pub async fn run(command: Token, global: &Global, output: &Output) -> Result<(), CommandError> {
    if let Token::Inspect {
        token,
        offline: true,
    } = &command
    {
        return inspect::run(&read(token)?, None, output).await;
    }
    let admin = &admin(global)?;
    match command {
        Token::Get(command) => {
            let http = http_client(global.ca.as_deref())?;
            get(&command, admin, http, output).await
        }
        Token::Explain {
            token,
            request,
            guard,
        } => super::guard::explain(read(&token)?.expose(), &request, &guard, output).await,
        Token::Inspect { token, .. } => inspect::run(&read(&token)?, Some(admin), output).await,
        Token::Revoke { token } => {
            let body = json!({ "token": read(&token)?.expose() });
            admin.post("/tokens/revoke", &body).await?;
            output.remark("Revoked.");
            Ok(())
        }
    }
}

async fn get(
    get: &TokenGet,
    admin: &Admin,
    http: Client,
    output: &Output,
) -> Result<(), CommandError> {
    let issuer = match &get.issuer {
        Some(issuer) => issuer.trim_end_matches('/').to_owned(),
        None => admin.issuer().await?,
    };
    let registration = registration(get, admin, &issuer).await?;
    if get.code
        && let Some(registered) = &registration
    {
        registered.require_code(&get.client)?;
    }
    let credential = Credential::of(get, registration.as_ref())?;
    let flow = Flow::new(get, issuer, credential, http);
    let tokens = if get.code {
        flow.by_code(output).await?
    } else {
        flow.by_itself().await?
    };
    match tokens.get("access_token").and_then(Value::as_str) {
        Some(token) if get.raw => output.line(token),
        _ => output.object(&tokens),
    }
}

/// Asks the server how the client is registered; `None` if it is another issuer's, or this caller may not
/// look.
///
/// # Errors
///
/// The server has no such client.
async fn registration(
    get: &TokenGet,
    admin: &Admin,
    issuer: &str,
) -> Result<Option<Registration>, CommandError> {
    let is_asked = get.issuer.is_none() || admin.issuer().await.is_ok_and(|own| own == issuer);
    match is_asked {
        true => Registration::ask(admin, &get.client).await,
        false => Ok(None),
    }
}

/// Reads a token argument.
fn read(argument: &str) -> Result<Secret, CommandError> {
    let token = secret::read(argument)?;
    // a token has three parts; a name that is forgotten without its `@` is never sent anywhere
    if token.expose() == argument && std::path::Path::new(argument).is_file() {
        return Err(CommandError::usage(format!(
            "`{argument}` is a file: write `@{argument}` to read the token from it"
        )));
    }
    Ok(token)
}
