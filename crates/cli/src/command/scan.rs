//! `airside scan`.

mod made;

use std::{
    io::{IsTerminal, Write, stderr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use airside_scan::{
    ScanError, Settings,
    baseline::{self, Baseline},
    document::{self, Api, Presentation},
    identity::{Account, Credential, NamedIdentity, Recipe, Secret, recipe::RecipeFile},
    probe::{BaseUrl, Limits},
    report::{self, Format, model::Report},
};
use airside_server::clock::{Clock, SystemClock};

use self::made::MadeCallers;
use crate::{
    args::{Global, ReportFormat, Scan, ScanCallers},
    exit::{Code, CommandError},
    output::Output,
    secret,
};

pub async fn run(scan: Scan, global: &Global, output: &Output) -> Result<(), CommandError> {
    let base = BaseUrl::parse(&scan.url, &scan.allow_host);
    let base = base.map_err(|error| CommandError::usage(error.to_string()))?;
    let api = described(&scan, &base)?;
    let (recipe, mut identities) = callers(&scan.callers)?;
    let baseline = scan.report.baseline.as_deref().map(accepted).transpose()?;
    let presentation = scan
        .callers
        .token_header
        .as_deref()
        .map(Presentation::parse);
    let presentation = presentation.transpose().map_err(CommandError::usage)?;
    if scan.bounds.dry_run {
        return output.line(
            airside_scan::plan::text(&api, base.as_str(), scan.bounds.allow_writes).trim_end(),
        );
    }
    let client = crate::socket::http_client(global.ca.as_deref())?;
    let interrupt = Arc::new(AtomicBool::new(false));
    end_on_signal(Arc::clone(&interrupt));
    let made = match MadeCallers::make(&scan.made, global).await? {
        Some((made, callers)) => {
            identities.extend(callers);
            Some(made)
        }
        None => None,
    };
    let report = airside_scan::run(Settings {
        api,
        base,
        identities,
        recipe,
        presentation,
        limits: Limits {
            requests: scan.bounds.max_requests,
            per_second: scan.bounds.rate,
            timeout: Duration::from_secs(scan.bounds.timeout.max(1)),
            ..Limits::default()
        },
        allow_writes: scan.bounds.allow_writes,
        concurrency: scan.bounds.concurrency,
        seed: scan.bounds.seed.unwrap_or_else(seed),
        client,
        now,
        interrupt,
        progress: progress(global),
    })
    .await;
    clear_progress(global);
    let left = match made {
        Some(made) => made.delete().await,
        None => Vec::new(),
    };
    let mut report = report.map_err(|error| match error {
        ScanError::Unreachable(why) => CommandError::new(Code::Unreachable, why),
        other => CommandError::usage(other.to_string()),
    })?;
    let source = scan.openapi.as_ref().or(scan.har.as_ref());
    report.document = source.map(|path| path.display().to_string());
    if let Some(path) = &scan.openapi {
        // a document that was read a moment ago: without its text, findings are at its first line
        report.locate(&std::fs::read_to_string(path).unwrap_or_default());
    }
    if let Some(baseline) = baseline {
        baseline.apply(&mut report, baseline::day(now()));
    }
    report.left_behind.extend(left);
    print(&report, &scan, output)?;
    if let Some(path) = &scan.report.suggest_guard {
        write(path, &report::guard::write(&report))?;
    }
    outcome(&report)
}

/// Reads the document, or the captured session in its place.
fn described(scan: &Scan, base: &BaseUrl) -> Result<Api, CommandError> {
    match (&scan.openapi, &scan.har) {
        (Some(path), _) => api(path),
        (None, Some(path)) => {
            let name = path.display();
            let text = std::fs::read_to_string(path)
                .map_err(|error| CommandError::usage(format!("cannot read `{name}`: {error}")))?;
            let api = airside_scan::har::read(&text, base.url());
            api.map_err(|why| CommandError::usage(format!("{name}: {why}")))
        }
        (None, None) => Err(CommandError::usage(
            "name the API's document (--openapi) or a captured session (--har)",
        )),
    }
}

fn api(path: &Path) -> Result<Api, CommandError> {
    let name = path.display();
    let document = airside_guard::load_document(path, |root, files| {
        airside_api::document::read_detailed(root, files, Some(""))
    });
    let document = document.map_err(|why| CommandError::usage(format!("{name}: {why}")))?;
    Ok(document::api(document))
}

fn accepted(path: &Path) -> Result<Baseline, CommandError> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::usage(format!("cannot read `{name}`: {error}")))?;
    Baseline::parse(&text).map_err(|error| CommandError::usage(format!("{name}: {error}")))
}

fn now() -> i64 {
    SystemClock.now().as_millis() / 1000
}

