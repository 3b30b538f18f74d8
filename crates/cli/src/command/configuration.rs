//! `airside config`, and the configuration of every command.

mod error;
mod leaving;
mod shared;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use airside_oauth::profile::Resource;
use serde_json::{Value, json};

use self::error::ConfigError;
use crate::{
    args::{self, Global},
    config::{self, Config, Flags, Inputs},
    exit::{Code, CommandError},
    output::Output,
    preflight::{self, Network},
};

pub async fn run(
    command: &args::Config,
    global: &Global,
    output: &Output,
) -> Result<(), CommandError> {
    match command {
        args::Config::Schema => output.json(&config::schema()),
        args::Config::Check { offline } => {
            let network = match offline {
                true => Network::Offline,
                false => Network::Online,
            };
            check(network, global, output).await
        }
        args::Config::Show => {
            let rows = load(global, Flags::default()).await?.show();
            if output.is_json() {
                let rows = rows.iter().map(|row| {
                    json!({ "key": row.key, "value": from_toml(&row.value), "source": row.source })
                });
                return output.json(&rows.collect());
            }
            let rows =
                serde_json::to_value(rows).map_err(|e| CommandError::failed(e.to_string()))?;
            output.list(
                &rows,
                &[("KEY", "key"), ("VALUE", "value"), ("FROM", "source")],
            )
        }
    }
}

/// Returns the value of a key as JSON; text that is not TOML, such as a hidden secret, becomes a string.
fn from_toml(value: &str) -> Value {
    let read = toml::from_str::<toml::Table>(&format!("value = {value}"));
    let read = read.ok().and_then(|mut table| table.remove("value"));
    let json = read.and_then(|value| serde_json::to_value(value).ok());
    json.unwrap_or_else(|| value.into())
}

/// Reports every problem that would prevent a start: of the configuration, then of the machine.
async fn check(network: Network, global: &Global, output: &Output) -> Result<(), CommandError> {
    let config = match read(global, Flags::default(), network).await? {
        Ok(config) => config,
        Err(error) => {
            if output.is_json() {
                output.json(&error.rows().into())?;
            }
            return Err(CommandError::new(Code::Problems, error.to_string()));
        }
    };
    let problems = preflight::problems(&config, network).await;
    if output.is_json() {
        let rows = problems
            .iter()
            .map(|problem| json!({ "message": problem.message }));
        output.json(&rows.collect())?;
    }
    for warning in &config.warnings {
        output.remark(&format!("warning: {warning}"));
    }
    if problems.is_empty() {
        if network == Network::Online {
            let (leaving, shared) = (leaving::remarks(&config), shared::remarks(&config));
            for remark in leaving.await.iter().chain(&shared.await) {
                output.remark(remark);
            }
        }
        output.remark("The configuration is good.");
        return Ok(());
    }
    let messages: Vec<_> = problems
        .into_iter()
        .map(|problem| problem.message)
        .collect();
    Err(CommandError::new(
        Code::Problems,
        messages.join("\nerror: "),
    ))
}

/// Loads the configuration, or returns every problem of it.
pub async fn load(global: &Global, flags: Flags) -> Result<Config, CommandError> {
    read(global, flags, Network::Online)
        .await?
        .map_err(|error| CommandError::new(error.code(), error.to_string()))
}

/// Loads the configuration for a store that is filled from one with the APIs `stored`.
pub fn load_with(global: &Global, stored: Vec<Resource>) -> Result<Config, CommandError> {
    let inputs = inputs(global, Flags::default())?;
    let stored = Some(stored);
    Config::load(&Inputs { stored, ..inputs })
        .map_err(|problems| CommandError::usage(problems.to_string()))
}

/// Reads the configuration again for a server that runs with `running` and has the APIs `stored` in its
/// store. A file that `running` was read from must still be there.
pub fn reload(
    global: &Global,
    flags: Flags,
    running: &Config,
    stored: Vec<Resource>,
) -> Result<Config, CommandError> {
    let inputs = inputs(global, flags)?;
    let file = running.file.clone().or_else(|| inputs.file.clone());
    let inputs = Inputs {
        file,
        stored: Some(stored),
        ..inputs
    };
    running
        .reload(&inputs)
        .map_err(|problems| CommandError::usage(problems.to_string()))
}

/// Reads the configuration. If it has problems, they may come from an API that only the store has:
/// therefore it is read a second time with those, if there are any.
async fn read(
    global: &Global,
    flags: Flags,
    network: Network,
) -> Result<Result<Config, ConfigError>, CommandError> {
    let inputs = inputs(global, flags)?;
    let problems = match Config::load(&inputs) {
        Ok(config) => return Ok(Ok(config)),
        Err(problems) => problems,
    };
    let Some(store) = Config::store(&inputs) else {
        return Ok(Err(ConfigError::Problems(problems)));
    };
    let stored = match preflight::inspect(&store, network).await {
        Ok(found) => found.map(|found| found.resources).unwrap_or_default(),
        Err(failure) => return Ok(Err(ConfigError::unasked(failure, inputs))),
    };
    if stored.is_empty() {
        return Ok(Err(ConfigError::Problems(problems)));
    }
    let stored = stored.into_iter().map(|stored| stored.resource).collect();
    let stored = Some(stored);
    let config = Config::load(&Inputs { stored, ..inputs });
    Ok(config.map_err(ConfigError::Problems))
}

/// Finds the data directory alone, for commands that need no more.
pub fn data_directory(global: &Global) -> Result<PathBuf, CommandError> {
    Config::data_directory(&inputs(global, Flags::default())?)
        .map_err(|problems| CommandError::usage(problems.to_string()))
}

fn inputs(global: &Global, flags: Flags) -> Result<Inputs<'static>, CommandError> {
    let data = global
        .data
        .as_ref()
        .map(|data| data.to_string_lossy().into_owned());
    // a variable that is not Unicode cannot be one of ours
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(Inputs {
        file: global.config.clone(),
        flags: Flags { data, ..flags },
        environment: environment.collect(),
        working_directory: std::env::current_dir()?,
        read: &read_text,
        stored: Some(Vec::new()),
    })
}

fn read_text(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}
