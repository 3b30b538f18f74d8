//! What the name of a request's header means, however it is spelled.
//!
//! Servers disagree about names: CGI and its successors (WSGI, Rack, PHP) read `X_User` and `X.User` as
//! `X-User`, others keep them apart. Names are therefore compared *folded*: letters in lower case and
//! digits, without everything else.

/// The meaning of a header's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It tells nothing of the caller, and passes.
    Ordinary,
    /// The guard or an upstream acts by it; this is its one spelling.
    Read(&'static str),
    /// Proxies tell an upstream by it who calls, from where, or for what; a caller must not.
    Identity,
    /// It ends at this hop (RFC 9110 §7.6.1).
    HopByHop,
    /// It names another method than the request's own.
    MethodOverride,
}

/// A folded name of at most [`MAX_BYTES`] octets; of a longer one, its beginning.
pub(super) struct FoldedName {
    bytes: [u8; MAX_BYTES],
    length: usize,
    is_plain: bool,
}

impl FoldedName {
    pub(super) fn of(name: &str) -> Self {
        let mut folded = Self {
            bytes: [0; MAX_BYTES],
            length: 0,
            is_plain: true,
        };
        for byte in name.bytes() {
            if !byte.is_ascii_alphanumeric() {
                folded.is_plain &= byte == b'-';
            } else if let Some(place) = folded.bytes.get_mut(folded.length) {
                *place = byte.to_ascii_lowercase();
                folded.length += 1;
            }
        }
        folded
    }

    /// Tells whether the name has letters, digits and `-` alone.
    pub(super) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Returns the meaning of the name.
    pub(super) fn meaning(&self) -> Meaning {
        let name = self.as_bytes();
        let Some(range) = name
            .first()
            .and_then(|first| BUCKETS.get(usize::from(*first)))
        else {
            return Meaning::Ordinary;
        };
        let bucket = TABLE.get(range.0..range.1).unwrap_or_default();
        // INVARIANT: no entry begins with the name of a family, so the last one that is not behind
        // the name is the only one that can match
        let behind = bucket.partition_point(|entry| entry.name.as_bytes() <= name);
        let entry = behind.checked_sub(1).and_then(|last| bucket.get(last));
        let matches = |entry: &&NameEntry| match entry.is_family {
            true => name.starts_with(entry.name.as_bytes()),
            false => name == entry.name.as_bytes(),
        };
        entry
            .filter(matches)
            .map_or(Meaning::Ordinary, |entry| entry.meaning)
    }
}

/// Longer than every name of the table and every name that the configuration may give.
pub(super) const MAX_BYTES: usize = 64;

struct NameEntry {
    /// Folded.
    name: &'static str,
    is_family: bool,
    meaning: Meaning,
}

const fn exact(name: &'static str, meaning: Meaning) -> NameEntry {
    NameEntry {
        name,
        is_family: false,
        meaning,
    }
}

/// All names that begin so.
const fn family(name: &'static str) -> NameEntry {
    NameEntry {
        name,
        is_family: true,
        meaning: Meaning::Identity,
    }
}

/// The entries of the table that begin with an octet.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static BUCKETS: [(usize, usize); 128] = {
    let mut buckets = [(0, 0); 128];
    let mut at = 0;
    while at < TABLE.len() {
        let first = TABLE[at].name.as_bytes()[0] as usize;
        if buckets[first].1 == 0 {
            buckets[first].0 = at;
        }
        at += 1;
        buckets[first].1 = at;
    }
    buckets
};

