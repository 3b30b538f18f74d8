//! The addresses that a client registers, beside those of redirects.

use url::{Host, Url};

use super::Rules;

impl Rules<'_> {
    pub(super) fn addresses(&mut self) {
        let metadata = self.metadata;
        for (field, text) in [
            // OIDC-Registration-2: it must use the https scheme
            ("initiate_login_uri", &metadata.initiate_login_uri),
            ("policy_uri", &metadata.policy_uri),
            ("tos_uri", &metadata.tos_uri),
            ("logo_uri", &metadata.logo_uri),
        ] {
            let text = text.as_deref();
            if text.is_some_and(|text| self.address(text).is_none()) {
                self.refuse(field, "is not an https address of at most 512 bytes");
            }
        }
    }

    /// Returns the address if it is one of https without credentials; in an issuer on this machine, one
    /// of this machine too.
    pub(super) fn address(&self, text: &str) -> Option<Url> {
        let is_plain = text.len() <= MAX_URI_BYTES && text.bytes().all(|b| b.is_ascii_graphic());
        let url = Url::parse(text).ok().filter(|_| is_plain)?;
        let is_bare = url.username().is_empty() && url.password().is_none();
        let local = Url::parse(&self.profile.issuer).is_ok_and(|issuer| is_local(&issuer));
        let is_safe = url.scheme() == "https" || (local && is_local(&url));
        (is_bare && is_safe).then_some(url)
    }
}

fn is_local(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && loopback
}

const MAX_URI_BYTES: usize = 512;