/// Reads the callers from the flags and the file.
fn callers(callers: &ScanCallers) -> Result<(Recipe, Vec<NamedIdentity>), CommandError> {
    let mut identities = Vec::new();
    for text in &callers.tokens {
        let (name, token) = pair(text, "--as alice=TOKEN")?;
        let token = secret::read(token)?;
        identities.push(named(name, Credential::Token(Secret::new(token.expose()))));
    }
    for text in &callers.accounts {
        const EXAMPLE: &str = "--account alice=USERNAME:PASSWORD";
        let (name, account) = pair(text, EXAMPLE)?;
        let malformed =
            || CommandError::usage(format!("`{name}` has no password: write {EXAMPLE}"));
        let (username, password) = account.split_once(':').ok_or_else(malformed)?;
        identities.push(named(name, account_of(username, password)?));
    }
    let mut recipe = Recipe::default();
    if let Some(path) = &callers.sign_in {
        let file = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CommandError::usage(format!("cannot read `{file}`: {error}")))?;
        let read = RecipeFile::parse(&text);
        let read = read.map_err(|why| CommandError::usage(format!("{file}: {why}")))?;
        recipe = read.recipe;
        for one in read.accounts {
            identities.push(NamedIdentity {
                name: one.name,
                role: one.role,
                tenant: one.tenant,
                credential: account_of(&one.username, &one.password)?,
            });
        }
    }
    describe(&mut identities, callers)?;
    Ok((recipe, identities))
}

/// Gives callers the roles and tenants of the flags.
fn describe(identities: &mut [NamedIdentity], callers: &ScanCallers) -> Result<(), CommandError> {
    for (index, one) in identities.iter().enumerate() {
        if identities
            .iter()
            .skip(index + 1)
            .any(|other| other.name == one.name)
        {
            return Err(CommandError::usage(format!(
                "two callers are named `{}`",
                one.name
            )));
        }
    }
    let roles = callers.roles.iter().map(|text| (text, "--role alice=user"));
    let tenants = callers
        .tenants
        .iter()
        .map(|text| (text, "--tenant alice=acme"));
    for (at, (text, example)) in roles.chain(tenants).enumerate() {
        let (name, value) = pair(text, example)?;
        let unknown = || CommandError::usage(format!("`{name}` of `{text}` is not a caller"));
        let one = identities
            .iter_mut()
            .find(|one| one.name == name)
            .ok_or_else(unknown)?;
        match at < callers.roles.len() {
            true => one.role = Some(value.to_owned()),
            false => one.tenant = Some(value.to_owned()),
        }
    }
    Ok(())
}

fn pair<'a>(text: &'a str, example: &str) -> Result<(&'a str, &'a str), CommandError> {
    let pair = text
        .split_once('=')
        .filter(|(name, value)| !name.is_empty() && !value.is_empty());
    pair.ok_or_else(|| {
        CommandError::usage(format!("a name and a value are needed, as in {example}"))
    })
}

fn account_of(username: &str, password: &str) -> Result<Credential, CommandError> {
    let password = secret::read(password)?;
    Ok(Credential::Account(Account {
        username: username.to_owned(),
        password: Secret::new(password.expose()),
    }))
}

fn named(name: &str, credential: Credential) -> NamedIdentity {
    NamedIdentity {
        name: name.to_owned(),
        role: None,
        tenant: None,
        credential,
    }
}

/// The first Ctrl-C ends the attacks, and what was made is deleted; the second ends the process.
fn end_on_signal(interrupt: Arc<AtomicBool>) {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if interrupt.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        }
    });
}

fn progress(global: &Global) -> Box<dyn Fn(&str) + Send + Sync> {
    if global.quiet || !stderr().is_terminal() {
        return Box::new(|_| ());
    }
    Box::new(|what| {
        let what: String = what
            .chars()
            .filter(|sign| !sign.is_control())
            .take(70)
            .collect();
        // progress that cannot be shown is not a reason to stop
        drop(write!(stderr().lock(), "\r\x1b[2K{what}"));
    })
}

fn clear_progress(global: &Global) {
    if !global.quiet && stderr().is_terminal() {
        drop(write!(stderr().lock(), "\r\x1b[2K"));
    }
}

fn print(report: &Report, scan: &Scan, output: &Output) -> Result<(), CommandError> {
    for (format, path) in &scan.report.others {
        write(path, &report::write(report, format.of_report()))?;
    }
    let text = report::write(report, scan.report.format.of_report());
    match &scan.report.out {
        None => output.line(text.trim_end()),
        Some(path) => write(path, &text),
    }
}

impl ReportFormat {
    fn of_report(self) -> Format {
        match self {
            Self::Text => Format::Text,
            Self::Json => Format::Json,
            Self::Sarif => Format::Sarif,
            Self::Junit => Format::Junit,
            Self::Html => Format::Html,
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    std::fs::write(path, text).map_err(|error| {
        CommandError::failed(format!("cannot write `{}`: {error}", path.display()))
    })
}

fn outcome(report: &Report) -> Result<(), CommandError> {
    use airside_scan::report::model::Conclusion;
    match report.conclusion {
        Conclusion::NoneProven => Ok(()),
        Conclusion::Holes => Err(CommandError::new(
            Code::Problems,
            match report.totals.confirmed {
                1 => "1 hole is proven".to_owned(),
                count => format!("{count} holes are proven"),
            },
        )),
        _ => Err(CommandError::failed(
            "too little could be tested to conclude anything: the report says why",
        )),
    }
}

fn seed() -> u64 {
    let text = secret::random();
    text.bytes().fold(0, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    })
}