/// Sorted. The families are those of oauth2-proxy, Authelia, authentik, Pomerium, Kong, APISIX, Vouch,
/// Traefik, Envoy, Istio, Linkerd, nginx, Apache (`mod_ssl`, `mod_auth_openidc`, `mod_auth_mellon`,
/// Shibboleth), HAProxy, IIS, WebLogic, SiteMinder, WebSEAL, Tailscale, Teleport, AWS, Google Cloud,
/// Azure, Cloudflare, Fastly, Fly, Vercel and Netlify, and what Rack and Next.js believe of a proxy.
#[rustfmt::skip]
static TABLE: &[NameEntry] = &[
    exact("acceptencoding", Meaning::Read("accept-encoding")),
    exact("accesscontrolrequestheaders", Meaning::Read("access-control-request-headers")),
    exact("accesscontrolrequestmethod", Meaning::Read("access-control-request-method")),
    family("airside"),
    family("alicdnrealip"),
    exact("authorization", Meaning::Read("authorization")),
    family("cdnsrcip"),
    family("cfaccess"),
    family("cfconnecting"),
    family("cfipcountry"),
    family("cfpseudoip"),
    family("clientcert"),
    family("clientip"),
    family("cloudfrontviewer"),
    exact("connection", Meaning::HopByHop),
    exact("contentdigest", Meaning::Read("content-digest")),
    exact("contentdisposition", Meaning::Read("content-disposition")),
    exact("contentencoding", Meaning::Read("content-encoding")),
    exact("contentlanguage", Meaning::Read("content-language")),
    exact("contentlength", Meaning::Read("content-length")),
    exact("contentlocation", Meaning::Read("content-location")),
    exact("contentmd5", Meaning::Read("content-md5")),
    exact("contentrange", Meaning::Read("content-range")),
    exact("contenttype", Meaning::Read("content-type")),
    exact("cookie", Meaning::Read("cookie")),
    family("doconnectingip"),
    exact("dpop", Meaning::Read("dpop")),
    exact("expect", Meaning::HopByHop),
    family("fastlyclient"),
    family("flyclient"),
    family("flyforwarded"),
    family("forwarded"),
    family("forwardfor"),
    family("frontendhttps"),
    exact("host", Meaning::Read("host")),
    exact("http2settings", Meaning::HopByHop),
    family("httpclientip"),
    exact("httpmethodoverride", Meaning::MethodOverride),
    family("httpxforward"),
    exact("ifmatch", Meaning::Read("if-match")),
    exact("ifmodifiedsince", Meaning::Read("if-modified-since")),
    exact("ifnonematch", Meaning::Read("if-none-match")),
    exact("ifrange", Meaning::Read("if-range")),
    exact("ifunmodifiedsince", Meaning::Read("if-unmodified-since")),
    family("incapclient"),
    family("ivcreds"),
    family("ivgroups"),
    family("ivremote"),
    family("ivuser"),
    exact("keepalive", Meaning::HopByHop),
    family("l5d"),
    family("mellon"),
    exact("methodoverride", Meaning::MethodOverride),
    family("oam"),
    family("oidc"),
    exact("origin", Meaning::Read("origin")),
    family("pathinfo"),
    exact("proxy", Meaning::Identity),
    exact("proxyauthenticate", Meaning::HopByHop),
    exact("proxyauthorization", Meaning::HopByHop),
    family("proxyclientip"),
    exact("proxyconnection", Meaning::HopByHop),
    exact("range", Meaning::Read("range")),
    family("remote"),
    family("scriptname"),
    exact("secfetchdest", Meaning::Read("sec-fetch-dest")),
    exact("secfetchmode", Meaning::Read("sec-fetch-mode")),
    exact("secfetchsite", Meaning::Read("sec-fetch-site")),
    exact("secwebsocketextensions", Meaning::Read("sec-websocket-extensions")),
    exact("secwebsocketkey", Meaning::Read("sec-websocket-key")),
    exact("secwebsocketprotocol", Meaning::Read("sec-websocket-protocol")),
    exact("secwebsocketversion", Meaning::Read("sec-websocket-version")),
    family("shib"),
    family("smauthtype"),
    family("smserversession"),
    family("smuniversalid"),
    family("smuser"),
    family("ssl"),
    family("tailscale"),
    exact("te", Meaning::HopByHop),
    family("teleportjwt"),
    exact("traceparent", Meaning::Read("traceparent")),
    exact("tracestate", Meaning::Read("tracestate")),
    exact("trailer", Meaning::HopByHop),
    exact("transferencoding", Meaning::HopByHop),
    family("trueclientip"),
    exact("upgrade", Meaning::HopByHop),
    exact("via", Meaning::Read("via")),
    family("wlproxy"),
    family("xaccel"),
    exact("xadmin", Meaning::Identity),
    family("xairside"),
    family("xamznmtls"),
    family("xamznoidc"),
    family("xanonymousconsumer"),
    family("xapigatewayapiuserinfo"),
    family("xappengine"),
    family("xarrclientcert"),
    family("xarrssl"),
    family("xauthaudience"),
    family("xauthelia"),
    family("xauthemail"),
    family("xauthenticated"),
    family("xauthentik"),
    family("xauthexpiresin"),
    family("xauthgroup"),
    family("xauthname"),
    family("xauthrequest"),
    family("xauthrole"),
    family("xauthscope"),
    family("xauthsub"),
    family("xauthuser"),
    family("xazureclientip"),
    family("xazurefdid"),
    family("xazuresocketip"),
    exact("xclaims", Meaning::Identity),
    family("xclientcert"),
    family("xclientdn"),
    family("xclientip"),
    family("xclientsubject"),
    family("xclientverify"),
    family("xclusterclientip"),
    family("xconsumer"),
    family("xcredential"),
    exact("xcsrf", Meaning::Read("x-csrf")),
    family("xcustomip"),
    exact("xemail", Meaning::Identity),
    family("xendpointapiuserinfo"),
    family("xenvoy"),
    family("xforward"),
    family("xgoogauthenticated"),
    family("xgoogiap"),
    exact("xgroup", Meaning::Identity),
    exact("xgroups", Meaning::Identity),
    exact("xhost", Meaning::Identity),
    family("xhttpdestinationurl"),
    family("xhttphost"),
    exact("xhttpmethod", Meaning::MethodOverride),
    exact("xhttpmethodoverride", Meaning::MethodOverride),
    exact("xhttpoverride", Meaning::MethodOverride),
    family("xhttppath"),
    family("xhttpscheme"),
    exact("xhttpverb", Meaning::MethodOverride),
    exact("xidentity", Meaning::Identity),
    exact("xidentitystatus", Meaning::Identity),
    family("xidtoken"),
    family("xinvoke"),
    exact("xisadmin", Meaning::Identity),
    family("xistio"),
    family("xjwt"),
    family("xldap"),
    family("xmatchedpath"),
    exact("xmethodoverride", Meaning::MethodOverride),
    family("xmiddleware"),
    family("xmsauth"),
    family("xmsclientprincipal"),
    family("xmstoken"),
    family("xnfclient"),
    family("xnowroute"),
    family("xoriginal"),
    family("xoriginatingip"),
    family("xoverrideurl"),
    family("xpathinfo"),
    exact("xpermissions", Meaning::Identity),
    family("xpomerium"),
    exact("xport", Meaning::Identity),
    exact("xprincipal", Meaning::Identity),
    exact("xproto", Meaning::Identity),
    family("xproxiedfor"),
    family("xproxyhost"),
    family("xproxyurl"),
    family("xproxyuser"),
    family("xrealip"),
    family("xremote"),
    family("xrequesturi"),
    family("xrequesturl"),
    family("xrewrite"),
    exact("xrole", Meaning::Identity),
    exact("xroles", Meaning::Identity),
    exact("xscheme", Meaning::Identity),
    exact("xscope", Meaning::Identity),
    exact("xscopes", Meaning::Identity),
    family("xscriptname"),
    family("xsendfile"),
    family("xssl"),
    exact("xsub", Meaning::Identity),
    exact("xsubject", Meaning::Identity),
    family("xsucuriclient"),
    family("xtlsclient"),
    family("xtokenclaim"),
    family("xtokeninfo"),
    family("xtokenrole"),
    family("xtokenscope"),
    family("xtokensub"),
    family("xtokenuser"),
    family("xtrueclientip"),
    family("xurlscheme"),
    exact("xuser", Meaning::Identity),
    exact("xuserclaims", Meaning::Identity),
    exact("xuserdn", Meaning::Identity),
    exact("xuseremail", Meaning::Identity),
    exact("xusergroup", Meaning::Identity),
    exact("xusergroups", Meaning::Identity),
    exact("xuserid", Meaning::Identity),
    exact("xuserids", Meaning::Identity),
    exact("xuserinfo", Meaning::Identity),
    exact("xusername", Meaning::Identity),
    exact("xuserpermissions", Meaning::Identity),
    exact("xuserrole", Meaning::Identity),
    exact("xuserroles", Meaning::Identity),
    exact("xusers", Meaning::Identity),
    exact("xuserscope", Meaning::Identity),
    exact("xuserscopes", Meaning::Identity),
    exact("xusersub", Meaning::Identity),
    exact("xusersubject", Meaning::Identity),
    exact("xuseruuid", Meaning::Identity),
    family("xvercelforwarded"),
    family("xvercelproxied"),
    family("xvouch"),
    family("xwebauth"),
];

#[cfg(test)]
mod tests {
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
        for name in [
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
        ] {
            assert_eq!(meaning(name), Meaning::Identity, "{name}");
        }
    }

    #[test]
    fn what_honest_callers_send_is_ordinary() {
        for name in [
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
        ] {
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
        for name in [
            "X-HTTP-Method-Override",
            "x_http_method",
            "X.Method.Override",
        ] {
            assert_eq!(meaning(name), Meaning::MethodOverride, "{name}");
        }
        for name in [
            "te",
            "Transfer_Encoding",
            "keep-alive",
            "HTTP2-Settings",
            "upgrade",
        ] {
            assert_eq!(meaning(name), Meaning::HopByHop, "{name}");
        }
        for name in [
            "content_type",
            "Content-Type",
            "contenttype",
            "content!type",
        ] {
            assert_eq!(meaning(name), Meaning::Read("content-type"), "{name}");
        }
        assert!(FoldedName::of("X-User").is_plain() && !FoldedName::of("x_user").is_plain());
    }
}
