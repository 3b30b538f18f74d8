//! The commands, one file each.

mod admin;
mod backup;
mod client;
mod configuration;
mod db;
mod demo;
mod doctor;
pub mod event;
mod grant;
mod guard;
mod health;
mod inspect;
mod key;
mod man;
mod resource;
mod scan;
mod serve;
mod session;
mod token;
mod user;

use clap::CommandFactory;

use self::admin::admin;
use crate::{
    args::{Arguments, Command},
    exit::CommandError,
    output::Output,
};

/// Runs the command that was asked for.
pub async fn run(arguments: Arguments, output: &Output) -> Result<(), CommandError> {
    let global = &arguments.global;
    match arguments.command {
        Command::Demo(demo) => demo::run(demo, output).await,
        Command::Serve(serve) => serve::run(serve, global, output).await,
        Command::Client(client) => client::run(client, &admin(global)?, output).await,
        Command::Resource(resource) => resource::run(resource, &admin(global)?, output).await,
        Command::User(user) => user::run(user, &admin(global)?, output).await,
        Command::Grant(grant) => grant::run(grant, &admin(global)?, output).await,
        Command::Session(session) => session::run(session, &admin(global)?, output).await,
        Command::Key(key) => key::run(key, &admin(global)?, output).await,
        Command::Token(token) => token::run(token, global, output).await,
        Command::Events(events) => event::run(events, &admin(global)?, output).await,
        Command::Db(db) => db::run(db, global, output).await,
        Command::Backup(backup) => backup::run(backup, global, output).await,
        Command::Guard(guard) => guard::run(guard, global, output).await,
        Command::Scan(scan) => scan::run(*scan, global, output).await,
        Command::Config(config) => configuration::run(&config, global, output).await,
        Command::Doctor(doctor) => doctor::run(&doctor, global, output).await,
        Command::Health => health::run(&admin(global)?, output).await,
        Command::Man { directory } => man::run(&directory),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "airside", &mut script);
            output.line(String::from_utf8_lossy(&script).trim_end())
        }
        Command::Version if output.is_json() => {
            output.json(&serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }))
        }
        Command::Version => output.line(concat!("airside ", env!("CARGO_PKG_VERSION"))),
    }
}
