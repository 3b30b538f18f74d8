//! One scan of one API.

use std::sync::{Arc, atomic::AtomicBool};

use airside_net::Client;
use airside_scan::{
    Settings,
    identity::{Account, Credential, NamedIdentity, Recipe, Secret, recipe::RecipeRequest},
    probe::{BaseUrl, Limits, Waiting},
    report::model::Report,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};

use super::{score::Reported, source::Source};
use crate::{Foreign, PEOPLE, Testbed, Variant};

/// A scan gave no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The testbed did not start.
    #[error("the API did not start")]
    Start(#[from] anyhow::Error),
    /// The network failed.
    #[error("the network failed")]
    Network(#[from] std::io::Error),
    /// The document or the address is not understood.
    #[error("{0}")]
    Input(String),
    /// The scanner refused.
    #[error("the scanner gave no report")]
    Scan(#[from] airside_scan::ScanError),
}

/// A report with what a score needs of it.
#[derive(Debug)]
pub struct Scanned {
    /// The whole report.
    pub report: Report,
    /// The prefix that the paths of the ground truth have and those of the document do not.
    prefix: &'static str,
}

impl Scanned {
    /// Returns the findings.
    pub fn reported(&self) -> Vec<Reported> {
        let reported = self.report.findings.iter().map(|finding| Reported {
            operation: format!("{} {}{}", finding.method, self.prefix, finding.path),
            class: finding.class.name().to_owned(),
            is_confirmed: finding.verdict.is_confirmed(),
        });
        reported.collect()
    }

    /// Returns the verdicts at an operation, each with its reason.
    pub fn checks(&self, operation: &str) -> Vec<String> {
        let is_there =
            |method: &str, path: &str| format!("{method} {}{path}", self.prefix) == operation;
        let operations = self.report.operations.iter();
        let there = operations.filter(|one| is_there(&one.method, &one.path));
        let checks = there.flat_map(|one| &one.checks);
        checks
            .map(|one| format!("{}: {:?}", one.class.name(), one.verdict))
            .collect()
    }
}

/// Scans a testbed by one of its documents.
///
/// # Errors
///
/// [`ScanError`].
pub async fn scan_testbed(testbed: Testbed, variant: Variant) -> Result<Scanned, ScanError> {
    let source = Source::Document(variant.text());
    served(testbed, source, recipe(variant)).await
}

/// Scans a testbed by a captured session (HAR).
///
/// # Errors
///
/// [`ScanError`].
pub async fn scan_session(testbed: Testbed, har: &str) -> Result<Scanned, ScanError> {
    let source = Source::Session(har.to_owned());
    served(testbed, source, recipe(Variant::Json)).await
}

async fn served(testbed: Testbed, source: Source, recipe: Recipe) -> Result<Scanned, ScanError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (end, ended) = oneshot::channel::<()>();
    let clock = testbed.clock().clone();
    let waiting = Waiting::new(move |time| {
        clock.advance(time);
        Box::pin(async {})
    });
    let server = tokio::spawn(async move {
        let ended = async move { drop(ended.await) };
        testbed.serve(listener, ended).await
    });
    let people = PEOPLE.iter().map(|one| {
        identity(
            one.username,
            one.username,
            one.password,
            one.role,
            Some(one.tenant),
        )
    });
    let scanned = scan(
        &source,
        &url,
        people.collect(),
        Way {
            recipe,
            prefix: "",
            waiting,
        },
    )
    .await;
    // the server ends with the sender, whatever the scan says
    drop(end);
    drop(server.await);
    scanned
}

/// Scans an API in another language.
///
/// # Errors
///
/// [`ScanError`].
pub async fn scan_foreign(foreign: Foreign, url: &str) -> Result<Scanned, ScanError> {
    let client = Client::new()?;
    let request = http::Request::get(format!("{url}/openapi.json")).body(Default::default());
    let request = request.map_err(|error| ScanError::Input(error.to_string()))?;
    let document = client.send(request).await?;
    let document = String::from_utf8_lossy(document.body()).into_owned();
    let truth = foreign.truth();
    let people = truth.get("people").and_then(Value::as_array);
    let people = people.into_iter().flatten().map(named);
    let prefix = match foreign {
        Foreign::Clinic => "",
        Foreign::Rental => "/api",
    };
    let way = Way {
        recipe: Recipe::default(),
        prefix,
        waiting: Waiting::default(),
    };
    let source = Source::Document(document);
    scan(&source, url, people.collect(), way).await
}

/// Reads a caller of the ground truth.
fn named(person: &Value) -> NamedIdentity {
    let text = |name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default();
    let username = text("username");
    let name = username.split('@').next().unwrap_or_default();
    identity(name, username, text("password"), text("role"), None)
}

/// The way in which an API is scanned.
struct Way {
    recipe: Recipe,
    prefix: &'static str,
    waiting: Waiting,
}

async fn scan(
    source: &Source,
    url: &str,
    identities: Vec<NamedIdentity>,
    way: Way,
) -> Result<Scanned, ScanError> {
    let base = BaseUrl::parse(url, &[]).map_err(|error| ScanError::Input(error.to_string()))?;
    let report = airside_scan::run(Settings {
        api: source.api(&base)?,
        base,
        identities,
        recipe: way.recipe,
        presentation: None,
        limits: Limits {
            waiting: way.waiting,
            ..Limits::default()
        },
        allow_writes: true,
        concurrency: 4,
        seed: 7,
        client: Client::new()?,
        now: || 0,
        interrupt: Arc::new(AtomicBool::new(false)),
        progress: Box::new(|_| ()),
    });
    Ok(Scanned {
        report: report.await?,
        prefix: way.prefix,
    })
}

/// Says how to sign in where the document says nothing about bodies.
fn recipe(variant: Variant) -> Recipe {
    let sign_in = RecipeRequest {
        method: http::Method::POST,
        path: "/login".to_owned(),
        body: json!({ "username": "{username}", "password": "{password}" }),
        is_form: false,
    };
    Recipe {
        sign_in: (variant == Variant::Bare).then_some(sign_in),
        ..Recipe::default()
    }
}

fn identity(
    name: &str,
    username: &str,
    password: &str,
    role: &str,
    tenant: Option<&str>,
) -> NamedIdentity {
    NamedIdentity {
        name: name.to_owned(),
        role: Some(role.to_owned()),
        tenant: tenant.map(str::to_owned),
        credential: Credential::Account(Account {
            username: username.to_owned(),
            password: Secret::new(password),
        }),
    }
}
