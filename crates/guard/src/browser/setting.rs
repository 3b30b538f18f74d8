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

use crate::section::SectionReader;

section! {
    /// `[browser]`.
    pub(crate) BROWSER: BrowserKeys = table("browser"), "Signs people in, for apps in browsers that hold no token." {
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

/// The settings of `[browser]`.
#[derive(Clone)]
pub struct BrowserSettings {
    /// The guard's address as browsers know it: scheme, host and port.
    pub origin: String,
    /// The path below which the guard answers itself.
    pub path: String,
    /// The client that the guard is to the issuer.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The requested scopes; `openid` is among them.
    pub scope: String,
    /// The file of sessions; `None` to keep them in memory.
    pub sessions_file: Option<PathBuf>,
    /// The lifetimes of sessions.
    pub lifetimes: Lifetimes,
}

/// The lifetimes of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// The time since it was last used.
    pub idle: Duration,
    /// The time since the sign-in.
    pub total: Duration,
}

impl BrowserSettings {
    pub(crate) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<BrowserKeys>()?;
        let before = reader.problems();
        let origin = origin(&table, reader);
        require_path(&table, reader);
        let scope = table.get(&BROWSER.scope);
        require_sign_in(&table, &scope, reader);
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
            lifetimes: Lifetimes::of(&table),
        })
    }
}

fn require_sign_in(table: &Table<'_, BrowserKeys>, scope: &str, reader: &mut SectionReader<'_>) {
    if !scope.split(' ').any(|one| one == "openid") {
        let message = "`browser.scope` lacks `openid`: it is a sign-in";
        reader.refuse(Problem::new(&table.place(&BROWSER.scope), message));
    }
}

impl Lifetimes {
    fn of(table: &Table<'_, BrowserKeys>) -> Self {
        Self {
            idle: table.get(&BROWSER.idle_lifetime),
            total: table.get(&BROWSER.lifetime),
        }
    }
}

fn origin(table: &Table<'_, BrowserKeys>, reader: &mut SectionReader<'_>) -> Option<String> {
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

fn require_path(table: &Table<'_, BrowserKeys>, reader: &mut SectionReader<'_>) {
    let path = table.get(&BROWSER.path);
    let is_plain = |template: Template| template.parameters().next().is_none();
    let is_fine = Template::parse(&path).is_ok_and(is_plain) && !path.ends_with('/');
    if !is_fine {
        let message = format!("`browser.path` is `{path}`, which is not a plain path");
        let problem = Problem::new(&table.place(&BROWSER.path), message);
        reader.refuse(problem.help("write a path such as `/auth`"));
    }
}

/// Returns the origin in the spelling that browsers send (RFC 6454 §6.2).
pub(crate) fn origin_of(url: &Url) -> Option<String> {
    let loopback = airside_net::address::is_loopback(url);
    let fine = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (fine && bare && anonymous).then(|| url.origin().ascii_serialization())
}

impl fmt::Debug for BrowserSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("BrowserSettings");
        debug
            .field("origin", &self.origin)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

const DAY: u64 = 24 * 60 * 60;
const MAX_LIFETIME: u64 = 36_500 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_https_or_this_machine() {
        let origin = |text: &str| origin_of(&text.parse().unwrap());
        assert_eq!(
            origin("https://App.example.com:443").as_deref(),
            Some("https://app.example.com")
        );
        assert_eq!(
            origin("http://127.0.0.1:8090/").as_deref(),
            Some("http://127.0.0.1:8090")
        );
        for bad in [
            "http://app.example.com",
            "https://a.b/c",
            "https://u@a.b",
            "https://a.b/?x",
            "ftp://a.b",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
