//! Every key of `airside.toml`: its name, type, default and meaning.
//!
//! The reader, the JSON schema and the reference document all follow from this registry.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use airside_config::{
    Entry, Registry, Section,
    key::{
        Shown, address, boolean, duration, free, integer, path, secret, table, tables, text, texts,
        top, word, words,
    },
    log::Log,
    section,
    value::Hidden,
};

/// The keys of `airside.toml`, and the variables that override them.
pub static REGISTRY: Registry = Registry {
    prefix: Some("AIRSIDE_"),
    file_variable: Some("AIRSIDE_CONFIG"),
    reserved: &["AIRSIDE_URL", "AIRSIDE_TOKEN"],
    ..Registry::new(
        "airside.toml",
        &[
            Top::INFO,
            Tls::INFO,
            Store::INFO,
            Tokens::INFO,
            Sessions::INFO,
            Keys::INFO,
            SignIn::INFO,
            Events::INFO,
            Metrics::INFO,
            Health::INFO,
            Log::INFO,
            Resource::INFO,
            Scope::INFO,
            Client::INFO,
            User::INFO,
        ],
    )
};

section! {
    /// The keys before the first table.
    pub TOP: Top = top(), "What the server is called and where it listens." {
        issuer: Optional<String> = text(),
            "The address under which everyone reaches the server, without a trailing slash; by default `http://` (with `[tls]`: `https://`) and the listen address as bound. Where it has a path, every address is below it, `/health/live`, `/health/ready` and `/metrics` too.";
        listen: Key<SocketAddr> = address().or(LISTEN),
            "The address and port to listen on; port 0 takes a free one.";
        data: Key<String> = path().or("./airside-data"),
            "The directory for everything that is stored, relative to the working directory.";
        trusted_proxies: Key<Vec<String>> = texts().or(&[]),
            "Addresses or networks of the proxies in front: each names the client in `X-Forwarded-For` or `Forwarded`, and of the two only the one that it writes into every request counts. If a proxy names no client, a warning is logged, and sign-in attempts are counted by account alone. They may have any number of connections.";
        proxy_protocol: Key<bool> = boolean().or(false),
            "Whether `trusted_proxies` are load balancers that pass bytes on: they alone may connect, and each connection begins with a header of the PROXY protocol, version 1 or 2.";
        client_ca: Optional<String> = path(),
            "A file of certificate authorities (PEM) to trust beside those of the web where the server fetches a client's `jwks_uri` or sends a logout token to its `backchannel_logout_uri`.";
        admin_api: Key<bool> = boolean().or(false),
            "Whether the admin API answers over the network too, to access tokens for `<issuer>/api/admin/v1` with the scopes `airside:admin:read` and `airside:admin:write`, of administrators and of clients that act for themselves.";
    }
}

section! {
    /// `[tls]`.
    pub TLS: Tls = table("tls"), "Makes the listener speak https; leave it out behind a proxy. The files are read again when they change." {
        certificate: Optional<String> = path(),
            "The certificate chain in PEM.";
        private_key: Optional<String> = path(),
            "The private key in PEM.";
    }
}

section! {
    /// `[store]`.
    pub STORE: Store = table("store"), "The database that holds the state." {
        url: Key<Hidden> = secret().or(Shown::Text("sqlite:airside.db")),
            "`sqlite:` and a file, relative to `data`; or `postgres://user:password@host/database`, which several nodes may share, with the parameters of libpq (`sslmode`, `sslrootcert` …).";
    }
}

section! {
    /// `[tokens]`.
    pub TOKENS: Tokens = table("tokens"), "The lifetimes of tokens." {
        authorization_code_lifetime: Key<Duration> = duration(1, 10 * MINUTE).or(seconds(60)),
            "From the issue of a code to its redemption.";
        access_token_lifetime: Key<Duration> = duration(1, DAY).or(seconds(15 * MINUTE)),
            "Of an access token. When it is lowered, what was issued before keeps its lifetime, and revocations of it are kept for as long.";
        id_token_lifetime: Key<Duration> = duration(1, DAY).or(seconds(15 * MINUTE)),
            "Of an ID token.";
        refresh_token_lifetime: Key<Duration> = duration(1, LONGEST).or(seconds(30 * DAY)),
            "Of all refresh tokens of a grant, since the grant began.";
        refresh_token_idle_lifetime: Key<Duration> = duration(1, LONGEST).or(seconds(30 * DAY)),
            "Of an unused refresh token.";
        refresh_token_retry_window: Key<Duration> = duration(0, 10 * MINUTE).or(seconds(30)),
            "The time for which a refresh token that is sent again gets the same successor.";
    }
}

section! {
    /// `[sessions]`.
    pub SESSIONS: Sessions = table("sessions"), "The lifetimes of sessions in browsers." {
        idle_lifetime: Key<Duration> = duration(1, LONGEST).or(seconds(12 * HOUR)),
            "Of an unused session.";
        lifetime: Key<Duration> = duration(1, LONGEST).or(seconds(14 * DAY)),
            "Of a session since the sign-in.";
    }
}

