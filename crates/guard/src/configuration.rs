//! `guard.toml`.

mod mode;
mod origin;
mod text;

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use airside_api::Template;
use airside_net::{
    TrustedProxies,
    private::{ExposedError, require_mounted, require_secret, require_unchanged},
};
use airside_policy::{Policies, cedar::Cedar};
use airside_resource::Reach;
use http::{HeaderName, Method};
use serde::Deserialize;
use url::Url;

use crate::{
    Refusal,
    browser::Lifetimes,
    cors::Cors,
    database::Address,
    document::{self, Documented, DocumentedOperation, Likeness},
    header::IdentityHeaders,
    operation::{Operation, Operations, Unread},
    rate::{Rate, RateLimits},
    rule::{OneOrMany, RuleText},
};
use text::{
    DatabaseText, FeedText, ForwardAuthText, OnLoss, PoliciesText, ProfileText, SecretText, Text,
};

/// A configuration that may be started.
pub struct Configuration {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Certificate and private key, in PEM; none for plain http.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The APIs, which are all the same one.
    pub upstreams: Vec<Url>,
    /// The certificate authorities of upstreams, in PEM; none for the web's.
    pub upstream_ca: Option<PathBuf>,
    /// Where an upstream says that it is well; none to believe it.
    pub upstream_health: Option<String>,
    /// What tokens must be.
    pub trust: Trust,
    /// What is offered, and to whom.
    pub operations: Operations,
    /// What the document offers and no request is known by.
    pub unread: Vec<Unread>,
    /// What its reader should know, in sentences.
    pub remarks: Vec<String>,
    /// Whether refusals of authorization are made or only noted.
    pub mode: Mode,
    /// How much, how long.
    pub limits: Limits,
    /// What the upstream is told of the caller.
    pub identity: IdentityHeaders,
    /// Whether the upstream gets the access token too.
    pub forward_authorization: bool,
    /// Whether the upstream gets cookies.
    pub forward_cookies: bool,
    /// Where proxies ask.
    pub forward_auth: Option<ForwardAuth>,
    /// Policies that decide about actions.
    pub policies: Option<Cedar>,
    /// Where revocations come from.
    pub feed: Option<Feed>,
    /// How people are signed in, for apps that hold no token.
    pub browser: Option<BrowserMode>,
    /// Which other sites' scripts may read answers; none to leave it to the API.
    pub cors: Option<Cors>,
    /// The API's database, in which owners are looked up.
    pub database: Option<Address>,
    /// Whose word about a caller's address counts.
    pub trusted_proxies: TrustedProxies,
    /// How many requests one address, client or person may send.
    pub rate_limits: RateLimits,
    /// Where operators ask for health and reports.
    pub operations_listen: Option<SocketAddr>,
}

/// What access tokens must be.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The issuer.
    pub issuer: String,
    /// The API's identifier.
    pub audience: String,
    /// Where the issuer's keys are; none to discover it.
    pub jwks_uri: Option<Url>,
    /// The certificate authorities of the issuer, in PEM; none for the web's.
    pub ca: Option<PathBuf>,
    /// Where keys are kept for a start while the issuer is down.
    pub keys_file: Option<PathBuf>,
    /// Whether tokens of other profiles than RFC 9068 are taken.
    pub legacy: bool,
    /// The guard's own address, for DPoP proofs.
    pub dpop: Option<Url>,
    /// Whether the issuer's status lists are read, and what happens while there is none.
    pub status_lists: Option<airside_resource::OnLoss>,
}

impl Trust {
    /// What is allowed on the way to the issuer.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach {
            loopback_http: crate::guard::is_loopback(&self.issuer),
            authorities: self.ca.clone(),
        }
    }
}

/// What happens to a request that is not allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is refused.
    #[default]
    Enforce,
    /// It is noted and forwarded, if its token is good.
    Observe,
}

impl Mode {
    /// What becomes of a verdict: `Ok` is forwarded, with the refusal that is noted instead. What the
    /// guard cannot read, or cannot answer, is refused in every mode.
    pub(crate) fn apply(self, verdict: Result<(), Refusal>) -> Result<Option<Refusal>, Refusal> {
        match (self, verdict) {
            (_, Ok(())) => Ok(None),
            (Self::Observe, Err(refusal)) if refusal.is_of_authorization() => Ok(Some(refusal)),
            (_, Err(refusal)) => Err(refusal),
        }
    }

