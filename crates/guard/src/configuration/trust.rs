//! The requirements on access tokens.

use airside_config::{Problem, Table};
use airside_net::PemContents;
use url::Url;

use super::{
    mode::OnUnavailable,
    registry::{LIMITS, LimitKeys, STATUS_LIST, StatusListKeys, TOP, TopKeys},
};
use crate::{
    section::SectionReader,
    trust::{Trust, is_loopback},
};

impl SectionReader<'_> {
    pub(super) fn trust(&mut self) -> Option<Trust> {
        let top = self.table::<TopKeys>();
        let issuer = top.find(&TOP.issuer)?;
        let jwks_uri = top.find(&TOP.jwks_uri);
        self.require_issuer(&top, &issuer, jwks_uri.as_ref());
        // an account that can write there can write this configuration
        let keys_file = self.path(&top.get(&TOP.keys_file));
        self.require_unchanged_file(&top, &TOP.keys_file, &keys_file);
        let status_list = self.section::<StatusListKeys>();
        let limits = self.table::<LimitKeys>();
        if limits.get(&LIMITS.token_bytes) + OTHER_HEADERS > limits.get(&LIMITS.header_bytes) {
            let message = "a token of `limits.token_bytes` has no room in `limits.header_bytes`";
            let help = format!("let the header have {OTHER_HEADERS} bytes more than the token");
            self.refuse(Problem::new(&limits.place(&LIMITS.token_bytes), message).help(help));
        }
        let bytes = |bytes: u32| usize::try_from(bytes).unwrap_or(usize::MAX);
        Some(Trust {
            issuer,
            audience: top.find(&TOP.audience)?,
            jwks_uri,
            ca: self.pem_file(&top, &TOP.issuer_ca, PemContents::Authorities),
            keys_file,
            keeps_keys: true,
            profile: top.get(&TOP.profile).0,
            roles_claim: top.find(&TOP.roles_claim).map(|pointer| pointer.0),
            machine_claim: top.find(&TOP.machine_claim).map(|pointer| pointer.0),
            token_lifetime: limits.get(&LIMITS.token_lifetime),
            token_bytes: bytes(limits.get(&LIMITS.token_bytes)),
            dpop: top.find(&TOP.dpop),
            status_lists: status_list.map(|table| table.get(&STATUS_LIST.on_loss).into()),
        })
    }

    /// Requires that keys are fetched by https, or by http on a loopback address for an issuer on this
    /// machine.
    fn require_issuer(&mut self, top: &Table<'_, TopKeys>, issuer: &str, jwks_uri: Option<&Url>) {
        let is_safe = |url: &Url| {
            let is_https = url.scheme() == "https" && url.has_host();
            let is_local = airside_net::address::is_loopback(url);
            is_https || is_local && is_loopback(issuer)
        };
        let url = Url::parse(issuer).ok();
        // with `jwks_uri` the issuer may be a mere name
        let (place, message) = match jwks_uri {
            Some(uri) if !is_safe(uri) => (
                top.place(&TOP.jwks_uri),
                "`jwks_uri` is not an https address",
            ),
            None if !url.as_ref().is_some_and(is_safe) => {
                (top.place(&TOP.issuer), "`issuer` is not an https address")
            }
            _ => return,
        };
        let help =
            "write it as in `https://id.example.com`; http is for an issuer on a loopback address";
        self.refuse(Problem::new(&place, message).help(help));
    }
}

impl From<OnUnavailable> for airside_resource::OnUnavailable {
    fn from(on_loss: OnUnavailable) -> Self {
        match on_loss {
            OnUnavailable::FailOpen => Self::FailOpen,
            OnUnavailable::FailClosed => Self::FailClosed,
        }
    }
}

/// Bytes of a header beside the token.
const OTHER_HEADERS: u32 = 1_024;
