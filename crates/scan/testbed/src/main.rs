//! `airside-scan-testbed serve [--holes NAMES] [--listen ADDRESS]`: the testbed as a server.

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
};

use airside_scan_testbed::{
    Clock, Conditions, Foreign, Hole, Holes, PEOPLE, Testbed, Variant,
    measure::{Score, all_holes, foreign, no_holes, scan_foreign, scan_testbed, single_holes},
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
        None => scan_testbed(&holes, variant).await?,
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&scanned.report)?)?;
    Ok(())
}

/// Scans the testbed for each hole, for all and for none, and prints the tables.
async fn measure(arguments: &[String]) -> anyhow::Result<()> {
    let mut err = io::stderr();
    let mut progress = |name: &str| {
        // progress that cannot be shown is no reason to stop
        drop(writeln!(err, "{name}"));
    };
    let holes: Holes = option(arguments, "--holes").unwrap_or("all").parse()?;
    let holes: Vec<_> = holes.iter().collect();
    let single = single_holes(&holes, &mut progress).await?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "# Each hole alone\n\n{}\n{}",
        summary(&single),
        single.table()
    )?;
    if holes.len() < Hole::ALL.len() {
        return Ok(());
    }
    let none = no_holes().await?;
    writeln!(out, "# No hole\n\n{}", summary(&none))?;
    let all = all_holes().await?;
    writeln!(
        out,
        "# All holes at once\n\n{}\n{}",
        summary(&all),
        all.table()
    )?;
    let target = option(arguments, "--target").unwrap_or("target/tmp");
    for one in Foreign::ALL {
        let score = foreign(one, target.as_ref()).await?;
        writeln!(
            out,
            "# {}\n\n{}\n{}",
            one.name(),
            summary(&score),
            score.table()
        )?;
    }
    Ok(())
}

fn summary(score: &Score) -> String {
    let (found, holes) = score.recall();
    let (right, confirmed) = score.precision();
    let mut text = format!(
        "Recall {found} of {holes}, precision {right} of {confirmed}, {:.1} requests an operation.\n",
        score.requests_per_operation()
    );
    for (scan, one) in &score.false_findings {
        text.push_str(&format!(
            "- false ({scan}): {} {}\n",
            one.operation, one.class
        ));
    }
    text
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
