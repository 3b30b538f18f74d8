//! The issuer, the addresses and the mode of a server, which depend on each other.

use std::net::SocketAddr;

use airside_config::{Entry, Problem, Span, Table};
use airside_net::{TrustedProxies, address::is_loopback};
use airside_server::settings::Mode;
use url::Url;

use super::key::{METRICS, Metrics, TOP, Tls, Top};

/// The position of the server in its network.
#[derive(Debug)]
pub struct NetworkStanding {
    /// The issuer, if it was given and can be used.
    pub issuer: Option<String>,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Addresses and networks, each checked.
    pub trusted_proxies: Vec<String>,
    /// True if they speak the PROXY protocol.
    pub proxy_protocol: bool,
    /// The address that answers metrics beside `listen`.
    pub metrics_listen: Option<SocketAddr>,
    /// True if the admin API is on the network.
    pub admin_api: bool,
    /// Follows from `issuer`, `listen` and `trusted_proxies`.
    pub mode: Mode,
}

/// Derives the mode from `issuer`, `listen`, `trusted_proxies` and `[tls]`.
pub fn derive(root: &[Entry], problems: &mut Vec<Problem>) -> NetworkStanding {
    let top = Table::<Top>::of(root);
    let listen = top.get(&TOP.listen);
    let trusted_proxies = proxies(&top, problems);
    let proxy_protocol = top.get(&TOP.proxy_protocol);
    if proxy_protocol && trusted_proxies.is_empty() {
        let message = "`proxy_protocol` is set, but no proxy is trusted";
        let help = "set `trusted_proxies` to the addresses of the load balancers";
        problems.push(Problem::new(&top.place(&TOP.proxy_protocol), message).help(help));
    }
    let metrics_listen = metrics_listen(root, listen, problems);
    let mut facts = Facts {
        listen,
        listen_place: top.place(&TOP.listen),
        proxies: !trusted_proxies.is_empty(),
        proxies_place: top.place(&TOP.trusted_proxies),
        tls: Table::<Tls>::is_in(root),
        problems,
    };
    let given = top.node(&TOP.issuer);
    let url = given.and_then(|node| node.as_text().map(|text| (node, text)));
    let (issuer, mode) = match (given, url) {
        (None, _) => (None, facts.without_issuer()),
        (_, Some((node, text))) => match issuer(text) {
            Ok(url) => (Some(text.to_owned()), facts.with_issuer(&url, &node.place)),
            Err((message, help)) => {
                facts
                    .problems
                    .push(Problem::new(&node.place, message).help(help));
                (Some(text.to_owned()), facts.mode_without_issuer())
            }
        },
        (Some(_), None) => (None, facts.mode_without_issuer()),
    };
    NetworkStanding {
        issuer,
        listen,
        trusted_proxies,
        proxy_protocol,
        metrics_listen,
        admin_api: top.get(&TOP.admin_api),
        mode,
    }
}

struct Facts<'a> {
    listen: SocketAddr,
    listen_place: Span,
    proxies: bool,
    proxies_place: Span,
    tls: bool,
    problems: &'a mut Vec<Problem>,
}

