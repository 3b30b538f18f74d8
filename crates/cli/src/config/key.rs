//! Every key of `airside.toml`: its name, type, default and meaning.
//!
//! What is read, the JSON schema and the reference document all follow from this registry.

use std::time::Duration;

/// A table of the file.
#[derive(Debug)]
pub struct Section {
    /// Its name; empty for the keys before the first table.
    pub name: &'static str,
    /// Whether it is written `[[name]]`, any number of times.
    pub repeated: bool,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The default, in TOML.
    pub default: Option<&'static str>,
    /// What it means, in one sentence.
    pub about: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// An address and a port.
    Address,
    /// A file or a directory.
    Path,
    /// A length of time within these bounds.
    Duration(Duration, Duration),
    /// An integer within these bounds.
    Integer(u32, u32),
    /// `true` or `false`.
    Boolean,
    /// An array of texts.
    Texts,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An array of these words.
    Choices(&'static [&'static str]),
    /// A text that is not shown, or where to find it.
    Secret,
    /// A table with keys of the writer's choice.
    Table,
}

impl Section {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The path of one of its keys, as in `tokens.access_token_lifetime`.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}

impl Key {
    /// Whether what it takes must not be shown.
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret)
    }
}

/// The section with this name.
pub fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}

const fn key(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key {
        name,
        kind,
        default,
        about,
    }
}

const fn seconds(least: u64, most: u64) -> Kind {
    Kind::Duration(Duration::from_secs(least), Duration::from_secs(most))
}

/// Every section, in the order of the reference document.
pub const SECTIONS: &[Section] = &[
    TOP, TLS, STORE, TOKENS, SESSIONS, KEYS, SIGN_IN, EVENTS, METRICS, RESOURCE, CLIENT, USER,
];

/// The keys before the first table.
pub const TOP: Section = Section {
    name: "",
    repeated: false,
    about: "What the server is called and where it listens.",
    keys: &[
        key(
            "issuer",
            Kind::Text,
            None,
            "The address under which everyone reaches the server, without a trailing slash; by default `http://` (with `[tls]`: `https://`) and the listen address as bound.",
        ),
        key(
            "listen",
            Kind::Address,
            Some("\"127.0.0.1:8080\""),
            "The address and port to listen on; port 0 takes a free one.",
        ),
        key(
            "data",
            Kind::Path,
            Some("\"./airside-data\""),
            "The directory for everything that is stored, relative to the working directory.",
        ),
        key(
            "trusted_proxies",
            Kind::Texts,
            Some("[]"),
            "Addresses or networks of the proxies in front: each names the client in `X-Forwarded-For` or `Forwarded`, and of the two only the one that it writes into every request counts. A proxy that names nobody is warned about, and then sign-in attempts count for the account alone. They may have any number of connections.",
        ),
        key(
            "proxy_protocol",
            Kind::Boolean,
            Some("false"),
            "Whether `trusted_proxies` are load balancers that pass bytes on: they alone may connect, and each connection begins with a header of the PROXY protocol, version 1 or 2.",
        ),
        key(
            "admin_api",
            Kind::Boolean,
            Some("false"),
            "Whether the admin API answers over the network too, to access tokens for `<issuer>/api/admin/v1` with the scopes `airside:admin:read` and `airside:admin:write`, of administrators and of clients that act for themselves.",
        ),
    ],
};

/// `[tls]`.
pub const TLS: Section = Section {
    name: "tls",
    repeated: false,
    about: "Makes the listener speak https; leave it out behind a proxy. The files are read again when they change.",
    keys: &[
        key(
            "certificate",
            Kind::Path,
            None,
            "The certificate chain in PEM.",
        ),
        key("private_key", Kind::Path, None, "The private key in PEM."),
    ],
};

/// `[store]`.
pub const STORE: Section = Section {
    name: "store",
    repeated: false,
    about: "Where state is kept.",
    keys: &[key(
        "url",
        Kind::Secret,
        Some("\"sqlite:airside.db\""),
        "`sqlite:` and a file, relative to `data`; or `postgres://user:password@host/database`, which several nodes may share, with the parameters of libpq (`sslmode`, `sslrootcert` …).",
    )],
};

