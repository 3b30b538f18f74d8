//! A guard that trusts this issuer: whether the two agree.

use std::{collections::BTreeSet, env, path::Path};

use airside_guard::{Configuration, reach, run};
use airside_net::chain;
use airside_oauth::profile::IssuerProfile;
use airside_store_sql::Inspection;

use super::finding::Finding;

/// The identifiers of the APIs that this issuer knows.
pub fn apis(profile: &IssuerProfile, stored: Option<&Inspection>) -> BTreeSet<String> {
    let stored = stored.iter().flat_map(|stored| &stored.resources);
    let stored = stored.map(|stored| &stored.resource);
    let all = profile.resources.iter().chain(stored);
    all.map(|resource| resource.identifier.clone()).collect()
}

pub async fn examine(file: &Path, issuer: &str, apis: &BTreeSet<String>) -> Vec<Finding> {
    let configuration = Configuration::read(file, &|name| env::var(name).ok());
    let configuration = match configuration {
        Ok(configuration) => configuration,
        Err(problems) => return vec![refused(problems.to_string())],
    };
    let mut findings: Vec<_> = [
        same_issuer(&configuration.trust.issuer, issuer),
        known_audience(&configuration.trust.audience, apis),
    ]
    .into();
    match run::rehearse(configuration) {
        Err(error) => findings.push(refused(chain(&error))),
        Ok(guard) => {
            let (unreachable, scopes) =
                tokio::join!(reach::unreachable(&guard), reach::unlisted_scopes(&guard));
            findings.extend(reached(&unreachable));
            findings.extend(known_scopes(&scopes));
        }
    }
    findings
}

fn refused(problems: String) -> Finding {
    Finding::problem(
        GUARD,
        problems,
        "`airside guard check` names each operation and each place",
    )
}

fn same_issuer(trusted: &str, issuer: &str) -> Finding {
    match trusted == issuer {
        true => Finding::good(GUARD, format!("it trusts `{issuer}`")),
        // RFC8414-3.3: compared exactly, a slash at the end included
        false => Finding::problem(
            GUARD,
            format!("it trusts `{trusted}`, and this issuer is `{issuer}`: every token is refused"),
            format!("set `issuer = \"{issuer}\"` in guard.toml"),
        ),
    }
}

fn known_audience(audience: &str, apis: &BTreeSet<String>) -> Finding {
    match apis.contains(audience) {
        true => Finding::good(
            GUARD,
            format!("its API `{audience}` is one that tokens are issued for"),
        ),
        false => Finding::problem(
            GUARD,
            format!("no token is issued for its API `{audience}`"),
            format!(
                "add it: `airside resource create {audience}`, or `[[resource]]` in airside.toml; or set `audience` in guard.toml to one that `airside resource list` shows"
            ),
        ),
    }
}

fn reached(unreachable: &[String]) -> Vec<Finding> {
    if unreachable.is_empty() {
        return vec![Finding::good(
            GUARD,
            "the keys of the issuer and the API can be reached",
        )];
    }
    let fix = "start what does not answer, and let this machine connect to it; `issuer_ca` and `upstream_ca` of guard.toml name authorities of your own";
    let findings = unreachable.iter();
    findings
        .map(|one| Finding::problem(GUARD, one, fix))
        .collect()
}

fn known_scopes(unlisted: &[String]) -> Vec<Finding> {
    let fix = "correct the rule in guard.toml, or add the scope to the `[[resource]]` of the API";
    let findings = unlisted.iter();
    findings
        .map(|one| Finding::problem(GUARD, one, fix))
        .collect()
}

const GUARD: &str = "guard";
