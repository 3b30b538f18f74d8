//! The addresses at which the issuer asks or tells a client something.

use url::{Host, Url};

use super::Rules;

impl Rules<'_> {
    pub(super) fn backchannel_logout_uri(&mut self) -> Option<Url> {
        let text = self.metadata.backchannel_logout_uri.as_ref()?;
        // OIDC-BackChannel-2.2: an absolute URI without a fragment
        self.https_address("backchannel_logout_uri", text)
    }

    /// Reads an address; `http` is for loopback, if the issuer itself is on a developer's machine.
    pub(super) fn https_address(&mut self, field: &'static str, text: &str) -> Option<Url> {
        let bare = |url: &Url| {
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
        };
        let url = Url::parse(text)
            .ok()
            .filter(|_| text.len() <= MAX_URI_BYTES)
            .filter(bare);
        let local = Url::parse(&self.profile.issuer).is_ok_and(|issuer| is_local(&issuer));
        let url = url.filter(|url| url.scheme() == "https" || (local && is_local(url)));
        if url.is_none() {
            self.refuse(field, "is not a plain https address of at most 512 bytes");
        }
        url
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