section! {
    /// `[events]`.
    pub EVENTS: Events = table("events"), "The audit trail." {
        lifetime: Key<Duration> = duration(DAY, LONGEST).or(seconds(400 * DAY)),
            "The time for which an event is kept.";
    }
}

section! {
    /// `[metrics]`.
    pub METRICS: Metrics = table("metrics"), "The second address that answers `/metrics`, beside that of `listen`, which answers it to this machine alone and not through a proxy." {
        listen: Optional<SocketAddr> = address(),
            "The address and port of a plain http listener that answers `/metrics`, without the issuer's path, and nothing else, to every client that can connect; without it there is none.";
    }
}

section! {
    /// `[health]`.
    pub HEALTH: Health = table("health"), "The answer of `/health/ready`." {
        ready: Key<String> = word(&["reads", "writes"]).or("reads"),
            "While the store can be read and not written (a full or read-only disk, a read-only database), the answer says `degraded`. `reads`: its status is 200, and keys, introspection and pages go on being answered; `writes`: it is 503, so that a balancer sends requests to other nodes.";
    }
}

section! {
    /// `[keys]`.
    pub KEYS: Keys = table("keys"), "The keys that sign tokens, and the one that encrypts them in the store." {
        algorithms: Key<Vec<String>> = words(ASYMMETRIC).or(&["RS256", "ES256", "EdDSA"]),
            "What keys are kept for; RS256 is always needed. A key of an algorithm that is missing here signs nothing from the next start on, and stays published until its last token has expired.";
        rotation_interval: Key<Duration> = duration(1, LONGEST).or(seconds(30 * DAY)),
            "How long a key signs.";
        publish_ahead: Key<Duration> = duration(0, 365 * DAY).or(seconds(24 * HOUR)),
            "How long a key is published before it signs; `0s` signs at once.";
        encryption_key: Key<Hidden> = secret().or(Shown::File("master.key")),
            "32 random bytes in base64 on one line; the default is below `data` and made on the first run.";
    }
}

section! {
    /// `[sign_in]`.
    pub SIGN_IN: SignIn = table("sign_in"), "When sign-in attempts are refused for a while." {
        account_failures: Key<u32> = integer(1, 1_000_000).or(10),
            "Failures of one account within the window.";
        address_failures: Key<u32> = integer(1, 1_000_000).or(100),
            "Failures of one address (IPv6: one /64) within the window.";
        failure_window: Key<Duration> = duration(1, DAY).or(seconds(15 * MINUTE)),
            "The window.";
    }
}

section! {
    /// `[[resource]]`.
    pub RESOURCE: Resource = tables("resource"), "An API that tokens are issued for (RFC 8707). `airside resource create` adds others to a running server; the `[[client]]` tables of this file may name those too." {
        identifier: Optional<String> = text(),
            "The absolute URI that names the API: the `aud` of its access tokens.";
        scopes: Key<Vec<String>> = texts().or(&[]),
            "The scopes that belong to it.";
        signing_alg: Key<String> = word(&["RS256", "PS256", "ES256", "EdDSA", "HS256"]).or("RS256"),
            "What signs its access tokens.";
        secret: Optional<Hidden> = secret(),
            "What signs its access tokens with HS256, 32 bytes or more; only with HS256.";
        claims: Key<Vec<String>> = texts().or(&[]),
            "Claims of a person's account that its access tokens contain, such as `email` or `org`; `preferred_username` is the username unless the account has that claim. 2 KiB of JSON together at most: an account with more gets no token for this API. The consent page names them; a change of one ends the person's access tokens.";
    }
}

section! {
    /// `[[scope]]`.
    pub SCOPE: Scope = tables("scope"), "A scope that releases claims of a person's account, at `/userinfo` and in ID tokens with `id_token_claims`, and belongs to no API. Built in are those of OpenID Connect, `groups` (the claim `groups`) and `roles` (the roles of the account). A client may ask for one of these tables if its `scope` names it." {
        name: Optional<String> = text(),
            "Its name.";
        description: Optional<String> = text(),
            "What it lets a client do, on the consent page after \"will be able to\", as in `see where you work`.";
        claims: Key<Vec<String>> = texts().or(&[]),
            "The claims that it releases: of the account, or `roles`.";
    }
}

