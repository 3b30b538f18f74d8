//! The attacks in the order of the page.

/// An attack as its card introduces it.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    pub id: &'static str,
    /// The heading of its card.
    pub title: &'static str,
    /// The heading in the text.
    pub told: &'static str,
    /// The documents that describe it.
    pub references: &'static str,
    pub thief_has: &'static str,
    /// The check that stops it.
    pub check: &'static str,
    /// True if the card shows the same request with and without the guard.
    pub has_twin: bool,
}

/// Returns the attack with this id.
pub fn find(id: &str) -> Option<&'static Attack> {
    ATTACKS.iter().find(|attack| attack.id == id)
}

/// Every attack, in the order of the page.
pub const ATTACKS: [Attack; 13] = [
    Attack {
        id: "stolen-code",
        title: "Use a stolen code without the secret",
        told: "a stolen code",
        references: "RFC 9700 §4.5, RFC 7636",
        thief_has: "Alice’s code, read in a log before the app used it. Not the code_verifier, which never left the app.",
        check: "The SHA-256 hash of the code_verifier must be the code_challenge of the request (RFC 7636 §4.6). The guess does not burn the code: the app can still redeem it.",
        has_twin: false,
    },
    Attack {
        id: "code-twice",
        title: "Use a code twice",
        told: "a code used twice",
        references: "RFC 6749 §4.1.2, §10.5",
        thief_has: "The app’s whole token request, with code and code_verifier, a moment later.",
        check: "A code works once. The second use is an alarm: in the same commit, everything that the first one got is revoked (RFC 6749 §4.1.2).",
        has_twin: false,
    },
    Attack {
        id: "old-refresh-token",
        title: "Replay an old refresh token",
        told: "an old refresh token",
        references: "RFC 9700 §4.14.2",
        thief_has: "A refresh token that was copied long ago. The app has used it since, and its successor.",
        check: "Each refresh token works once. An older one can only be a copy, so the whole chain dies, and the guard hears of it at once through the revocation feed (RFC 9700 §4.14.2).",
        has_twin: false,
    },
    Attack {
        id: "alg-none",
        title: "Say that the token needs no signature",
        told: "alg none",
        references: "RFC 8725 §2.1, OWASP API2:2023",
        thief_has: "No key at all: a token with Bob’s sub, and a header that says alg: none.",
        check: "The guard knows which algorithms it accepts before it reads the token, and none is not one of them (RFC 8725 §3.1).",
        has_twin: true,
    },
    Attack {
        id: "public-key-as-secret",
        title: "Sign with the public key",
        told: "HS256 with the public key",
        references: "RFC 8725 §2.1, OWASP API2:2023",
        thief_has: "The server’s public RSA key, which anyone may read, used as the shared secret of HS256.",
        check: "A key has one algorithm: the server’s key is for RS256, whatever the token says (RFC 8725 §3.1).",
        has_twin: true,
    },
    Attack {
        id: "changed-claim",
        title: "Change one claim",
        told: "a changed claim",
        references: "RFC 7515 §5.2, OWASP API2:2023",
        thief_has: "Alice’s good token, and Bob’s sub: the claim is exchanged, the signature is kept.",
        check: "The signature covers every byte of header and claims (RFC 7515 §5.2). One changed byte, and it does not match.",
        has_twin: true,
    },
    Attack {
        id: "other-api",
        title: "Use a token of another API",
        told: "a token for another API",
        references: "RFC 9068 §4, RFC 8707",
        thief_has: "A shop that Alice uses. It got a genuine token of hers, and tries it at the bank.",
        check: "One token, one audience: aud must name the API that reads it (RFC 9068 §4).",
        has_twin: true,
    },
    Attack {
        id: "other-account",
        title: "Read another customer’s account",
        told: "another customer's account",
        references: "OWASP API1:2023, BOLA",
        thief_has: "An account of her own. Alice’s token is good and has the right scope; she counts 1001 up to 1002.",
        check: "Object level: the owner in the answer must be the token’s sub. The refusal is the same as for an account that does not exist, so not even that 1002 exists is told.",
        has_twin: true,
    },
    Attack {
        id: "admin-function",
        title: "Call an administrator’s function",
        told: "an administrator's function",
        references: "OWASP API5:2023, BFLA",
        thief_has: "Alice’s good token, whose role is customer, and the address of the function.",
        check: "Function level: the rule of this operation is the role admin, decided before anything is read or forwarded.",
        has_twin: true,
    },
    Attack {
        id: "evil-redirect",
        title: "Send the code to evil.example",
        told: "a changed redirect_uri",
        references: "RFC 9700 §4.1, RFC 6749 §10.6",
        thief_has: "Alice’s click on a link that asks for her code to be sent to evil.example.",
        check: "Return addresses are compared byte for byte with the registered ones. An unknown one gets an error page and never a redirect, not even with an error (RFC 6749 §4.1.2.1).",
        has_twin: false,
    },
    Attack {
        id: "mix-up",
        title: "Pass one server’s answer off as another’s",
        told: "one server's answer passed off as another's",
        references: "RFC 9207, RFC 9700 §4.4",
        thief_has: "A server of his own that the app knows too. It passes Alice on to the honest server, so that the app brings her code to the thief.",
        check: "Every answer names its server in iss, and the app compares it with the server that it asked (RFC 9207 §2.4).",
        has_twin: true,
    },
    Attack {
        id: "key-rotation",
        title: "Change the signing key under load",
        told: "a new signing key under load",
        references: "RFC 7517, NIST SP 800-57",
        thief_has: "Nothing: this is not an attack but what protects from one. Keys are changed regularly, and at once if one has leaked, without a failed request.",
        check: "The old key stays published until its last token has expired. A guard that sees an unknown key id fetches the keys once, for all requests together.",
        has_twin: false,
    },
    Attack {
        id: "scanner",
        title: "Let the scanner loose on both APIs",
        told: "the scanner, let loose on both APIs",
        references: "OWASP API1:2023, API3:2023, API5:2023",
        thief_has: "airside scan, the API’s OpenAPI document, and the tokens of three people. As Bob it saves objects with a secret text in them; as Alice it tries to get at them, in every way that the document allows.",
        check: "Every operation has a rule, and one without is refused. Whose object it is, which function, which fields of a body: each is decided in front of the API, so that its own holes stay out of reach.",
        has_twin: true,
    },
];
