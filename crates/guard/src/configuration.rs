//! `guard.toml`, made into one checked configuration.
//!
//! All problems are reported at once, each with its line.

mod feed;
mod identity;
mod limit;
mod mode;
mod offer;
mod profile;
#[cfg(test)]
mod reference;
mod registry;
mod trust;
mod upstream;

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use airside_config::{Inputs, Problems, RawConfig, log::LogSettings, schema};
use airside_net::{PemContents, TrustedProxies};
use airside_policy::cedar::Cedar;
use url::Url;

pub(crate) use self::limit::RequestLimits;
pub use self::{feed::FeedSettings, mode::Mode, registry::REGISTRY};
use self::{
    offer::Offer,
    registry::{TLS, TOP, TlsKeys, TopKeys},
};
use crate::{
    browser::setting::BrowserSettings,
    cors::Cors,
    database::Address,
    forward_auth::setting::ForwardAuth,
    header::IdentityHeaders,
    operation::{Operations, UnreadOperation},
    rate::RateLimits,
    rule::key::RULE,
    section::SectionReader,
    trust::{Trust, is_loopback},
};

/// A configuration that may be started.
pub struct Configuration {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Certificate and private key, in PEM; none for plain http.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// The settings of the log: what is logged, and how.
    pub log: LogSettings,
    /// The APIs, which are all the same one.
    pub upstreams: Vec<Url>,
    /// The certificate authorities of upstreams, in PEM; none for the web's.
    pub(crate) upstream_ca: Option<PathBuf>,
    /// The path of an upstream's health check; `None` to assume that upstreams are healthy.
    pub(crate) upstream_health: Option<String>,
    /// The requirements on access tokens.
    pub trust: Trust,
    /// The declared operations and their rules.
    pub operations: Operations,
    /// Operations of the document that no request can be matched to.
    pub unread: Vec<UnreadOperation>,
    /// Remarks for the operator, in sentences.
    pub remarks: Vec<String>,
    /// The mode, in which denials are enforced or only observed.
    pub(crate) mode: Mode,
    /// The limits on sizes and times.
    pub(crate) limits: RequestLimits,
    /// The headers that tell the upstream who calls.
    pub(crate) identity: IdentityHeaders,
    /// True if the upstream gets the access token.
    pub(crate) forward_authorization: bool,
    /// True if the upstream gets cookies.
    pub(crate) forward_cookies: bool,
    /// The listener for forward-auth.
    pub(crate) forward_auth: Option<ForwardAuth>,
    /// Policies that decide about actions.
    pub(crate) policies: Option<Cedar>,
    /// The feed of revocations.
    pub(crate) feed: Option<FeedSettings>,
    /// The browser mode, for apps that hold no token.
    pub browser: Option<BrowserSettings>,
    /// The sites whose scripts may read answers; `None` to leave it to the API.
    pub(crate) cors: Option<Cors>,
    /// The API's database, in which owners are looked up.
    pub(crate) database: Option<Address>,
    /// The proxies that are trusted to name a caller's address.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The rate limits of addresses, clients and people.
    pub(crate) rate_limits: RateLimits,
    /// The address of health, metrics and reports.
    pub(crate) operations_listen: Option<SocketAddr>,
}

impl Configuration {
    /// Reads `path` and the files that it names; `variable` reads an environment variable.
    ///
    /// # Errors
    ///
    /// [`Problems`]: everything that is wrong, each with its line.
    pub fn read(path: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let given = raw(path)?;
        if !given.whole {
            // what was not understood would be reported as missing
            return Err(Problems::new(given.source, given.problems));
        }
        let mut reader = SectionReader::new(&given, variable);
        let issuer = reader.table::<TopKeys>().find(&TOP.issuer);
        if issuer.is_some_and(|issuer| is_loopback(&issuer)) {
            reader.allow_open_files();
        }
        let configuration = reader.configuration();
        let problems = reader.into_problems();
        match configuration {
            Some(configuration) if problems.is_empty() => Ok(configuration),
            _ => Err(Problems::new(given.source, problems)),
        }
    }
}

