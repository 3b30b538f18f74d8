//! `airside demo`.

mod framework;

use std::{fs, io::Write, path::Path};

use airside_demo::theatre::Theatre;
use airside_net::Drain;

use super::serve::stop_on_signal;
use crate::{
    args::Demo,
    browser,
    exit::{Code, CommandError},
    output::Output,
};

pub async fn run(demo: Demo, output: &Output) -> Result<(), CommandError> {
    if !demo.listen.ip().is_loopback() {
        return Err(CommandError::usage(
            "the demo listens on a loopback address only",
        ));
    }
    if demo.headless || (output.is_json() && demo.record.is_none()) {
        return print(&demo, output).await;
    }
    let theatre = Theatre::open(demo.listen, framework::all()?).await;
    let theatre = theatre.map_err(failed)?;
    match &demo.record {
        Some(file) => record(theatre, file, output).await,
        None => serve(theatre, &demo, output).await,
    }
}

/// Prints every message as text.
async fn print(demo: &Demo, output: &Output) -> Result<(), CommandError> {
    let mut print = |text: &str| {
        if output.is_json() {
            return;
        }
        // the reader may close the pipe early; the demo still decides the exit code
        drop(writeln!(std::io::stdout().lock(), "{text}"));
    };
    match airside_demo::run(demo.listen, &mut print).await {
        Ok(played) if output.is_json() => {
            let played = serde_json::to_value(played);
            output.json(&played.map_err(|error| CommandError::failed(error.to_string()))?)
        }
        Ok(_) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Serves the page until the process is told to end.
async fn serve(theatre: Theatre, demo: &Demo, output: &Output) -> Result<(), CommandError> {
    let drain = Drain::new();
    stop_on_signal(drain.clone())?;
    let url = theatre.url().to_owned();
    output.line(&format!("The demonstration is at {url}"))?;
    output.remark("It ends with Ctrl-C, and keeps nothing.");
    output.ready(&url);
    if !demo.no_open {
        browser::open(&url);
    }
    theatre.serve(drain).await.map_err(failed)
}

/// Tries everything, and writes one page.
async fn record(theatre: Theatre, file: &Path, output: &Output) -> Result<(), CommandError> {
    let recorded = theatre.record().await;
    theatre.stop().await.map_err(failed)?;
    let name = file.display();
    let written = fs::write(file, recorded.map_err(failed)?);
    written.map_err(|error| CommandError::failed(format!("cannot write `{name}`: {error}")))?;
    if output.is_json() {
        return output.json(&serde_json::json!({ "file": name.to_string() }));
    }
    output.line(&format!(
        "{name} is written: one page, which needs no server"
    ))
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::new(Code::Failed, format!("{error:#}"))
}