    /// Whether answers reach the caller with what the rules leave of them.
    pub(crate) fn changes_answers(self) -> bool {
        self == Self::Enforce
    }
}

/// How much, how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's body.
    pub request_body: usize,
    /// Bytes of a body that is held, of a request or an answer.
    pub held_body: usize,
    /// Seconds until an upstream begins to answer.
    pub upstream_seconds: u64,
}

/// Where proxies ask (forward-auth).
#[derive(Clone, Debug)]
pub struct ForwardAuth {
    /// A path for a Unix socket, or an address.
    pub listen: ForwardListen,
    /// Which proxy asks: where it says what it was asked.
    pub proxy: Proxy,
    /// What the proxy shows to be believed; needed unless it comes by a Unix socket.
    pub secret: Option<String>,
}

/// Where proxies connect.
#[derive(Clone, Debug)]
pub enum ForwardListen {
    /// By TCP.
    Tcp(SocketAddr),
    /// By a Unix socket, whose directory says who may.
    Unix(PathBuf),
}

/// A proxy that asks, by where it puts the request that it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proxy {
    /// `X-Original-Method`, `X-Original-URI`; takes 401 and 403 only.
    Nginx,
    /// `X-Forwarded-Method`, `X-Forwarded-Uri`.
    Traefik,
    /// The same as Traefik.
    Caddy,
    /// The request's own method and path (`ext_authz` over HTTP).
    Envoy,
}

/// Where revocations come from.
#[derive(Clone)]
pub struct Feed {
    /// The client that the guard is to the issuer.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Whether requests are refused while the feed is lost.
    pub refuse_on_loss: bool,
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

/// Where the configuration's other files and secrets come from.
struct Reader<'a> {
    directory: &'a Path,
    environment: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the issuer is on a developer's machine.
    development: bool,
    problems: Vec<String>,
}

impl Configuration {
    /// Reads `path` and the files that it names; `environment` reads a variable.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, a line each.
    pub fn read(
        path: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<String>> {
        let name = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return Err(vec![format!("cannot read `{name}`: {error}")]),
        };
        let text: Text = match toml::from_str(&text) {
            Ok(text) => text,
            Err(error) => return Err(vec![format!("{name}: {error}")]),
        };
        let mut reader = Reader {
            development: crate::guard::is_loopback(&text.issuer),
            directory: path.parent().unwrap_or(Path::new(".")),
            environment,
            problems: Vec::new(),
        };
        let configuration = reader.configuration(text, &name);
        match configuration {
            Some(configuration) if reader.problems.is_empty() => Ok(configuration),
            _ => Err(reader.problems),
        }
    }
}