fn raw(path: &Path) -> Result<RawConfig, Problems> {
    RawConfig::read(
        &REGISTRY,
        &Inputs {
            file: Some(path.to_owned()),
            flags: Vec::new(),
            variables: &BTreeMap::new(),
            working_directory: PathBuf::new(),
            read: &|path| fs::read_to_string(path),
        },
    )
}

/// Tells whether an address is where the guard itself listens, as far as that is seen without a name
/// service.
fn leads_to(upstream: &Url, listen: SocketAddr) -> bool {
    let same_address = match upstream.host() {
        Some(url::Host::Domain(name)) => name == "localhost" && is_local(listen.ip()),
        Some(url::Host::Ipv4(ip)) => is_same(ip.into(), listen.ip()),
        Some(url::Host::Ipv6(ip)) => is_same(ip.into(), listen.ip()),
        None => false,
    };
    same_address && upstream.port_or_known_default() == Some(listen.port())
}

fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

fn is_same(one: IpAddr, listen: IpAddr) -> bool {
    one == listen
        || is_local(one) && listen.is_unspecified()
        || one.is_unspecified() && is_local(listen)
}

/// The JSON schema of `guard.toml`.
#[must_use]
pub fn schema() -> serde_json::Value {
    schema::schema(&REGISTRY)
}

impl SectionReader<'_> {
    fn configuration(&mut self) -> Option<Configuration> {
        let top = self.table::<TopKeys>();
        let offer = self.offer();
        let upstreams = self.upstreams();
        let upstream_ca = self.pem_file(&top, &TOP.upstream_ca, PemContents::Authorities);
        let trust = self.trust();
        let identity = self.identity();
        let trusted_proxies = self.trusted_proxies();
        let tls = self.tls();
        let forward_auth = ForwardAuth::read(self);
        let feed = FeedSettings::read(self);
        let cors = Cors::read(self);
        let browser = BrowserSettings::read(self);
        let database = Address::read(self);
        if let Some(browser) = &browser {
            self.require_apart(browser, &offer);
        }
        let listen = top.get(&TOP.listen);
        let mut remarks = offer.remarks;
        let own = upstreams.iter().filter(|url| leads_to(url, listen));
        remarks.extend(own.map(|url| {
            format!("the upstream `{url}` is this guard's own `listen`: every request answers 508")
        }));
        Some(Configuration {
            listen,
            tls,
            log: LogSettings::of(&self.table()),
            upstreams,
            upstream_ca,
            upstream_health: top.find(&TOP.upstream_health),
            trust: trust?,
            operations: offer.operations?,
            unread: offer.unread,
            remarks,
            mode: top.get(&TOP.mode),
            limits: self.limits(),
            identity,
            forward_authorization: top.get(&TOP.forward_authorization),
            forward_cookies: top.get(&TOP.forward_cookies),
            forward_auth,
            policies: offer.policies,
            feed,
            browser,
            cors,
            database,
            operations_listen: top.find(&TOP.operations_listen),
            trusted_proxies,
            rate_limits: self.rate_limits(),
        })
    }

    /// Requires that no operation lies below `browser.path`, which never reaches the API.
    fn require_apart(&mut self, browser: &BrowserSettings, offer: &Offer<'_>) {
        let below = format!("{}/", browser.path);
        for one in offer.operations.iter().flat_map(Operations::iter) {
            if one.path.to_string().starts_with(&below) {
                let message = format!(
                    "`{}` lies below `browser.path`, where the guard answers itself",
                    one.path
                );
                self.refuse(offer.problem(one, &RULE.r#match, &message));
            }
        }
    }

    /// Returns the files of `[tls]`; other accounts must not read the key.
    fn tls(&mut self) -> Option<(PathBuf, PathBuf)> {
        let table = self.section::<TlsKeys>()?;
        let certificate = &TLS.certificate;
        let certificate = self.pem_file(&table, certificate, PemContents::CertificateChain);
        let private_key = self.pem_file(&table, &TLS.private_key, PemContents::PrivateKey)?;
        self.require_secret_file(&table, &TLS.private_key, &private_key);
        Some((certificate?, private_key))
    }
}

impl std::fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Configuration")
            .finish_non_exhaustive()
    }
}
