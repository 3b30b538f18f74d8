//! The arguments of `airside scan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Scan {
    /// The OpenAPI document of the API (3.0 or 3.1), in JSON or YAML
    #[arg(long, value_name = "FILE", required_unless_present = "har")]
    pub openapi: Option<PathBuf>,
    /// A captured session (HAR) in place of a document: its operations and bodies are learned, no credential is
    #[arg(long, value_name = "FILE", conflicts_with = "openapi")]
    pub har: Option<PathBuf>,
    /// The address of the API; this machine, unless --allow-host names another
    #[arg(long, value_name = "BASE_URL")]
    pub url: String,
    /// A host beside this machine that may be scanned; repeat for more
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    #[command(flatten)]
    pub callers: ScanCallers,
    #[command(flatten)]
    pub made: ScanIssuer,
    #[command(flatten)]
    pub bounds: ScanBounds,
    #[command(flatten)]
    pub report: ScanReport,
}

/// Who calls the API.
#[derive(Debug, Args)]
#[command(next_help_heading = "Callers")]
pub struct ScanCallers {
    /// A caller and its token: text, @FILE, - or env:NAME; repeat, two at least
    #[arg(long = "as", value_name = "NAME=TOKEN", allow_hyphen_values = true)]
    pub tokens: Vec<String>,
    /// A caller and its account at the API's own sign-in, which is found in the document; the password is
    /// text, @FILE, - or env:NAME. Its tokens are renewed
    #[arg(long = "account", value_name = "NAME=USERNAME:PASSWORD")]
    pub accounts: Vec<String>,
    /// A TOML file with the request that signs callers in, and their accounts
    #[arg(long, value_name = "FILE")]
    pub sign_in: Option<PathBuf>,
    /// The role of a caller; administrators never attack
    #[arg(long = "role", value_name = "NAME=ROLE")]
    pub roles: Vec<String>,
    /// The tenant of a caller; attacks then cross tenants
    #[arg(long = "tenant", value_name = "NAME=TENANT")]
    pub tenants: Vec<String>,
    /// How tokens are presented [default: as the document says], as in 'X-Token: {token}'
    #[arg(long, value_name = "HEADER")]
    pub token_header: Option<String>,
}

/// Callers that are made on an Airside server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Callers made on an Airside server")]
pub struct ScanIssuer {
    /// Make two callers for the scan: accounts, a client and tokens for the API, deleted afterwards
    #[arg(long, requires = "issuer", requires = "audience")]
    pub make_identities: bool,
    /// The server that makes them, over its socket on this machine, or over the network with --token
    #[arg(long, value_name = "ISSUER", requires = "make_identities")]
    pub issuer: Option<String>,
    /// The API's identifier there
    #[arg(long, value_name = "URI", requires = "make_identities")]
    pub audience: Option<String>,
}

/// What a scan may do.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
pub struct ScanBounds {
    /// Send requests that change something: objects are made, changed and deleted. Never against an API
    /// whose data matters
    #[arg(long)]
    pub allow_writes: bool,
    /// Print what would be tried, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The greatest number of requests
    #[arg(long, value_name = "COUNT", default_value_t = 5_000)]
    pub max_requests: u64,
    /// The greatest number of requests a second [default: as many as the API answers]
    #[arg(long, value_name = "COUNT")]
    pub rate: Option<u32>,
    /// The seconds after which a request has failed
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub timeout: u64,
    /// The number of reads at a time
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    pub concurrency: usize,
    /// The seed of the texts that the scan makes up [default: random]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
}

/// What is said about it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub struct ScanReport {
    /// The format of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Write the report to a file [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write one more report to a file, as in sarif=scan.sarif; repeat for more
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = other_report)]
    pub others: Vec<(ReportFormat, PathBuf)>,
    /// A TOML file with the findings that are accepted, each with its reason and the day on which it expires
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the guard rules that close what is confirmed to a file
    #[arg(long, value_name = "FILE")]
    pub suggest_guard: Option<PathBuf>,
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// All of it, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for the test pages of CI
    Junit,
    /// One file for a browser
    Html,
}

fn other_report(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let example = || "a format and a file are needed, as in sarif=scan.sarif".to_owned();
    let (format, file) = text.split_once('=').ok_or_else(example)?;
    match file.is_empty() {
        true => Err(example()),
        false => Ok((ReportFormat::from_str(format, false)?, file.into())),
    }
}
