//! `airside guard init`.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use airside_guard::check;
use serde_json::json;
use url::Url;

use super::file::read;
use crate::{
    args::GuardInit,
    exit::{Code, CommandError},
    output::Output,
};

pub(super) fn run(init: &GuardInit, path: &Path, output: &Output) -> Result<(), CommandError> {
    let name = path.display();
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists(path));
    }
    require_settings(init)?;
    create(path, &text(init, path)?)?;
    let configuration = read(path).map_err(|failure| {
        let why = format!("{name} is written, and the guard does not start with it yet: {failure}");
        CommandError::new(failure.code, why)
    })?;
    let lines = check::lines(&configuration);
    if output.is_json() {
        let file = name.to_string();
        output.json(&json!({ "file": file, "totals": check::totals(&lines) }))?;
    }
    for remark in &configuration.remarks {
        output.remark(&check::printable(remark));
    }
    output.remark(&format!(
        "{name} is written, with {}",
        check::summary(&lines)
    ));
    output.remark(&format!(
        "next: fill in what it marks, then `airside guard check --config {name}`"
    ));
    Ok(())
}

/// Makes the text of the configuration at `path`.
fn text(init: &GuardInit, path: &Path) -> Result<String, CommandError> {
    let openapi = from_directory_of(path, &init.openapi);
    let openapi = openapi.to_str();
    let settings = airside_guard::init::Settings {
        openapi: openapi.ok_or_else(|| CommandError::usage("the document's path is not UTF-8"))?,
        upstream: init.upstream.as_deref(),
        issuer: init.issuer.as_deref(),
        audience: init.audience.as_deref(),
    };
    let document = init.openapi.display().to_string();
    let text = airside_guard::init::text(&init.openapi, &document, &settings);
    text.map_err(CommandError::usage)
}

/// Writes a file that does not exist.
fn create(path: &Path, text: &str) -> Result<(), CommandError> {
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => CommandError::failed(format!("cannot write `{}`: {error}", path.display())),
    })
}

fn exists(path: &Path) -> CommandError {
    let name = path.display();
    let why = format!("`{name}` exists and stays as it is: name a new file with `--config`");
    CommandError::new(Code::Conflict, why)
}

/// The document's path as the configuration names it, which reads it from its own directory.
fn from_directory_of(configuration: &Path, document: &Path) -> PathBuf {
    let directory = configuration.parent();
    let directory = directory.filter(|path| !path.as_os_str().is_empty());
    let Some(directory) = directory.filter(|_| document.is_relative()) else {
        return document.to_owned();
    };
    match (fs::canonicalize(directory), fs::canonicalize(document)) {
        (Ok(directory), Ok(whole)) => match whole.strip_prefix(directory) {
            Ok(below) => below.to_owned(),
            Err(_) => whole,
        },
        // reading it says why
        _ => document.to_owned(),
    }
}

/// Requires settings that a start would take.
fn require_settings(init: &GuardInit) -> Result<(), CommandError> {
    let is_http = |text: &str| {
        let url = Url::parse(text).ok();
        url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    let has_no_path = |url: &Url| url.path() == "/" && url.query().is_none();
    if let Some(upstream) = &init.upstream
        && !is_http(upstream).is_some_and(|url| has_no_path(&url))
    {
        return Err(CommandError::usage(format!(
            "`--upstream` is `{upstream}`, which is not an http address without a path"
        )));
    }
    if let Some(issuer) = &init.issuer
        && is_http(issuer).is_none()
    {
        return Err(CommandError::usage(format!(
            "`--issuer` is `{issuer}`, which is not an http address"
        )));
    }
    match &init.audience {
        Some(audience) if audience.trim().is_empty() => {
            Err(CommandError::usage("`--audience` is empty"))
        }
        _ => Ok(()),
    }
}
