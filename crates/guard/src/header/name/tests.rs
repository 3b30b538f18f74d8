use super::*;

fn meaning(name: &str) -> Meaning {
    FoldedName::of(name).meaning()
}

#[test]
fn the_table_is_sorted_and_folded_and_no_entry_begins_with_a_family() {
    for pair in TABLE.windows(2) {
        assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
    }
    for entry in TABLE {
        assert_eq!(FoldedName::of(entry.name).as_bytes(), entry.name.as_bytes());
        assert!(entry.name.len() < MAX_BYTES);
        let family = |other: &&NameEntry| {
            other.is_family && other.name != entry.name && entry.name.starts_with(other.name)
        };
        assert!(!TABLE.iter().any(|other| family(&other)), "{}", entry.name);
        if let Meaning::Read(name) = entry.meaning {
            assert_eq!(meaning(name), entry.meaning);
        }
    }
}

/// G01, G02
#[test]
fn what_says_who_calls_is_known_by_its_family_in_every_spelling() {
    for name in IDENTITY {
        assert_eq!(meaning(name), Meaning::Identity, "{name}");
    }
}

#[test]
fn what_honest_callers_send_is_ordinary() {
    for name in ORDINARY {
        assert_eq!(meaning(name), Meaning::Ordinary, "{name}");
    }
    // the beginning of a long one decides, and is not taken for a whole name
    let long = "x".repeat(200);
    assert_eq!(meaning(&long), Meaning::Ordinary);
    assert_eq!(meaning(&format!("airside-{long}")), Meaning::Identity);
}

/// G07
#[test]
fn other_meanings_are_known_in_every_spelling_too() {
    for name in OVERRIDES {
        assert_eq!(meaning(name), Meaning::MethodOverride, "{name}");
    }
    for name in HOP_BY_HOP {
        assert_eq!(meaning(name), Meaning::HopByHop, "{name}");
    }
    for name in CONTENT_TYPES {
        assert_eq!(meaning(name), Meaning::Read("content-type"), "{name}");
    }
    assert!(FoldedName::of("X-User").is_plain() && !FoldedName::of("x_user").is_plain());
}

/// Headers by which proxies say who calls.
const IDENTITY: [&str; 62] = [
    "airside-subject",
    "Airside_Subject",
    "airside~subject",
    "AIRSIDE.X",
    "airside-future",
    "x-airside-x",
    "x-auth-request-user",
    "x-auth-request-future",
    "x-forwarded-for",
    "x_forwarded_user",
    "x-forwarded-client-cert",
    "x-amzn-oidc-identity",
    "x-amzn-mtls-clientcert",
    "x-goog-authenticated-user-email",
    "x-goog-iap-jwt-assertion",
    "x-ms-client-principal",
    "x-ms-client-principal-id",
    "x-ms-token-aad-id-token",
    "cf-access-jwt-assertion",
    "cf-access-authenticated-user-email",
    "cf-connecting-ipv6",
    "x-pomerium-jwt-assertion",
    "x-pomerium-claim-email",
    "x-authentik-username",
    "x-consumer-username",
    "x-credential-identifier",
    "x-anonymous-consumer",
    "x-real-ip",
    "true-client-ip",
    "x-client-ip",
    "x-envoy-external-address",
    "x-original-url",
    "x-rewrite-url",
    "x-url-scheme",
    "client-ip",
    "SCRIPT_NAME",
    "script-name",
    "remote-user",
    "remote-groups",
    "remote-addr",
    "x-remote-extra-scopes",
    "x-authenticated-userid",
    "x-webauth-user",
    "x-vouch-user",
    "tailscale-user-login",
    "x-jwt-payload",
    "ssl-client-s-dn",
    "x-ssl-client-cert",
    "client-cert-chain",
    "x-arr-clientcert",
    "x-user",
    "x|user",
    "x-user-id",
    "x-userinfo",
    "x-roles",
    "oidc_claim_sub",
    "forwarded",
    "iv-user",
    "x-middleware-subrequest",
    "x-accel-mapping",
    "wl-proxy-client-ip",
    "proxy",
];

/// Headers that honest callers send.
const ORDINARY: [&str; 62] = [
    "accept",
    "accept-language",
    "user-agent",
    "referer",
    "cache-control",
    "pragma",
    "dnt",
    "priority",
    "x-request-id",
    "x-correlation-id",
    "x-requested-with",
    "x-api-key",
    "x-api-version",
    "x-client-version",
    "x-client-id",
    "x-client-info",
    "x-user-agent",
    "x-user-timezone",
    "x-csrf-token",
    "x-xsrf-token",
    "x-auth-token",
    "x-token",
    "x-access-token",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amzn-trace-id",
    "x-goog-api-key",
    "x-goog-api-client",
    "x-ms-version",
    "x-ms-date",
    "x-b3-traceid",
    "x-cloud-trace-context",
    "x-datadog-trace-id",
    "x-tenant-id",
    "x-scope-orgid",
    "x-hasura-role",
    "x-stainless-lang",
    "x-grpc-web",
    "grpc-timeout",
    "idempotency-key",
    "baggage",
    "sentry-trace",
    "sec-ch-ua",
    "sec-gpc",
    "save-data",
    "x-device-id",
    "x-platform",
    "x-session-id",
    "x-locale",
    "x-apollo-operation-name",
    "x-github-event",
    "stripe-signature",
    "last-event-id",
    "content-security",
    "cf-ray",
    "x-http-client",
    "x-methods",
    "tracing",
    "hosts",
    "cookies",
    "apikey",
    "",
];

/// Headers that name another method.
const OVERRIDES: [&str; 3] = [
    "X-HTTP-Method-Override",
    "x_http_method",
    "X.Method.Override",
];

/// Headers of one hop.
const HOP_BY_HOP: [&str; 5] = [
    "te",
    "Transfer_Encoding",
    "keep-alive",
    "HTTP2-Settings",
    "upgrade",
];

/// Spellings of `content-type`.
const CONTENT_TYPES: [&str; 4] = [
    "content_type",
    "Content-Type",
    "contenttype",
    "content!type",
];
