//! The keys of `guard.toml`, by section. The reader, its messages, the JSON schema and the reference
//! document are derived from them; a part of the guard declares its own section beside its code.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use airside_config::{
    Entry, Registry, Section,
    key::{
        address, boolean, choice, duration, free_texts, integer, parsed, path, secret_reference,
        size, table, text, text_or_texts, texts, top, url,
    },
    log::Log,
    section,
    value::Hidden,
};
use url::Url;

use super::{
    mode::{Mode, OnUnavailable},
    profile::{ClaimPointer, ProfileName},
};
use crate::{
    browser::setting::BrowserKeys,
    cors::setting::CorsKeys,
    database::setting::DatabaseKeys,
    forward_auth::setting::ForwardAuthKeys,
    rate::Rate,
    rule::key::{HIDE, RuleKeys},
};

/// The keys of `guard.toml`. No environment variable overrides them; the file names those of its
/// secrets.
pub static REGISTRY: Registry = Registry {
    retired: &[("operation", "hide", HIDE)],
    ..Registry::new(
        "guard.toml",
        &[
            TopKeys::INFO,
            TlsKeys::INFO,
            Log::INFO,
            LimitKeys::INFO,
            RateLimitKeys::INFO,
            FeedKeys::INFO,
            StatusListKeys::INFO,
            DatabaseKeys::INFO,
            PolicyKeys::INFO,
            CorsKeys::INFO,
            ForwardAuthKeys::INFO,
            BrowserKeys::INFO,
            RuleKeys::INFO,
        ],
    )
};

section! {
    /// The keys before the first table.
    pub(crate) TOP: TopKeys = top(), "Where requests come from and go to, and which tokens count." {
        listen: Key<SocketAddr> = address().or(LISTEN),
            "The address and port to listen on; port 0 takes a free one.";
        upstream: Optional<Vec<String>> = text_or_texts().required(),
            "The address of the API, http or https without a path; several are the same API and take turns.";
        upstream_ca: Optional<String> = path(),
            "The certificate authorities (PEM) of upstreams, instead of the web's.";
        upstream_health: Optional<String> = text(),
            "A path that is asked every 5 seconds; an unhealthy upstream, which does not answer 2xx, gets no requests.";
        issuer: Optional<String> = text().required(),
            "The issuer of the tokens; https, or http on a loopback address.";
        audience: Optional<String> = text().required(),
            "The identifier of the API: the `aud` of its access tokens.";
        issuer_ca: Optional<String> = path(),
            "The certificate authorities (PEM) of the issuer, instead of the web's.";
        jwks_uri: Optional<Url> = url(),
            "Where the issuer's keys are; without it they are discovered.";
        keys_file: Key<String> = path().or("airside-guard-keys.json"),
            "Where the issuer's keys are kept, for a start while the issuer is down.";
        profile: Key<ProfileName> = choice().or_first(),
            "Which access tokens count: those of RFC 9068, those of an identity provider, which something marks that its ID tokens lack, or (`legacy`) those of other issuers too.";
        roles_claim: Optional<ClaimPointer> = parsed(),
            "Where a token says its roles, as a JSON pointer to a list of texts, a text, or an object whose members are roles; by default where the profile has them, `/roles` with `rfc9068`.";
        machine_claim: Optional<ClaimPointer> = parsed(),
            "A claim, as a JSON pointer, that machines have and people have not, or as `false`; besides what the profile knows.";
        dpop: Optional<Url> = url(),
            "Takes DPoP-bound tokens; the guard's address as clients know it.";
        openapi: Optional<String> = path(),
            "An OpenAPI document, whose security requirements and `x-airside` are rules.";
        path_prefix: Optional<String> = text(),
            "What is before the paths of the document, instead of what its `servers` say.";
        mode: Key<Mode> = choice().or_first(),
            "Whether refusals for lack of permission are made, or only noted.";
        identity_headers: Optional<Vec<Entry>> = free_texts(),
            "Headers that tell the upstream who calls, and the claim that each carries; by default `Airside-Subject`, `Airside-Client`, `Airside-Scope` and `Airside-Roles`.";
        forward_authorization: Key<bool> = boolean().or(false),
            "Whether the upstream gets the access token, once it is verified; a public operation gets `Basic` credentials alone.";
        forward_cookies: Key<bool> = boolean().or(false),
            "Whether the upstream gets cookies.";
        operations_listen: Optional<SocketAddr> = address(),
            "The address and port where operators ask for health, metrics and reports.";
        trusted_proxies: Key<Vec<String>> = texts().or(&[]),
            "Addresses or networks of the proxies in front, whose `X-Forwarded-For` or `Forwarded` counts.";
    }
}

section! {
    /// `[tls]`.
    pub(crate) TLS: TlsKeys = table("tls"), "Makes the listener speak https. The files are read again when they change." {
        certificate: Optional<String> = path().required(),
            "The certificate chain in PEM.";
        private_key: Optional<String> = path().required(),
            "The private key in PEM.";
    }
}

section! {
    /// `[limits]`.
    pub(crate) LIMITS: LimitKeys = table("limits"), "How much, and how long." {
        request_body_bytes: Key<u64> = size().or(10 * 1024 * 1024),
            "The longest body of a request.";
        held_body_bytes: Key<u64> = size().or(1024 * 1024),
            "The longest body, of a request or an answer, that is held to be checked.";
        upstream_seconds: Key<u64> = size().or(60),
            "How long an upstream may take to begin its answer.";
        token_lifetime: Key<Duration> = duration(60, 366 * 86_400).or(Duration::from_secs(24 * 60 * 60)),
            "The longest life of an access token, from its `iat` to its `exp`.";
        token_bytes: Key<u32> = integer(1_024, 65_536).or(8 * 1024),
            "The longest access token; it needs `header_bytes`.";
        header_bytes: Key<u32> = integer(8_192, 262_144).or(16 * 1024),
            "The longest header of a request with its first line; beyond it the answer is 431. A restart changes it.";
        header_lines: Key<u32> = integer(16, 1_000).or(64),
            "How many lines the header of a request may have; beyond it the answer is 431. A restart changes it.";
    }
}

section! {
    /// `[rate_limit]`.
    pub(crate) RATE_LIMIT: RateLimitKeys = table("rate_limit"), "How many requests are taken; more are answered 429." {
        address: Optional<Rate> = parsed(),
            "From one address (IPv6: one /64).";
        client: Optional<Rate> = parsed(),
            "From one client.";
        subject: Optional<Rate> = parsed(),
            "From one person.";
    }
}

section! {
    /// `[feed]`.
    pub(crate) FEED: FeedKeys = table("feed"), "Revocations, pushed by the issuer." {
        client_id: Optional<String> = text().required(),
            "The client that the guard is to the issuer, with the API in its `resource_server_for`.";
        client_secret: Optional<Hidden> = secret_reference().required(),
            "Its secret, 20 characters or more.";
        on_loss: Key<OnUnavailable> = choice().or_first(),
            "Whether requests are served or refused while the feed is lost.";
    }
}

section! {
    /// `[status_list]`.
    pub(crate) STATUS_LIST: StatusListKeys = table("status_list"), "Revocations, from the issuer's status lists." {
        on_loss: Key<OnUnavailable> = choice().or_first(),
            "Whether a token whose list cannot be had is served or refused.";
    }
}

section! {
    /// `[policies]`.
    pub(crate) POLICIES: PolicyKeys = table("policies"), "Cedar policies, which decide about the actions of operations." {
        schema: Optional<String> = path().required(),
            "The schema.";
        policies: Optional<String> = path().required(),
            "The policies.";
    }
}

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8090);
