//! Lists, look-ups, changes and the start with many clients and accounts.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::{
    figure::{mebibytes, milliseconds},
    seed,
    site::{Administration, Site, next_page},
    table::Table,
};
use crate::{load::Report, process::Server};

/// Measures with the few clients of the configuration, then with many.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    let server = start(site, "few", table)?;
    let mut administration = site.administration().await?;
    administration.post("/clients", client("seed")).await?;
    let seed = json!({ "username": "seed" }).to_string();
    administration.post("/users", seed).await?;
    creations(site, &mut administration, "few", table).await?;
    server.stop()?;

    seed::clients(site).await?;
    seed::users(site).await?;
    let many = &format!("{} clients", site.scale.people);
    for _ in 1..STARTS {
        start(site, many, table)?.stop()?;
    }
    let server = start(site, many, table)?;
    let mut administration = site.administration().await?;
    creations(site, &mut administration, many, table).await?;
    line(table, "RSS after that", &server)?;
    for list in LISTS {
        pages(site, &mut administration, list, table).await?;
        look_ups(site, &mut administration, list, table).await?;
    }
    line(table, "RSS after pages and look-ups", &server)?;
    for list in LISTS {
        // a connection that was idle during a long command is closed
        whole(&mut site.administration().await?, list, table).await?;
        command_line(site, list, table)?;
    }
    line(table, "RSS after whole lists", &server)?;
    server.stop()
}

/// A list of the admin API.
struct List {
    path: &'static str,
    /// The words of the command.
    command: &'static str,
    /// The text with which the seeded names begin.
    prefix: &'static str,
    /// The member that names an item.
    name: &'static str,
}

const LISTS: [&List; 2] = [
    &List {
        path: "/clients",
        command: "client",
        prefix: "client",
        name: "client_id",
    },
    &List {
        path: "/users",
        command: "user",
        prefix: "person",
        name: "username",
    },
];

fn start(site: &Site, many: &str, table: &Table) -> anyhow::Result<Server> {
    let begun = Instant::now();
    let server = site.start(None)?;
    table.line(format!("start, {many}"), milliseconds(begun.elapsed()))?;
    line(table, &format!("RSS after the start, {many}"), &server)?;
    Ok(server)
}

async fn creations(
    site: &Site,
    administration: &mut Administration,
    many: &str,
    table: &Table,
) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for number in 0..site.scale.rounds {
        let made = client(&format!("made with {many} {number}").replace(' ', "-"));
        times.push(administration.post("/clients", made).await?.1);
    }
    table.line(format!("client create, {many}"), percentiles(times))
}

/// Reads pages of 100 from places all over the list.
async fn pages(
    site: &Site,
    administration: &mut Administration,
    list: &List,
    table: &Table,
) -> anyhow::Result<()> {
    let mut times = Vec::new();
    let mut query = "?limit=100".to_owned();
    for _ in 0..site.scale.rounds * 4 {
        let (answer, took) = administration.get(&format!("{}{query}", list.path)).await?;
        times.push(took);
        match next_page(&answer) {
            Some(next) => query = next,
            None => break,
        }
    }
    table.line(
        format!("{} list, a page of 100", list.command),
        percentiles(times),
    )
}

async fn look_ups(
    site: &Site,
    administration: &mut Administration,
    list: &List,
    table: &Table,
) -> anyhow::Result<()> {
    let mut times = Vec::new();
    let rounds = site.scale.rounds as u64 * 10;
    for number in 1..=rounds {
        let number = number * site.scale.people / rounds;
        let path = format!("{}/{}-{number:06}", list.path, list.prefix);
        let (answer, took) = administration.get(&path).await?;
        answer.member(list.name).context("a name")?;
        times.push(took);
    }
    table.line(format!("{} show", list.command), percentiles(times))
}

/// Reads a list to its end.
async fn whole(
    administration: &mut Administration,
    list: &List,
    table: &Table,
) -> anyhow::Result<()> {
    let (mut items, mut pages) = (0, 0);
    let mut times = Vec::new();
    let mut next = Some("?limit=1000".to_owned());
    let begun = Instant::now();
    while let Some(query) = next {
        let (answer, took) = administration.get(&format!("{}{query}", list.path)).await?;
        let page = answer.json();
        items += page.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
        pages += 1;
        times.push(took);
        next = next_page(&answer);
    }
    let took = milliseconds(begun.elapsed());
    table.line(
        format!("{} list over the API, pages of 1 000", list.command),
        format!(
            "{items} in {pages} pages, {took}; a page {}",
            percentiles(times)
        ),
    )
}

fn command_line(site: &Site, list: &List, table: &Table) -> anyhow::Result<()> {
    let words = [list.command, "list", "--output", "json"];
    let (output, took) = site.command_line(&words)?;
    let items = serde_json::from_slice::<Value>(&output.stdout).ok();
    let items = items.as_ref().and_then(Value::as_array).map(Vec::len);
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("nothing");
    let outcome = match items {
        Some(items) => format!("{items}, said {said}"),
        None => format!("{}: {said}", output.status),
    };
    let took = milliseconds(took);
    table.line(
        format!("`airside {} list`", list.command),
        format!("{outcome}; {took}"),
    )
}

fn client(id: &str) -> String {
    json!({
        "client_id": id,
        "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": ["https://app.example.com/callback"],
        "grant_types": ["client_credentials", "authorization_code", "refresh_token"],
        "scope": "es256:read",
    })
    .to_string()
}

fn percentiles(times: Vec<Duration>) -> String {
    let report = Report::new(Duration::ZERO, times);
    let [p50, p95] = [50, 95].map(|percent| milliseconds(report.percentile(percent)));
    format!("p50 {p50}, p95 {p95}")
}

fn line(table: &Table, what: &str, server: &Server) -> anyhow::Result<()> {
    table.line(what, mebibytes(server.resident_bytes()?))
}

const STARTS: usize = 3;