impl Reader<'_> {
    fn configuration(&mut self, text: Text, name: &str) -> Option<Configuration> {
        let documented = self.document(text.openapi.as_deref(), text.path_prefix.as_deref());
        let offer = self.offer(documented, &text.operation, name);
        let (operations, unread, remarks) = (offer.operations, offer.unread, offer.remarks);
        let policies = text.policies.as_ref().map(|texts| self.policies(texts));
        let policies = policies.flatten();
        if let Some(operations) = &operations {
            self.check_actions(operations, policies.as_ref());
            self.check_views(operations, text.database.is_some());
        }
        let database = text.database.and_then(|one| self.database(&one));
        let upstreams = self.upstreams(&text.upstream);
        let forward_auth = text.forward_auth.and_then(|one| self.forward_auth(one));
        let feed = text.feed.and_then(|one| self.feed(one));
        let identity = self.identity(text.identity_headers);
        let has_browser = text.browser.is_some();
        let cors = text.cors.and_then(|one| self.cors(one, has_browser));
        let browser = text.browser.and_then(|one| self.browser(one));
        if let (Some(browser), Some(operations)) = (&browser, &operations) {
            self.check_path(browser, operations);
        }
        Some(Configuration {
            listen: text.listen,
            tls: text
                .tls
                .map(|tls| self.tls(&tls.certificate, &tls.private_key)),
            upstreams,
            upstream_ca: text.upstream_ca.map(|path| self.file(&path)),
            upstream_health: text.upstream_health,
            trust: Trust {
                issuer: text.issuer,
                audience: text.audience,
                jwks_uri: text.jwks_uri,
                ca: text.issuer_ca.map(|path| self.file(&path)),
                keys_file: text.keys_file.map(|path| self.keys_file(&path)),
                legacy: text.profile == ProfileText::Legacy,
                dpop: text.dpop,
                status_lists: text.status_list.map(|text| text.on_loss.into()),
            },
            operations: operations?,
            unread,
            remarks,
            mode: text.mode,
            limits: Limits {
                request_body: text.limits.request_body_bytes,
                held_body: text.limits.held_body_bytes,
                upstream_seconds: text.limits.upstream_seconds,
            },
            identity: identity?,
            forward_authorization: text.forward_authorization,
            forward_cookies: text.forward_cookies,
            forward_auth,
            policies,
            feed,
            browser,
            cors,
            database,
            operations_listen: text.operations_listen,
            trusted_proxies: self.trusted_proxies(&text.trusted_proxies),
            rate_limits: RateLimits {
                address: self.rate(text.rate_limit.address.as_deref(), "address"),
                client: self.rate(text.rate_limit.client.as_deref(), "client"),
                subject: self.rate(text.rate_limit.subject.as_deref(), "subject"),
            },
        })
    }

    fn file(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    fn text(&mut self, path: &Path) -> Option<String> {
        let path = self.file(path);
        match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) => {
                let path = path.display();
                self.problems.push(format!("cannot read `{path}`: {error}"));
                None
            }
        }
    }

    fn document(&mut self, path: Option<&Path>, path_prefix: Option<&str>) -> Documented {
        if let Some(prefix) = path_prefix.filter(|prefix| !is_prefix(prefix)) {
            self.problems.push(format!(
                "`path_prefix` is `{prefix}`: write a path that begins with `/`, as in `/api/v1`, or nothing"
            ));
            return Documented::default();
        }
        let Some(path) = path else {
            if path_prefix.is_some() {
                let problem = "`path_prefix` needs `openapi`: it is before the paths of a document";
                self.problems.push(problem.to_owned());
            }
            return Documented::default();
        };
        let name = path.display().to_string();
        document::read(&self.file(path), &name, path_prefix).unwrap_or_else(|problem| {
            self.problems.push(problem);
            Documented::default()
        })
    }

    /// What `guard.toml` says replaces what the document says of the same operation.
    fn offer(&mut self, mut documented: Documented, written: &[RuleText], name: &str) -> Offer {
        let mut all = Vec::new();
        for (position, rule) in written.iter().enumerate() {
            let place = format!("{name}: operation {}", position + 1);
            match operation(rule, &place) {
                Ok(mut one) => {
                    replace(&mut one, &mut documented);
                    all.push(one);
                }
                Err(why) => self.problems.push(format!("{place}: {why}")),
            }
        }
        let written = all.len();
        let apart = document::apart(documented.operations);
        all.extend(apart.operations);
        let all = document::shadowed(all, written, &apart.unread);
        let operations = Operations::new(all).map_err(|why| self.problems.push(why));
        Offer {
            operations: operations.ok(),
            unread: apart.unread,
            remarks: documented
                .remarks
                .into_iter()
                .chain(apart.remarks)
                .collect(),
        }
    }

    fn policies(&mut self, texts: &PoliciesText) -> Option<Cedar> {
        let (schema, policies) = (self.text(&texts.schema)?, self.text(&texts.policies)?);
        match Cedar::parse(&schema, &policies) {
            Ok(policies) => Some(policies),
            Err(error) => {
                self.problems.push(error.to_string());
                None
            }
        }
    }

    fn check_actions(&mut self, operations: &Operations, policies: Option<&Cedar>) {
        for one in operations.iter() {
            let crate::operation::Permission::Rule(rule) = &one.permission else {
                continue;
            };
            let Some(action) = &rule.action else { continue };
            let place = &one.place;
            match policies {
                None => self.problems.push(format!(
                    "{place}: `action` needs `[policies]`, which are not given"
                )),
                Some(policies) if !policies.knows(action, airside_policy::policies::API) => {
                    self.problems.push(format!(
                        "{place}: the schema has no action `{action}` on `Api`"
                    ));
                }
                Some(_) => {}
            }
        }
    }

    fn check_views(&mut self, operations: &Operations, has_database: bool) {
        let views = operations
            .iter()
            .filter(|one| one.permission.view().is_some());
        for one in views.filter(|_| !has_database) {
            let place = &one.place;
            self.problems.push(format!(
                "{place}: `owner.view` needs `[database]`, which is not given"
            ));
        }
    }

    fn upstreams(&mut self, texts: &OneOrMany) -> Vec<Url> {
        let mut upstreams = Vec::new();
        for text in texts.iter() {
            match Url::parse(text) {
                Ok(url)
                    if matches!(url.scheme(), "http" | "https")
                        && url.path() == "/"
                        && url.query().is_none()
                        && url.has_host() =>
                {
                    upstreams.push(url);
                }
                _ => self.problems.push(format!(
                    "`upstream` is `{text}`, which is no http address without a path"
                )),
            }
        }
        if texts.is_empty() {
            self.problems.push("`upstream` names no address".to_owned());
        }
        upstreams
    }

    fn identity(&mut self, given: Option<BTreeMap<String, String>>) -> Option<IdentityHeaders> {
        let Some(given) = given else {
            return Some(IdentityHeaders::default());
        };
        let mut names = Vec::new();
        for (name, fact) in given {
            match HeaderName::try_from(name.as_str()) {
                Ok(header) if IdentityHeaders::is_usable(&name) => names.push((header, fact)),
                _ => self.problems.push(format!(
                    "`identity_headers.{name}`: write a name of at most 64 letters, digits and `-` that has no other meaning; servers disagree about `_` and other signs"
                )),
            }
        }
        Some(IdentityHeaders::new(names))
    }

    fn forward_auth(&mut self, text: ForwardAuthText) -> Option<ForwardAuth> {
        let listen = match text.listen.strip_prefix("unix:") {
            Some(path) => ForwardListen::Unix(self.file(Path::new(path))),
            None => match text.listen.parse() {
                Ok(address) => ForwardListen::Tcp(address),
                Err(_) => {
                    self.problems.push(format!(
                        "`forward_auth.listen` is `{}`: write `unix:PATH` or an address and port",
                        text.listen
                    ));
                    return None;
                }
            },
        };
        let secret = match text.secret {
            Some(secret) => Some(self.secret(&secret, "forward_auth.secret")?),
            None => None,
        };
        if secret.is_none() && matches!(listen, ForwardListen::Tcp(_)) {
            let problem = "`forward_auth.secret` is missing: whoever can connect would be believed";
            self.problems.push(problem.to_owned());
            return None;
        }
        Some(ForwardAuth {
            listen,
            proxy: text.proxy,
            secret,
        })
    }

    /// Whoever may change it makes keys that are believed.
    fn keys_file(&mut self, path: &Path) -> PathBuf {
        let path = self.file(path);
        if let Err(exposed) = require_unchanged(&path) {
            self.problems.push(format!("`keys_file`: {exposed}"));
        }
        path
    }

    /// The files of `[tls]`, of which the key is for nobody else.
    fn tls(&mut self, certificate: &Path, private_key: &Path) -> (PathBuf, PathBuf) {
        let private_key = self.file(private_key);
        self.require("tls.private_key", require_secret(&private_key));
        (self.file(certificate), private_key)
    }

    fn require(&mut self, key: &str, kept: Result<(), ExposedError>) {
        match kept {
            Err(exposed) if !self.development => {
                self.problems.push(format!("`{key}`: {exposed}"));
            }
            _ => {}
        }
    }

    fn trusted_proxies(&mut self, entries: &[String]) -> TrustedProxies {
        TrustedProxies::parse(entries).unwrap_or_else(|error| {
            self.problems.push(format!("`trusted_proxies`: {error}"));
            TrustedProxies::default()
        })
    }

    fn rate(&mut self, text: Option<&str>, name: &str) -> Option<Rate> {
        let text = text?;
        let rate = Rate::parse(text);
        if rate.is_none() {
            self.problems.push(format!(
                "`rate_limit.{name}` is `{text}`: write a number and `/s`, `/m` or `/h`, as in `100/s`"
            ));
        }
        rate
    }

    fn feed(&mut self, text: FeedText) -> Option<Feed> {
        Some(Feed {
            client_id: text.client_id,
            client_secret: self.secret(&text.client_secret, "feed.client_secret")?,
            refuse_on_loss: text.on_loss == OnLoss::Refuse,
        })
    }

    fn database(&mut self, text: &DatabaseText) -> Option<Address> {
        let url = self.hidden(&text.url, "database.url")?;
        match Address::parse(&url, self.directory) {
            Ok(address) => Some(address),
            Err(why) => {
                self.problems.push(format!("`database.url`: {why}"));
                None
            }
        }
    }

    /// What must be hard to guess.
    fn secret(&mut self, text: &SecretText, key: &str) -> Option<String> {
        let secret = self.hidden(text, key)?;
        if secret.len() < LEAST_SECRET {
            let problem = format!("`{key}` has fewer than {LEAST_SECRET} characters");
            self.problems.push(problem);
            return None;
        }
        Some(secret)
    }

    /// What must not stand in the configuration.
    fn hidden(&mut self, text: &SecretText, key: &str) -> Option<String> {
        let secret = match text {
            SecretText::Env(name) => (self.environment)(name)
                .ok_or_else(|| format!("`{key}`: the environment variable `{name}` is not set")),
            SecretText::File(path) => {
                let path = self.file(path);
                self.require(key, require_mounted(&path));
                fs::read_to_string(&path)
                    .map_err(|error| format!("`{key}`: cannot read `{}`: {error}", path.display()))
            }
        };
        match secret {
            Ok(secret) => Some(secret.trim_end_matches(['\r', '\n']).to_owned()),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }
}

