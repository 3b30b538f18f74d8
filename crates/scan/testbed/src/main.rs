//! `airside-scan-testbed serve [--holes NAMES] [--listen ADDRESS]`: the testbed as a server.

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
};

use airside_scan_testbed::{Clock, Conditions, Hole, Holes, PEOPLE, Testbed};
use anyhow::{Context, bail};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => serve(&arguments).await,
        Some("holes") => Ok(holes(&mut io::stdout().lock())?),
        _ => bail!(
            "usage: airside-scan-testbed serve [--holes none|all|NAME,…] [--listen ADDRESS] | holes"
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
