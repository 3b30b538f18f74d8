//! `[browser]`: how people are signed in.

use std::{fmt, path::PathBuf, time::Duration};

use airside_api::Template;
use airside_config::{
    Problem, Table,
    key::{duration, path, secret_reference, table, text, url},
    section,
    value::Hidden,
};
use url::Url;

use super::{Lifetimes, origin_of};
use crate::{
    configuration::{Offer, SectionReader},
    operation::Operations,
    rule::key::RULE,
};

section! {
    /// `[browser]`.
    pub(crate) BROWSER: Browser = table("browser"), "Signs people in, for apps in browsers that hold no token." {
        origin: Optional<Url> = url().required(),
            "The address that browsers open, https without a path.";
        path: Key<String> = text().or("/auth"),
            "The path below which the guard answers itself.";
        client_id: Optional<String> = text().required(),
            "The client that the guard is to the issuer.";
        client_secret: Optional<Hidden> = secret_reference().required(),
            "Its secret, 20 characters or more.";
        scope: Key<String> = text().or("openid"),
            "The scopes that are asked for, separated by spaces; `openid` is among them.";
        sessions_file: Optional<String> = path(),
            "Where sessions are kept; without it they are in memory.";
        idle_lifetime: Key<Duration> = duration(0, MAX_LIFETIME).or(Duration::from_secs(12 * 60 * 60)),
            "How long a session lives that is not used.";
        lifetime: Key<Duration> = duration(0, MAX_LIFETIME).or(Duration::from_secs(14 * DAY)),
            "How long a session lives since the sign-in.";
    }
}

/// How people are signed in.
#[derive(Clone)]
pub struct BrowserMode {
    /// The guard's address as browsers know it: scheme, host and port.
    pub origin: String,
    /// Below which the guard answers itself.
    pub path: String,
    /// The client that the guard is to the issuer.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// What is asked for; `openid` is in it.
    pub scope: String,
    /// Where sessions are kept; none for memory.
    pub sessions_file: Option<PathBuf>,
    /// How long they live.
    pub lifetimes: Lifetimes,
}

impl BrowserMode {
    pub(crate) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<Browser>()?;
        let before = reader.problems();
        let origin = origin(&table, reader);
        require_path(&table, reader);
        let scope = table.get(&BROWSER.scope);
        if !scope.split(' ').any(|one| one == "openid") {
            let message = "`browser.scope` lacks `openid`: it is a sign-in";
            reader.refuse(Problem::new(&table.place(&BROWSER.scope), message));
        }
        let client_secret = reader.secret(&table, &BROWSER.client_secret);
        if reader.problems() > before {
            return None;
        }
        let sessions_file = table.find(&BROWSER.sessions_file);
        Some(Self {
            origin: origin?,
            path: table.get(&BROWSER.path),
            client_id: table.find(&BROWSER.client_id)?,
            client_secret: client_secret?,
            scope,
            sessions_file: sessions_file.map(|path| reader.path(&path)),
            lifetimes: Lifetimes {
                idle: table.get(&BROWSER.idle_lifetime),
                total: table.get(&BROWSER.lifetime),
            },
        })
    }

    /// What the guard answers itself reaches no API.
    pub(crate) fn require_apart(
        &self,
        operations: &Operations,
        offer: &Offer<'_>,
        reader: &mut SectionReader<'_>,
    ) {
        let below = format!("{}/", self.path);
        for one in operations.iter() {
            if one.path.to_string().starts_with(&below) {
                let message = format!(
                    "`{}` lies below `browser.path`, where the guard answers itself",
                    one.path
                );
                reader.refuse(offer.problem(one, &RULE.r#match, &message));
            }
        }
    }
}

fn origin(table: &Table<'_, Browser>, reader: &mut SectionReader<'_>) -> Option<String> {
    let url = table.find(&BROWSER.origin)?;
    let origin = origin_of(&url);
    if origin.is_none() {
        let node = table.node(&BROWSER.origin)?;
        let text = node.as_text().unwrap_or_default();
        let message = format!("`browser.origin` is `{text}`, which browsers cannot open safely");
        let problem = Problem::new(&node.place, message);
        reader.refuse(problem.help("write the address that browsers open, https without a path"));
    }
    origin
}

fn require_path(table: &Table<'_, Browser>, reader: &mut SectionReader<'_>) {
    let path = table.get(&BROWSER.path);
    let is_plain = |template: Template| template.parameters().next().is_none();
    let is_fine = Template::parse(&path).is_ok_and(is_plain) && !path.ends_with('/');
    if !is_fine {
        let message = format!("`browser.path` is `{path}`, which is not a plain path");
        let problem = Problem::new(&table.place(&BROWSER.path), message);
        reader.refuse(problem.help("write a path such as `/auth`"));
    }
}

impl fmt::Debug for BrowserMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("BrowserMode");
        debug
            .field("origin", &self.origin)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

const DAY: u64 = 24 * 60 * 60;
const MAX_LIFETIME: u64 = 36_500 * DAY;
