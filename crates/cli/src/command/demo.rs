//! `airside demo`.

use std::io::Write;

use crate::{
    args::Demo,
    exit::{Code, CommandError},
    output::Output,
};

pub async fn run(demo: Demo, output: &Output) -> Result<(), CommandError> {
    if !demo.listen.ip().is_loopback() {
        return Err(CommandError::usage(
            "the demo listens on a loopback address only",
        ));
    }
    if !demo.headless && !output.is_json() {
        output.remark("The screen version is to come; this is the same as text.");
    }
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
        Err(error) => Err(CommandError::new(Code::Failed, format!("{error:#}"))),
    }
}
