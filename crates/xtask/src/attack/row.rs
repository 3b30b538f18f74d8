//! The attacks, in our own words: the attack, not the defence.

/// One attack.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// A letter for the family, and a number.
    pub id: &'static str,
    /// The attack.
    pub attack: &'static str,
    /// The feature that must exist before the attack can be tried, or tried in full.
    pub waits_for: Option<&'static str>,
}

/// A family's letter, and what its attacks are aimed at.
pub const FAMILIES: [(char, &str); 5] = [
    ('A', "The authorization endpoint and the browser"),
    ('T', "The token endpoint, grants, sessions and people"),
    ('J', "Tokens and keys"),
    ('G', "The guard"),
    ('D', "Exhaustion"),
];

/// Every attack, by family and number.
pub const ROWS: [Row; 145] = [
    row("A01", "an address almost like the registered redirect URI"),
    row("A02", "user names in a redirect URI, with one `@` or more"),
    row("A03", "a redirect URI that climbs out of its path"),
    row(
        "A04",
        "characters in a redirect URI that parsers disagree about",
    ),
    row("A05", "a fragment in a redirect URI"),
    row("A06", "what only looks like a loopback address"),
    row("A07", "schemes that run something"),
    row(
        "A08",
        "the server as an open redirector, through its errors",
    ),
    row("A09", "sign-out, or a way back, to a stranger's address"),
    row("A10", "other response types and modes"),
    row(
        "A11",
        "a parameter twice, or in another framework's spelling",
    ),
    row(
        "A12",
        "a request without a challenge, so that a code can be planted",
    ),
    row("A13", "PKCE left out, weakened, empty or added later"),
    row("A14", "an answer that pretends to come from another issuer"),
    row("A15", "signing the victim in to the attacker's account"),
    row(
        "A16",
        "consent or sign-out submitted by another site, or again",
    ),
    row("A17", "our pages in a frame"),
    row(
        "A18",
        "a session or page that was planted before the sign-in",
    ),
    row("A19", "cookies that a neighbour sets, doubles or inflates"),
    row("A20", "a silent request that learns or gets too much"),
    row("A21", "getting by without consent"),
    row("A22", "getting by without signing in again"),
    row("A23", "a redirect that repeats the form with its password"),
    row("A24", "a code or token in a referrer, cache or address"),
    row("A25", "answers by messages between windows"),
    row(
        "A26",
        "scripts and templates in whatever strangers may write",
    ),
    later(
        "A27",
        "templates and styles that an operator uploads",
        "themes",
    ),
    row("A28", "line breaks in what becomes a header"),
    row("A29", "scripts of other origins reading answers"),
    row("A30", "an app that passes for another one"),
    row("A31", "secrets in logs, metrics and the trail"),
    row("A32", "line breaks and control characters in logs"),
    row("T01", "redeeming a code twice"),
    row("T02", "replaying a code badly, to end the victim's tokens"),
    row("T03", "redeeming a code many times at once"),
    row("T04", "redeeming another client's code"),
    row("T05", "redeeming with another redirect URI, or none"),
    row("T06", "putting a stolen code into a session of one's own"),
    row("T07", "redeeming a code late"),
    row(
        "T08",
        "two kinds of client authentication, or the wrong one",
    ),
    row(
        "T09",
        "a client assertion again, or meant for somebody else",
    ),
    row("T10", "refreshing with one token many times at once"),
    row("T11", "refreshing with a token of earlier"),
    row("T12", "refreshing with another client's token"),
    row("T13", "a refresh that asks for more"),
    row(
        "T14",
        "tokens that go on after an account or client has ended",
    ),
    row("T15", "one kind of token in place of another"),
    row("T16", "a token of one API at another"),
    row("T17", "asking about tokens that are none of one's business"),
    row(
        "T18",
        "revoking others' tokens, or being told of a revocation that was not",
    ),
    row("T19", "tokens cut, extended, or in another spelling"),
    row(
        "T20",
        "grant types that do not exist or are not the client's",
    ),
    row("T21", "a client named like a person"),
    later(
        "T22",
        "exchanging a token for a better one",
        "token exchange",
    ),
    later("T23", "guessing user codes", "the device flow"),
    later(
        "T24",
        "having somebody else enter one's user code",
        "the device flow",
    ),
    later(
        "T25",
        "a flow that goes on for a locked account",
        "the device flow",
    ),
    later(
        "T26",
        "proofs of possession again, altered, or left out",
        "DPoP at the token endpoint",
    ),
    later(
        "T27",
        "headers that name a client certificate",
        "mTLS at the token endpoint",
    ),
    later(
        "T28",
        "request objects and pushed requests, bent",
        "PAR and JAR",
    ),
    later(
        "T29",
        "registering clients without end or with too much",
        "dynamic registration",
    ),
    row("T30", "scopes, verifiers and forms of any length"),
    row(
        "T31",
        "telling by the answer, or its cost, which names exist",
    ),
    row(
        "T32",
        "guessing passwords: many for a name, one for many names, at once",
    ),
    row("T33", "making the server hash without end"),
    later(
        "T34",
        "one-time codes guessed or used twice",
        "one-time codes",
    ),
    row("T35", "skipping a step of the sign-in"),
    later(
        "T36",
        "another host's name in a link that is mailed",
        "password reset",
    ),
    later(
        "T37",
        "a reset link again, late, or by another",
        "password reset",
    ),
    later(
        "T38",
        "two spellings of one e-mail address",
        "e-mail addresses that are used for signing in",
    ),
    later(
        "T39",
        "an account made ready before its owner comes",
        "linking accounts",
    ),
    row(
        "T40",
        "inheriting what an account or client of the same name left",
    ),
    later(
        "T41",
        "passkeys of another origin, or without the person",
        "passkeys",
    ),
    later(
        "T42",
        "ID tokens of other issuers, bent",
        "signing in with other issuers",
    ),
    later("T43", "forged notices of a sign-out", "back-channel logout"),
    row("T44", "administering without being an administrator"),
    row("T45", "statements and patterns in whatever is looked up"),
    row("T46", "nesting without end"),
    row("T47", "a stolen database"),
    row("T48", "learning a secret from how long a comparison takes"),
    row("T49", "secrets in core dumps and in what is printed"),
    row("T50", "a stolen signing key"),
    row("J01", "no signature"),
    row("J02", "a public key used as a shared secret"),
    row("J03", "a key with another key's algorithm"),
    row("J04", "a key id that is a path, a statement, or huge"),
    row("J05", "a token that brings its own key"),
    row("J06", "critical extensions"),
    row("J07", "a token of another type"),
    row("J08", "a member twice"),
    row("J09", "claims of another kind"),
    row("J10", "claims left out"),
    row("J11", "other encodings of the same token"),
    row("J12", "ECDSA signatures and points that are none"),
    row("J13", "RSA keys that are weak or absurd"),
    row("J14", "Ed25519 keys and signatures that fit more than once"),
    row("J15", "a token that unfolds"),
    row("J16", "a token that names its own cost"),
    row("J17", "an encrypted token where a signed one belongs"),
    row("J18", "a token of any length"),
    row("J19", "JSON that is deep, long or no text"),
    row("J20", "times at and past their limits"),
    row(
        "J21",
        "key ids that nobody knows, so that keys are fetched without end",
    ),
    row("J22", "key sets that are large, private, doubled or lies"),
    row("J23", "keys and metadata of another issuer"),
    row("J24", "two tokens that are remembered as one"),
    row(
        "J25",
        "a token that was revoked, at an API that verifies offline",
    ),
    row("J26", "bytes that make the parser fail"),
    row("G01", "headers in which only a proxy may speak"),
    row("G02", "headers that name the caller, in any spelling"),
    row("G03", "`Connection` that drops what was checked"),
    row("G04", "paths that two servers read differently"),
    row(
        "G05",
        "an open route's name somewhere in a closed route's address",
    ),
    row("G06", "passing for a health check"),
    row("G07", "methods that override, or that nobody knows"),
    row("G08", "upgrades around the rules"),
    row("G09", "a request within a request"),
    row("G10", "a decision remembered for another request"),
    row("G11", "two hosts, or something that is none"),
    row("G12", "an error that lets through"),
    row("G13", "an answer without end from whoever is asked"),
    row("G14", "credentials passed on to those they are not for"),
    row("G15", "another person's object, wherever its id may stand"),
    row("G16", "an operation for others"),
    row("G17", "fields that a caller should not write"),
    row("G18", "an owner that changes between look and use"),
    row("G19", "malformed HTTP/2 and gRPC"),
    row("G20", "early data, sent twice"),
    row("G21", "answers of an upstream that can be read in two ways"),
    row("G22", "a loop through the guard"),
    row("D01", "HTTP/2 frames that cost the sender nothing"),
    row("D02", "connections that say little, slowly"),
    row("D03", "names chosen to collide"),
    row("D04", "patterns that take for ever"),
    row("D05", "bodies that unfold"),
    row("D06", "filling the disk without an account"),
    row("D07", "using up what others wait for"),
    row("D08", "sign-ins that starve everything else"),
    later("D09", "QUIC and HTTP/3", "HTTP/3"),
    row(
        "D10",
        "WebSocket frames that the guard would have to understand",
    ),
    row("D11", "a flood whose every event is a line of the log"),
    row("D12", "a log that nobody reads, or that has no room"),
    row("D13", "connections outside the accounts: upgraded ones"),
    row("D14", "half requests that hold connections to an upstream"),
    row("D15", "bodies in very many small pieces"),
];

const fn row(id: &'static str, attack: &'static str) -> Row {
    Row {
        id,
        attack,
        waits_for: None,
    }
}

const fn later(id: &'static str, attack: &'static str, waits_for: &'static str) -> Row {
    Row {
        id,
        attack,
        waits_for: Some(waits_for),
    }
}