/// `[tokens]`.
pub const TOKENS: Section = Section {
    name: "tokens",
    repeated: false,
    about: "How long tokens live.",
    keys: &[
        key(
            "authorization_code_lifetime",
            seconds(1, 10 * MINUTE),
            Some("\"60s\""),
            "From the issue of a code to its redemption.",
        ),
        key(
            "access_token_lifetime",
            seconds(1, DAY),
            Some("\"15m\""),
            "Of an access token. When it is lowered, what was issued before keeps its lifetime, and revocations of it are kept for as long.",
        ),
        key(
            "id_token_lifetime",
            seconds(1, DAY),
            Some("\"15m\""),
            "Of an ID token.",
        ),
        key(
            "refresh_token_lifetime",
            seconds(1, LONGEST),
            Some("\"30d\""),
            "Of all refresh tokens of a grant, since the grant began.",
        ),
        key(
            "refresh_token_idle_lifetime",
            seconds(1, LONGEST),
            Some("\"30d\""),
            "Of a refresh token that nobody uses.",
        ),
        key(
            "refresh_token_retry_window",
            seconds(0, 10 * MINUTE),
            Some("\"30s\""),
            "How long a refresh token sent again gets the same successor.",
        ),
    ],
};

/// `[sessions]`.
pub const SESSIONS: Section = Section {
    name: "sessions",
    repeated: false,
    about: "How long a browser stays signed in.",
    keys: &[
        key(
            "idle_lifetime",
            seconds(1, LONGEST),
            Some("\"12h\""),
            "Of a session that nobody uses.",
        ),
        key(
            "lifetime",
            seconds(1, LONGEST),
            Some("\"14d\""),
            "Of a session since the sign-in.",
        ),
    ],
};

/// `[events]`.
pub const EVENTS: Section = Section {
    name: "events",
    repeated: false,
    about: "The audit trail.",
    keys: &[key(
        "lifetime",
        seconds(DAY, LONGEST),
        Some("\"400d\""),
        "How long an event is kept.",
    )],
};

/// `[metrics]`.
pub const METRICS: Section = Section {
    name: "metrics",
    repeated: false,
    about: "Where `/metrics` is answered beside the address of `listen`, which answers it to this machine alone and not through a proxy.",
    keys: &[key(
        "listen",
        Kind::Address,
        None,
        "The address and port of a plain http listener that answers `/metrics`, and nothing else, to whoever reaches it; without it there is none.",
    )],
};

/// `[keys]`.
pub const KEYS: Section = Section {
    name: "keys",
    repeated: false,
    about: "The keys that sign tokens, and the one that encrypts them in the store.",
    keys: &[
        key(
            "algorithms",
            Kind::Choices(ASYMMETRIC),
            Some("[\"RS256\", \"ES256\", \"EdDSA\"]"),
            "What keys are kept for; RS256 is always needed.",
        ),
        key(
            "rotation_interval",
            seconds(1, LONGEST),
            Some("\"30d\""),
            "How long a key signs.",
        ),
        key(
            "publish_ahead",
            seconds(0, 365 * DAY),
            Some("\"24h\""),
            "How long a key is published before it signs; `0s` signs at once.",
        ),
        key(
            "encryption_key",
            Kind::Secret,
            Some("{ file = \"master.key\" }"),
            "32 random bytes in base64 on one line; the default is below `data` and made on the first run.",
        ),
    ],
};

/// `[sign_in]`.
pub const SIGN_IN: Section = Section {
    name: "sign_in",
    repeated: false,
    about: "When sign-in attempts are refused for a while.",
    keys: &[
        key(
            "account_failures",
            Kind::Integer(1, 1_000_000),
            Some("10"),
            "Failures of one account within the window.",
        ),
        key(
            "address_failures",
            Kind::Integer(1, 1_000_000),
            Some("100"),
            "Failures of one address (IPv6: one /64) within the window.",
        ),
        key(
            "failure_window",
            seconds(1, DAY),
            Some("\"15m\""),
            "The window.",
        ),
    ],
};

/// `[[resource]]`.
pub const RESOURCE: Section = Section {
    name: "resource",
    repeated: true,
    about: "An API that tokens are issued for (RFC 8707).",
    keys: &[
        key(
            "identifier",
            Kind::Text,
            None,
            "The absolute URI that names the API: the `aud` of its access tokens.",
        ),
        key(
            "scopes",
            Kind::Texts,
            Some("[]"),
            "The scopes that belong to it.",
        ),
        key(
            "signing_alg",
            Kind::Choice(&["RS256", "PS256", "ES256", "EdDSA", "HS256"]),
            Some("\"RS256\""),
            "What signs its access tokens.",
        ),
        key(
            "secret",
            Kind::Secret,
            None,
            "What signs its access tokens with HS256, 32 bytes or more; only with HS256.",
        ),
    ],
};

