//! `airside doctor`: one list of findings about a server, each with what to do.
//!
//! | module | looks at |
//! |---|---|
//! | [`store`], [`key`], [`clock`] | this machine: the store and its speed, the signing keys, the time |
//! | [`issuer`], [`cookie`], [`proxy`] | the server as its clients reach it |
//! | [`client`], [`guard`] | registrations that leave OAuth 2.1 and RFC 9700; a guard that trusts this issuer |
//! | [`finding`], [`outside`] | what is reported; requests to the issuer's address |

mod client;
mod clock;
mod cookie;
mod finding;
mod guard;
mod issuer;
mod key;
mod outside;
mod proxy;
mod store;

use airside_oauth::client::Client;

use self::{finding::Finding, outside::Outside};
use super::configuration;
use crate::{
    args::{Doctor, Global},
    config::{Config, Flags},
    exit::{Code, CommandError},
    output::Output,
    preflight::{self, Network},
    socket::{Admin, trusted},
};

pub async fn run(doctor: &Doctor, global: &Global, output: &Output) -> Result<(), CommandError> {
    // a file that cannot be used is a mistake of the command line, not of the server
    trusted(global.ca.as_deref())?;
    let findings = examine(doctor, global).await;
    print(&findings, output)?;
    let open = findings.iter().filter(|finding| finding.is_open()).count();
    match open {
        0 => Ok(()),
        open => Err(CommandError::new(
            Code::Problems,
            format!("{open} of {} findings ask for a change", findings.len()),
        )),
    }
}

fn print(findings: &[Finding], output: &Output) -> Result<(), CommandError> {
    if output.is_json() {
        let rows = serde_json::to_value(findings);
        return output.json(&rows.map_err(|error| CommandError::failed(error.to_string()))?);
    }
    findings
        .iter()
        .flat_map(Finding::lines)
        .try_for_each(|line| output.line(&line))
}

async fn examine(doctor: &Doctor, global: &Global) -> Vec<Finding> {
    let config = match configuration::load(global, Flags::default()).await {
        Ok(config) => config,
        Err(failure) => return vec![Finding::failure("configuration", &failure, CHECK)],
    };
    let admin = Admin::of(&config.data);
    let mut findings = start(&config).await;
    // what keeps it from being read is among the findings of the start
    let stored = preflight::inspect(&config.store, Network::Online).await;
    let stored = stored.ok().flatten();
    findings.extend(store::examine(&config, &admin).await);
    findings.extend(key::examine(&config.settings, stored.as_ref()));
    findings.push(clock::synchronised());
    let stored_clients = preflight::clients(&config.store).await;
    let clients = client::all(
        &config.settings,
        stored_clients.as_deref().unwrap_or_default(),
    );
    let issuer = running_issuer(&config, &admin).await;
    match Outside::new(&issuer, global.ca.as_deref()) {
        Ok(outside) => findings.extend(from_outside(&outside, doctor, &config, &clients).await),
        Err(failure) => findings.push(Finding::failure("issuer", &failure, CHECK)),
    }
    match stored_clients {
        Ok(_) => findings.extend(client::examine(&clients)),
        Err(failure) => findings.push(Finding::failure("clients", &failure, CHECK)),
    }
    if let Some(file) = &doctor.guard {
        let apis = guard::apis(&config.settings.profile, stored.as_ref());
        findings.extend(guard::examine(file, &issuer, &apis).await);
    }
    findings
}

/// Returns what `airside config check` finds, and what it warns of.
async fn start(config: &Config) -> Vec<Finding> {
    let problems = preflight::problems(config, Network::Online).await;
    let problems = problems.iter();
    let mut findings: Vec<_> = problems
        .map(|problem| Finding::failure("configuration", problem, CHECK))
        .collect();
    let warnings = config.warnings.iter();
    findings.extend(warnings.map(|warning| Finding::warning("configuration", warning)));
    if findings.is_empty() {
        findings.push(Finding::good(
            "configuration",
            "a start finds nothing wrong",
        ));
    }
    findings
}

/// Without a given issuer, its name follows the address that the server was started with.
async fn running_issuer(config: &Config, admin: &Admin) -> String {
    match config.issuer_given {
        true => None,
        false => admin.issuer().await.ok(),
    }
    .unwrap_or_else(|| config.settings.profile.issuer.clone())
}

async fn from_outside(
    outside: &Outside,
    doctor: &Doctor,
    config: &Config,
    clients: &[&Client],
) -> Vec<Finding> {
    let mut findings = issuer::examine(outside).await;
    if findings.iter().any(Finding::is_open) {
        // whatever else were asked there would be about another server, or none
        return findings;
    }
    findings.push(cookie::examine(outside, clients).await);
    findings.extend(proxy::examine(outside, config, doctor.log.as_deref()).await);
    findings
}

const CHECK: &str = "`airside config check` names the place";
