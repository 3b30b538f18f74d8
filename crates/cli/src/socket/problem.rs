//! Errors of the server, told as sentences and exit codes.

use std::{error::Error, io, path::Path};

use airside_net::{chain_naming, client::UnixError};
use http::StatusCode;
use serde_json::Value;

use crate::exit::{Code, CommandError};

/// Returns why a server could not be reached; `--ca` names the authorities that a command trusts.
pub fn unreached(error: &(dyn Error + 'static)) -> String {
    chain_naming(error, "`--ca FILE`")
}

pub(super) fn unanswered(socket: &Path, error: &UnixError) -> CommandError {
    let socket = socket.display();
    match error {
        UnixError::UntrustedPeer { uid } => CommandError::new(
            Code::Refused,
            format!(
                "nothing was sent to `{socket}`: user id {uid} listens there, who is neither you, root nor the owner of the directory"
            ),
        ),
        UnixError::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            CommandError::new(
                Code::Refused,
                format!(
                    "`{socket}` may not be used by this account: run the command as the owner of the data directory or root"
                ),
            )
        }
        UnixError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            too_large(&format!("`{socket}`"), error)
        }
        error => CommandError::new(
            Code::Unreachable,
            format!(
                "no server answers at `{socket}`: {error}\nhelp: start one with `airside serve`, or name its data directory with --data, or its address with --url"
            ),
        ),
    }
}

/// The server answers, and its answer is not read.
pub(super) fn too_large(server: &str, error: &io::Error) -> CommandError {
    CommandError::failed(format!(
        "the server at {server} sent more than a command reads: {error}"
    ))
}

/// Returns the text of a problem (RFC 9457), a line for each error; and the scopes that a token lacks.
pub(super) fn sentence(status: StatusCode, problem: &Value) -> String {
    let errors = problem.get("errors").and_then(Value::as_array);
    let errors = errors.into_iter().flatten();
    let mut lines: Vec<_> = errors.filter_map(|error| text(error, "detail")).collect();
    if lines.is_empty() {
        lines.extend(text(problem, "detail"));
    }
    let said = match lines.as_slice() {
        [] => format!("the server answered {status} without a reason"),
        lines => lines.join("\n"),
    };
    match (status, text(problem, "error")) {
        (StatusCode::UNAUTHORIZED, _) => format!(
            "{said}\nhelp: get a token with `resource` = the issuer and /api/admin/v1, as by `airside token get --resource`"
        ),
        (StatusCode::FORBIDDEN, Some("insufficient_scope")) => format!(
            "{said}\nhelp: the token needs airside:admin:read to look, airside:admin:write to change"
        ),
        _ => said,
    }
}

pub(super) fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

pub(super) fn code(status: StatusCode) -> Code {
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::Usage,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Code::Refused,
        StatusCode::CONFLICT => Code::Conflict,
        _ => Code::Failed,
    }
}