impl Facts<'_> {
    fn without_issuer(&mut self) -> Mode {
        let why = match (self.is_local(), self.proxies) {
            (false, _) => Some((
                self.listen_place.clone(),
                format!("`listen` is `{}`", self.listen),
            )),
            (true, true) => Some((
                self.proxies_place.clone(),
                "`trusted_proxies` is set".to_owned(),
            )),
            (true, false) => None,
        };
        if let Some((place, why)) = why {
            let problem = Problem::new(&place, format!("{why}, but `issuer` is not"));
            self.problems.push(problem.help(SET_ISSUER));
        }
        self.mode_without_issuer()
    }

    fn with_issuer(&mut self, issuer: &Url, place: &Span) -> Mode {
        let local = is_loopback(issuer);
        let https = issuer.scheme() == "https";
        let mode = mode(local && self.is_local() && !self.proxies);
        if local && !self.is_local() {
            let message = format!(
                "`issuer` is `{issuer}`, which only this machine reaches, but `listen` is `{}`",
                self.listen
            );
            let help = format!("{SET_ISSUER}, or `listen` to a loopback address");
            self.problems
                .push(Problem::new(&self.listen_place, message).help(help));
        } else if mode == Mode::Production && !https {
            // RFC8414-2: the issuer is an https URL
            let help = "http is for development: a loopback `issuer`, a loopback `listen` and no `trusted_proxies`";
            self.problems
                .push(Problem::new(place, "`issuer` must be an https address").help(help));
        } else if mode == Mode::Production && !self.tls && !self.proxies {
            self.refuse_unnamed_proxy(place);
        } else if self.tls && !https {
            let message = "`issuer` is an http address, but `[tls]` makes the listener speak https";
            let help = "begin `issuer` with `https://`, or leave out `[tls]`";
            self.problems.push(Problem::new(place, message).help(help));
        }
        mode
    }

    /// Plain http for an https issuer means a proxy in front; unless it is named, all people would have
    /// its address.
    fn refuse_unnamed_proxy(&mut self, issuer: &Span) {
        let listen = self.listen;
        let (place, message) = if self.is_local() {
            let message = format!(
                "`issuer` is an https address, but `{listen}` speaks plain http and no proxy is named"
            );
            (issuer, message)
        } else {
            let message = format!("`listen` is `{listen}`, where everyone could read plain http");
            (&self.listen_place, message)
        };
        let problem = Problem::new(place, message);
        self.problems.push(problem.help(NAME_PROXY));
    }

    fn mode_without_issuer(&self) -> Mode {
        mode(self.is_local() && !self.proxies)
    }

    fn is_local(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
    }
}

const fn mode(development: bool) -> Mode {
    if development {
        Mode::Development
    } else {
        Mode::Production
    }
}

fn metrics_listen(
    root: &[Entry],
    listen: SocketAddr,
    problems: &mut Vec<Problem>,
) -> Option<SocketAddr> {
    let table = Table::<Metrics>::of(root);
    let metrics = table.find(&METRICS.listen)?;
    if metrics == listen && listen.port() != 0 {
        let message = format!("`metrics.listen` is `{metrics}`, which is the address of `listen`");
        let help =
            "choose another port, or leave it out: `/metrics` is answered there to this machine";
        problems.push(Problem::new(&table.place(&METRICS.listen), message).help(help));
    }
    Some(metrics)
}

fn proxies(top: &Table<'_, Top>, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut proxies = Vec::new();
    for (node, text) in top.items(&TOP.trusted_proxies) {
        proxies.push(text.to_owned());
        if let Err(error) = TrustedProxies::parse(&[text.to_owned()]) {
            problems.push(Problem::new(
                &node.place,
                format!("`trusted_proxies`: {error}"),
            ));
        }
    }
    proxies
}

/// Parses an issuer identifier; else says what is wrong and what to do.
fn issuer(text: &str) -> Result<Url, (String, String)> {
    let example = || "write it as in `https://id.example.com`".to_owned();
    let url =
        Url::parse(text).map_err(|error| (format!("`issuer` is not a URL: {error}"), example()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(("`issuer` is not an https address".to_owned(), example()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            "`issuer` has a user or a password in it".to_owned(),
            example(),
        ));
    }
    // RFC8414-2: no query or fragment components
    if url.query().is_some() || url.fragment().is_some() {
        let message = "`issuer` has a query or a fragment".to_owned();
        return Err((message, "leave out everything from `?` or `#`".to_owned()));
    }
    let canonical = url.as_str().trim_end_matches('/');
    // RFC8414-3.3: clients compare the issuer byte for byte, so it has one spelling
    if text != canonical {
        let what = if text.ends_with('/') {
            "ends in a slash"
        } else {
            "is not in its usual spelling"
        };
        return Err((format!("`issuer` {what}"), format!("write `{canonical}`")));
    }
    Ok(url)
}

/// Returns the issuer of a server whose configuration names none.
pub(super) fn default_issuer(listen: SocketAddr, tls: bool) -> String {
    // an http address would be untrue of a listener that speaks https
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{listen}")
}

const NAME_PROXY: &str = "set `trusted_proxies` to the addresses of the proxy that speaks https, for one on this machine `trusted_proxies = [\"127.0.0.1\"]`; or set `certificate` and `private_key` in `[tls]`";
const SET_ISSUER: &str =
    "set `issuer` to the address that clients use, as in `https://id.example.com`";
