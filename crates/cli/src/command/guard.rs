//! `airside guard`.

mod file;
mod init;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use airside_guard::{
    Configuration, Running,
    check::{self, Line, Report},
    explain::Explanation,
    operation::Class,
    reach,
    run::{self, Listeners},
};
use airside_net::Drain;
use airside_server::respond::chain;
use http::Method;
use tokio::signal::unix::{SignalKind, signal};

use self::file::{read, refused, variable};
use super::serve::stop_on_signal;
use crate::{
    args::{Global, Guard, GuardCommand},
    exit::{Code, CommandError},
    limit, log,
    output::Output,
};

pub async fn run(guard: Guard, global: &Global, output: &Output) -> Result<(), CommandError> {
    let path = global.config.clone();
    let path = path.unwrap_or_else(|| PathBuf::from("guard.toml"));
    match guard.command {
        Some(GuardCommand::Check { only }) => show(&path, only.map(Into::into), output).await,
        Some(GuardCommand::Init(init)) => init::run(&init, &path, output),
        Some(GuardCommand::Schema) => output.json(&airside_guard::configuration::schema()),
        None => serve(&path, output).await,
    }
}

async fn show(path: &Path, only: Option<Class>, output: &Output) -> Result<(), CommandError> {
    let configuration = Configuration::read(path, &variable);
    if let (Err(problems), true) = (&configuration, output.is_json()) {
        output.json(&problems.to_json())?;
    }
    let guard = run::rehearse(configuration.map_err(refused)?);
    let guard = guard.map_err(|error| CommandError::usage(chain(&error)))?;
    let configuration = guard.configuration();
    let mut lines = check::lines(configuration);
    check::look(configuration, &mut lines).await;
    let is_shown = |line: &&Line| only.is_none_or(|only| line.class == only);
    let shown: Vec<_> = lines.iter().filter(is_shown).cloned().collect();
    print_operations(&lines, shown, output)?;
    let (unreachable, scopes) =
        tokio::join!(reach::unreachable(&guard), reach::unlisted_scopes(&guard));
    let remarks = configuration.remarks.iter().chain(&unreachable);
    for remark in remarks.chain(&scopes) {
        output.remark(&check::printable(remark));
    }
    match problem(&lines) {
        Some(why) => Err(CommandError::new(Code::Problems, why)),
        None => Ok(()),
    }
}

fn print_operations(lines: &[Line], shown: Vec<Line>, output: &Output) -> Result<(), CommandError> {
    if output.is_json() {
        let json = serde_json::to_value(Report {
            operations: shown,
            totals: check::totals(lines),
        });
        output.json(&json.map_err(|error| CommandError::failed(error.to_string()))?)?;
    } else {
        output.remark(
            "method, path, class (how certain it is that only the right callers pass), rule:",
        );
        if !shown.is_empty() {
            output.line(check::table(&shown).trim_end())?;
        }
        output.remark(&check::summary(lines));
    }
    Ok(())
}

/// Returns the reason why the operations are not complete, if they are not.
fn problem(lines: &[Line]) -> Option<&'static str> {
    if lines.is_empty() {
        Some("there are no operations: every request answers 404")
    } else if check::has_undeclared(lines) {
        Some("some operations have no rule: they are refused until they have one")
    } else if check::has_problems(lines) {
        Some("the owner look-up of some operations fails: they answer 503 meanwhile")
    } else {
        None
    }
}

