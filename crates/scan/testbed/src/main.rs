//! `airside-scan-testbed serve [--holes NAMES] [--listen ADDRESS]`: the testbed as a server.

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
};

use airside_scan_testbed::{
    Clock, Conditions, Foreign, Hole, Holes, PEOPLE, Testbed, Variant,
    measure::{self, scan_foreign, scan_testbed, single_holes},
};
use anyhow::{Context, bail};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => serve(&arguments).await,
        Some("scan") => scan(&arguments).await,
        Some("measure") => measure(&arguments).await,
        Some("holes") => Ok(holes(&mut io::stdout().lock())?),
        _ => bail!(
            "usage: airside-scan-testbed serve [--holes none|all|NAME,…] [--listen ADDRESS] | holes | scan [--holes NAMES] | measure [--holes NAMES] [--target DIRECTORY]"
        ),
    }
}

async fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let holes: Holes = option(arguments, "--holes").unwrap_or("none").parse()?;
    let address: SocketAddr = option(arguments, "--listen")
        .unwrap_or("127.0.0.1:8790")
        .parse()?;
    if !address.ip().is_loopback() {
        bail!("{address} is not a loopback address, and this API is vulnerable on purpose");
    }
    let testbed = Testbed::under(holes, Clock::machine(), Conditions::default())?;
    let listener = TcpListener::bind(address).await.context("cannot listen")?;
    let mut out = io::stdout();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    for person in PEOPLE {
        writeln!(
            out,
            "{} / {}: {} of {}",
            person.username, person.password, person.role, person.tenant
        )?;
    }
    let end = async {
        // without a handler there is no end but the process's
        drop(tokio::signal::ctrl_c().await);
    };
    Ok(testbed.serve(listener, end).await?)
}

/// Scans one testbed and prints the findings and the coverage.
async fn scan(arguments: &[String]) -> anyhow::Result<()> {
    let holes: Holes = option(arguments, "--holes").unwrap_or("none").parse()?;
    let variant = match option(arguments, "--document") {
        Some(path) => Variant::ALL
            .into_iter()
            .find(|variant| variant.path() == path)
            .context("no such document")?,
        None => Variant::Json,
    };
    let scanned = match option(arguments, "--foreign") {
        Some(name) => {
            let one = Foreign::ALL
                .into_iter()
                .find(|one| one.name().starts_with(name))
                .context("no such API")?;
            let target = option(arguments, "--target").unwrap_or("target/tmp");
            let running = one.start(target.as_ref(), holes == Holes::none())?;
            scan_foreign(one, &running.url()).await?
        }
        None => scan_testbed(Testbed::open(holes)?, variant).await?,
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&scanned.report)?)?;
    Ok(())
}

/// Measures the scanner: everything, as a document, or some holes with the reasons why one is missed.
async fn measure(arguments: &[String]) -> anyhow::Result<()> {
    let mut err = io::stderr();
    let mut progress = |name: &str| {
        // progress that cannot be shown is not a reason to stop
        drop(writeln!(err, "{name}"));
    };
    let mut out = io::stdout();
    let Some(holes) = option(arguments, "--holes") else {
        let target = option(arguments, "--target").unwrap_or("target/tmp");
        let measured = measure::measure(target.as_ref(), &mut progress).await?;
        write!(out, "{}", measured.document())?;
        progress(&format!(
            "{:.1} requests an operation",
            measured.single.requests_per_operation()
        ));
        return Ok(());
    };
    let holes: Holes = holes.parse()?;
    let holes: Vec<_> = holes.iter().collect();
    let score = single_holes(&holes, &mut progress).await?;
    writeln!(out, "{}", score.table())?;
    for one in score.holes.iter().filter(|one| !one.is_found()) {
        writeln!(out, "{}:\n  {}", one.hole.name, one.checks.join("\n  "))?;
    }
    Ok(())
}

fn holes(out: &mut impl Write) -> io::Result<()> {
    for hole in Hole::ALL {
        let class = hole.class();
        writeln!(
            out,
            "{hole}: {}, {}, {}: {}: {}",
            class.name(),
            class.owasp(),
            class.cwe(),
            hole.operations().join(", "),
            hole.description()
        )?;
    }
    Ok(())
}

fn option<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1).map(String::as_str)
}