section! {
    /// `[[client]]`: the names of RFC 7591, and Airside's own.
    pub CLIENT: Client = tables("client"), "A client owned by this file and read-only elsewhere (RFC 7591). One that is missing here by now is disabled, and enabled with all that people have allowed it when it comes back; `airside client delete` deletes it." {
        client_id: Optional<String> = text(),
            "Its public name.";
        client_name: Optional<String> = text(),
            "The name shown to people.";
        token_endpoint_auth_method: Optional<String> = word(&["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]),
            "How it authenticates. Without it, a client with a secret may send it by `client_secret_basic` or by `client_secret_post`.";
        client_secret: Optional<Hidden> = secret(),
            "What it authenticates with.";
        redirect_uris: Key<Vec<String>> = texts().or(&[]),
            "Where authorization responses may go.";
        post_logout_redirect_uris: Key<Vec<String>> = texts().or(&[]),
            "Where a sign-out may return to.";
        backchannel_logout_uri: Optional<String> = text(),
            "Where a logout token is sent when a session ends in which it got an ID token; it may be in a private network.";
        backchannel_logout_session_required: Key<bool> = boolean().or(false),
            "Whether its logout tokens must contain `sid`; they always do.";
        grant_types: Optional<Vec<String>> = words(&["authorization_code", "refresh_token", "client_credentials"]),
            "The grants it may use; by default `authorization_code` if it has redirect URIs.";
        scope: Key<String> = text().or(""),
            "The scopes it may ask for, separated by single spaces; with `openid` it may ask for every scope that OpenID Connect defines, `groups` and `roles`.";
        resources: Key<Vec<String>> = texts().or(&[]),
            "Identifiers of the APIs it may name beside those of which it has a scope; an API without scopes can only be named so.";
        jwks: Optional<Vec<Entry>> = free().private(),
            "Keys for `private_key_jwt`: `{ keys = [ … ] }`.";
        jwks_uri: Optional<String> = text(),
            "Where its keys for `private_key_jwt` are found.";
        id_token_signed_response_alg: Key<String> = word(ASYMMETRIC).or("RS256"),
            "What signs its ID tokens.";
        first_party: Key<bool> = boolean().or(false),
            "Skips consent; only for clients that authenticate and have https redirects.";
        allowed_origins: Key<Vec<String>> = texts().or(&[]),
            "Origins that may call from a browser, beside those of the redirect URIs.";
        require_pkce: Key<bool> = boolean().or(true),
            "Whether PKCE is required.";
        refresh_token_rotation: Optional<bool> = boolean(),
            "Whether a refresh answers with a new refresh token; by default for public clients only.";
        refresh_token_retry_alarm: Key<String> = word(&["report", "revoke"]).or("report"),
            "What six retried generations in a row lead to.";
        assertion_audience: Key<String> = word(&["issuer", "token_endpoint"]).or("issuer"),
            "Which `aud` its assertions may carry.";
        resource_server_for: Key<Vec<String>> = texts().or(&[]),
            "Identifiers of the APIs it serves: it may introspect their tokens, and hears of revocations.";
        id_token_claims: Key<bool> = boolean().or(false),
            "Whether its ID tokens contain the claims that the granted scopes release, which `/userinfo` answers in any case: for programs that read nothing else. 4 KiB of JSON together at most: an account with more gets no token for this client.";
        authorization_response_iss: Key<bool> = boolean().or(true),
            "Whether its authorization responses contain `iss` (RFC 9207). `false` is only for a program that has this one issuer and takes the parameter for something else.";
        default_max_age: Optional<u32> = integer(0, 315_360_000),
            "The maximal age of a sign-in in seconds, for requests without `max_age`; 0 means that people sign in every time.";
        require_auth_time: Key<bool> = boolean().or(false),
            "Whether it relies on `auth_time` in its ID tokens. They all have it; the value is kept and shown.";
        initiate_login_uri: Optional<String> = text(),
            "The https address at which it starts a sign-in (OpenID Connect Core §4). The page about a request that cannot be answered leads there.";
        userinfo_signed_response_alg: Optional<String> = word(ASYMMETRIC),
            "What signs the answers of `/userinfo`, which are JSON Web Tokens then; without it they are JSON.";
        policy_uri: Optional<String> = text(),
            "The https address of its privacy policy; the consent page links to it.";
        tos_uri: Optional<String> = text(),
            "The https address of its terms of service; the consent page links to it.";
        logo_uri: Optional<String> = text(),
            "The https address of its logo. The consent page shows it as text; nothing loads it.";
    }
}

section! {
    /// `[[user]]`.
    pub USER: User = tables("user"), "An account made once, on the first start that finds no account of its name, and owned by the database from then on: one that was deleted stays deleted, even if it is listed here." {
        username: Optional<String> = text(),
            "The name to sign in with, as RFC 8265 allows it and of one script.";
        password: Optional<Hidden> = secret(),
            "The first password.";
        roles: Key<Vec<String>> = texts().or(&[]),
            "Roles for function-level decisions.";
        administrator: Key<bool> = boolean().or(false),
            "Whether it administers this issuer.";
        claims: Key<Vec<Entry>> = free().or_empty(),
            "Claims of the person. Those of OpenID Connect (Core §5.1) have the types that are theirs, as in `birthdate = \"1990\"` and `email_verified = true`; `groups` is a list of texts; what the server itself writes into tokens, such as `sub` and `roles`, cannot be set.";
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// The algorithms of the keys that the issuer makes.
pub const ASYMMETRIC: &[&str] = &["RS256", "PS256", "ES256", "EdDSA"];
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const LONGEST: u64 = 3650 * DAY;