async fn serve(path: &Path, output: &Output) -> Result<(), CommandError> {
    let configuration = read(path)?;
    log::start(&configuration.log)?;
    warn_of_undeclared(&configuration);
    limit::prepare();
    let failed = |error: &(dyn std::error::Error + 'static)| CommandError::failed(chain(error));
    let listeners = Listeners::bind(&configuration).await;
    let listeners = listeners.map_err(|error| failed(&error))?;
    let upstreams: Vec<_> = configuration
        .upstreams
        .iter()
        .map(|url| url.as_str())
        .collect();
    let upstreams = upstreams.join(", ");
    let drain = Drain::new();
    stop_on_signal(drain.clone())?;
    let running = Running::new(configuration, drain).map_err(|error| failed(&error))?;
    running.watch_log(log::dropped());
    let running = Arc::new(running);
    reload_on_signal(Arc::clone(&running), path.to_owned())?;
    let scheme = listeners.scheme();
    let address = listeners
        .address()
        .map(|address| format!("{scheme}://{address}"));
    output.remark(&format!("guarding {upstreams}"));
    output.ready(&address.unwrap_or_default());
    running.serve(listeners).await;
    output.remark("stopped");
    Ok(())
}

/// A document is not refused for what it does not say, so the log says it.
fn warn_of_undeclared(configuration: &Configuration) {
    let undeclared = configuration.operations.iter();
    let undeclared = undeclared.filter(|one| Class::of(one) == Class::Undeclared);
    let operations = undeclared.count() + configuration.unread.len();
    if operations > 0 {
        tracing::warn!(
            operations,
            "undeclared operations are refused: `airside guard check --only undeclared` says why"
        );
    }
}

/// SIGHUP reads the configuration again; a bad one changes nothing.
fn reload_on_signal(running: Arc<Running>, path: PathBuf) -> Result<(), CommandError> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match replace_configuration(&running, &path) {
                Ok(()) => tracing::info!("the configuration was read again"),
                Err(error) => tracing::error!(error, "the new configuration is not used"),
            }
        }
    });
    Ok(())
}

fn replace_configuration(running: &Running, path: &Path) -> Result<(), String> {
    let configuration = read(path).map_err(|failure| failure.to_string())?;
    let log = configuration.log.clone();
    let replaced = running.replace(configuration);
    replaced.map_err(|error| error.to_string())?;
    log::set_level(&log);
    Ok(())
}

/// `airside token explain`.
pub(super) async fn explain(
    token: &str,
    request: &str,
    path: &Path,
    output: &Output,
) -> Result<(), CommandError> {
    let (method, url) = method_and_url(request)?;
    let mut configuration = read(path)?;
    configuration.trust.keeps_keys = false;
    if let Some(browser) = &mut configuration.browser {
        // an explained token changes no session, and makes no file that the guard could not open
        browser.sessions_file = None;
    }
    let running = Running::new(configuration, Drain::new());
    let running = running.map_err(|error| CommandError::failed(error.to_string()))?;
    let explanation = running.guard().explain(token, method, url).await;
    print_steps(&explanation, output)?;
    match outcome(&explanation) {
        Err(why) => Err(CommandError::new(Code::Problems, why)),
        Ok(_) if output.is_json() => Ok(()),
        Ok(said) => output.line(said),
    }
}

fn method_and_url(request: &str) -> Result<(Method, &str), CommandError> {
    let malformed = || {
        CommandError::usage(format!(
            "`{request}` is not a request: write a method and a URL, as in `GET /accounts/7`"
        ))
    };
    let (method, url) = request.split_once(' ').ok_or_else(malformed)?;
    let method = method.parse().map_err(|_| malformed())?;
    Ok((method, url))
}

/// Returns the end of an explanation in words: an error if the request is not allowed for sure.
fn outcome(explanation: &Explanation) -> Result<&'static str, String> {
    match (explanation.status, explanation.decided_by) {
        (Some(status), _) => Err(format!("refused with {status}")),
        (None, Some(what)) => Err(format!(
            "undecided: the {what} decides, and it is not known here"
        )),
        (None, None) if explanation.answered_by_guard => Ok("answered by the guard itself"),
        (None, None) => Ok("allowed"),
    }
}

fn print_steps(explanation: &Explanation, output: &Output) -> Result<(), CommandError> {
    if output.is_json() {
        let json = serde_json::to_value(explanation);
        output.json(&json.map_err(|error| CommandError::failed(error.to_string()))?)?;
    } else {
        for step in &explanation.steps {
            let place = match step.place.as_str() {
                "" => String::new(),
                place => format!("  ({place})"),
            };
            let line = format!("{:9}  {}{place}", step.check, step.outcome);
            output.line(&check::printable(&line))?;
        }
    }
    Ok(())
}