impl From<OnLoss> for airside_resource::OnLoss {
    fn from(text: OnLoss) -> Self {
        match text {
            OnLoss::Serve => Self::Serve,
            OnLoss::Refuse => Self::Refuse,
        }
    }
}

/// What is offered.
struct Offer {
    operations: Option<Operations>,
    unread: Vec<Unread>,
    remarks: Vec<String>,
}

/// Takes the place of the operations of a document that are the same one, and keeps what they say of the
/// parameters and the body.
fn replace(one: &mut Operation, documented: &mut Documented) {
    let all = &mut documented.operations;
    let is_there = all
        .iter()
        .any(|other| other.likeness(one) == Likeness::Same);
    let is_same = |other: &DocumentedOperation| match other.likeness(one) {
        Likeness::Same | Likeness::SomeMethod => true,
        Likeness::OtherKinds => !is_there,
        Likeness::Other => false,
    };
    let (same, rest): (Vec<_>, Vec<_>) = std::mem::take(all).into_iter().partition(is_same);
    *all = rest;
    let mut paths = same.iter().filter_map(DocumentedOperation::path);
    if let Some(path) = paths.next()
        && paths.all(|other| other.shape() == path.shape())
    {
        one.path.describe_like(path);
    }
    let mut bodies = same.iter().map(DocumentedOperation::body);
    match bodies.find(|body| !body.is_empty()) {
        Some(body) if one.body.is_empty() => one.body = body.clone(),
        _ => {}
    }
}

fn is_prefix(prefix: &str) -> bool {
    let is_path = prefix.starts_with('/') && !prefix.contains(['{', '}', '*', '?', '#']);
    prefix.is_empty() || prefix == "/" || is_path && Template::parse(prefix).is_ok()
}

fn operation(rule: &RuleText, place: &str) -> Result<Operation, String> {
    let text = rule.matches.as_deref();
    let text = text.ok_or("`match` is missing, as in `match = \"GET /accounts/{id}\"`")?;
    let (method, path) = text
        .split_once(' ')
        .ok_or_else(|| format!("`match` is `{text}`: write a method, a space and a path"))?;
    let method: Method = match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => {
            method.parse().map_err(|_| "no method".to_owned())?
        }
        other => return Err(format!("`{other}` is no method that is ever forwarded")),
    };
    let path = Template::parse(path)?;
    Ok(Operation {
        permission: rule.permission(&method, &path)?,
        body: rule.bodies()?,
        place: format!("{place} (`{text}`)"),
        method,
        path,
    })
}

impl std::fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Configuration")
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BrowserMode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("BrowserMode");
        debug
            .field("origin", &self.origin)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("Feed");
        debug
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

const LEAST_SECRET: usize = 20;