/// `[[client]]`: the names of RFC 7591, and Airside's own.
pub const CLIENT: Section = Section {
    name: "client",
    repeated: true,
    about: "A client owned by this file and read-only elsewhere (RFC 7591).",
    keys: &[
        key("client_id", Kind::Text, None, "Its public name."),
        key("client_name", Kind::Text, None, "The name shown to people."),
        key(
            "token_endpoint_auth_method",
            Kind::Choice(&[
                "none",
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ]),
            Some("\"client_secret_basic\""),
            "How it authenticates.",
        ),
        key(
            "client_secret",
            Kind::Secret,
            None,
            "What it authenticates with.",
        ),
        key(
            "redirect_uris",
            Kind::Texts,
            Some("[]"),
            "Where authorization responses may go.",
        ),
        key(
            "post_logout_redirect_uris",
            Kind::Texts,
            Some("[]"),
            "Where a sign-out may return to.",
        ),
        key(
            "grant_types",
            Kind::Choices(&["authorization_code", "refresh_token", "client_credentials"]),
            None,
            "The grants it may use; by default `authorization_code` if it has redirect URIs.",
        ),
        key(
            "scope",
            Kind::Text,
            Some("\"\""),
            "The scopes it may ask for, separated by spaces.",
        ),
        key(
            "resources",
            Kind::Texts,
            Some("[]"),
            "Identifiers of the APIs it may name beside those of which it has a scope; an API without scopes can only be named so.",
        ),
        key(
            "jwks",
            Kind::Table,
            None,
            "Keys for `private_key_jwt`: `{ keys = [ … ] }`.",
        ),
        key(
            "jwks_uri",
            Kind::Text,
            None,
            "Where its keys for `private_key_jwt` are found.",
        ),
        key(
            "id_token_signed_response_alg",
            Kind::Choice(ASYMMETRIC),
            Some("\"RS256\""),
            "What signs its ID tokens.",
        ),
        key(
            "first_party",
            Kind::Boolean,
            Some("false"),
            "Skips consent; only for clients that authenticate and have https redirects.",
        ),
        key(
            "allowed_origins",
            Kind::Texts,
            Some("[]"),
            "Origins that may call from a browser, beside those of the redirect URIs.",
        ),
        key(
            "require_pkce",
            Kind::Boolean,
            Some("true"),
            "Whether PKCE is required.",
        ),
        key(
            "refresh_token_rotation",
            Kind::Boolean,
            None,
            "Whether a refresh answers with a new refresh token; by default for public clients only.",
        ),
        key(
            "refresh_token_retry_alarm",
            Kind::Choice(&["report", "revoke"]),
            Some("\"report\""),
            "What six retried generations in a row lead to.",
        ),
        key(
            "assertion_audience",
            Kind::Choice(&["issuer", "token_endpoint"]),
            Some("\"issuer\""),
            "Which `aud` its assertions may carry.",
        ),
        key(
            "resource_server_for",
            Kind::Texts,
            Some("[]"),
            "Identifiers of the APIs it serves: it may introspect their tokens, and hears of revocations.",
        ),
    ],
};

/// `[[user]]`.
pub const USER: Section = Section {
    name: "user",
    repeated: true,
    about: "An account made once, on the first start that finds no account of its name, and owned by the database from then on: one that was deleted stays deleted, whatever is here.",
    keys: &[
        key("username", Kind::Text, None, "The name to sign in with."),
        key("password", Kind::Secret, None, "The first password."),
        key(
            "roles",
            Kind::Texts,
            Some("[]"),
            "Roles for function-level decisions.",
        ),
        key(
            "administrator",
            Kind::Boolean,
            Some("false"),
            "Whether it administers this issuer.",
        ),
        key(
            "claims",
            Kind::Table,
            Some("{}"),
            "OpenID Connect claims, released by scope.",
        ),
    ],
};

const ASYMMETRIC: &[&str] = &["RS256", "PS256", "ES256", "EdDSA"];
const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;
const LONGEST: u64 = 3650 * DAY;
