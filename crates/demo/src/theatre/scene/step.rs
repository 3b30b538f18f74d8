//! The seven steps.

/// A step as page and text introduce it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The heading on the page.
    pub title: &'static str,
    /// The heading in the text.
    pub told: &'static str,
    pub purpose: &'static str,
}

/// Every step, in order.
pub const STEPS: [Step; 7] = [
    Step {
        title: "The app makes a secret",
        told: "the app makes its secrets",
        purpose: "The code_verifier stays in the app until step 6; only its hash travels (PKCE, RFC 7636 §4.1). \
                  state ties the answer to this browser (RFC 6749 §10.12), nonce ties the ID token to this \
                  request (OpenID Connect Core §3.1.2.1).",
    },
    Step {
        title: "The app asks, through your browser",
        told: "the app sends the browser to GET /authorize",
        purpose: "The app asks; it never sees the password (RFC 6749 §4.1.1). redirect_uri must be one that is \
                  registered, byte for byte (RFC 9700 §2.1).",
    },
    Step {
        title: "You sign in",
        told: "alice signs in at the authorization server",
        purpose: "Authentication: who is it? The hidden `interaction` is the sealed request of step 2, bound to \
                  this browser's cookie; the session cookie is stored as a digest only (RFC 6749 §3.1).",
    },
    Step {
        title: "You allow it",
        told: "alice consents",
        purpose: "Delegation: may this app do that? Asked of the person, never of the app (RFC 6749 §1.3.1, §10.2).",
    },
    Step {
        title: "A code comes back",
        told: "the browser brings the code back to the app",
        purpose: "The code is no token yet: it lives 60 seconds, works once, and only together with the \
                  code_verifier (RFC 6749 §4.1.2). The app compares state (RFC 6749 §10.12) and iss (RFC 9207 §2.4).",
    },
    Step {
        title: "The app redeems the code",
        told: "the app redeems the code at POST /token",
        purpose: "Only the app that began in step 1 knows the code_verifier, so a stolen code is worth nothing \
                  (RFC 6749 §4.1.3, RFC 7636 §4.5).",
    },
    Step {
        title: "The app calls the API",
        told: "the app calls the bank's API with the access token",
        purpose: "The guard looks nobody up: it checks typ, signature, iss, aud and exp with keys it has cached \
                  (RFC 9068 §4, RFC 6750 §2.1), then scope, and then whose account it is.",
    },
];
