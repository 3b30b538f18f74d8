//! The explanations of the messages.

use crate::wire::{Exchange, WireServer};

/// The label and the explanation of a message.
pub struct Words {
    pub label: String,
    pub explained: Vec<&'static str>,
}

fn words(label: impl Into<String>, explained: &[&'static str]) -> Words {
    Words {
        label: label.into(),
        explained: explained.to_vec(),
    }
}

pub fn beginning() -> Words {
    words(
        "A secret is made, and its hash",
        &[
            "Before anything is sent, the app makes up a random secret, the code_verifier, and keeps it to itself. It also computes the secret’s fingerprint, the code_challenge: a hash, by the method SHA-256. The hash is easy to compute from the secret; the secret cannot be computed from the hash.",
            "Only the hash travels now. In step 6 the app shows the secret itself, and the server computes the hash again: only the app that began here can do that. So a code that is stolen on the way is worth nothing to the thief (RFC 7636 §1).",
            "state and nonce are random too. state ties the answer to this browser (RFC 6749 §10.12), nonce ties the ID token to this request.",
        ],
    )
}

pub fn comparison() -> Words {
    words(
        "state and iss are compared",
        &[
            "The app compares before it uses the code. state must be the one that it made in step 1: otherwise an attacker has slipped a foreign answer into this browser (RFC 6749 §10.12).",
            "iss must name the server that it asked: otherwise one server's answer is being passed off as another's (RFC 9207 §2.4).",
        ],
    )
}

/// The words of a request.
pub fn request(exchange: &Exchange, is_first: bool) -> Words {
    match (exchange.server, exchange.method.as_str(), exchange.path()) {
        (WireServer::App, ..) => words(
            "The code arrives, with state and iss",
            &[
                "The browser follows the redirect, and so brings the code to the app. Everything in an address can be seen: by the browser's history, by extensions, in logs. That is why this is not a token yet, only a code that is useless without the secret of step 1.",
            ],
        ),
        (WireServer::Guarded | WireServer::Bare, ..) => words(
            format!("GET {} with the token", exchange.path()),
            &[
                "The app calls the bank's API and shows the access token (RFC 6750 §2.1). The guard in front of the API reads it without asking any other server: the signature proves that the server made it, and its claims say for whom, for which API and until when (RFC 9068 §4).",
                "Then two more questions. Function: does the token have the scope accounts:read? Object: is the owner of account 1001 the person in sub? A valid token for the wrong account is refused here, and nowhere else.",
            ],
        ),
        (_, "POST", "/token") => words(
            "POST /token: the code and the secret",
            &[
                "The app redeems the code, directly and not through the address bar. Now it shows the secret, the code_verifier. The server hashes it and compares the result with the code_challenge of step 2 (RFC 7636 §4.6).",
                "The code works once (RFC 6749 §4.1.2). If it comes a second time, one of the two who sent it is a thief, and the tokens of the first use die as well.",
            ],
        ),
        (_, "POST", "/sign-in" | "/select-account") => words(
            "POST /sign-in: username and password",
            &[
                "Alice types her password, at the server that knows her, and only there. The app will never see it, and neither will the API.",
                "The hidden field interaction is the request of step 2, sealed by the server and bound to this browser by a cookie: it cannot be changed on the way.",
            ],
        ),
        (_, "POST", _) => words(
            "POST /consent: Allow",
            &[
                "Alice allows it. The answer is stored, so that she is asked again only when an app wants more than before.",
            ],
        ),
        (_, _, "/authorize") if is_first => words(
            "GET /authorize: may the app have access?",
            &[
                "The app sends the browser to the authorization server and asks for access (RFC 6749 §4.1.1). This address is not secret: it has the hash of the secret, not the secret.",
                "Try it: send the request again without one of its parameters, and see what each of them is for.",
            ],
        ),
        (_, _, "/authorize") => words(
            "GET /authorize, once more",
            &["The same request again. Now the server knows who is at the browser."],
        ),
        (_, _, "/consent") => words(
            "GET /consent",
            &["The browser follows the redirect to the page that asks for consent."],
        ),
        _ => words(
            "GET /sign-in",
            &["The browser follows the redirect to the server's sign-in page."],
        ),
    }
}

/// The words of an answer.
pub fn answer(exchange: &Exchange) -> Words {
    let status = exchange.status.as_u16();
    let leads_on = exchange.got("location").unwrap_or_default();
    let has_code = leads_on.contains("code=");
    match (exchange.server, exchange.method.as_str(), exchange.path()) {
        (WireServer::Guarded | WireServer::Bare, ..) if !exchange.status.is_success() => words(
            format!("{status}: refused by the guard"),
            &[
                "The token is good, and the function is allowed. But the owner of this account is not the person in the token, so the guard answers as if there were no such account.",
                "This is the check that most APIs forget (OWASP API1:2023).",
            ],
        ),
        (WireServer::Guarded | WireServer::Bare, ..) => words(
            format!("{status}: Alice’s account"),
            &[
                "The guard let the request through to the API, which answered. The guard held the answer until it knew that its owner is the person in the token, and passed it on.",
                "No database was asked who is calling, no session was looked up, no other server was called.",
            ],
        ),
        (_, "POST", "/token") => words(
            format!("{status}: three tokens"),
            &[
                "The access token is for the API and lives 15 minutes. The refresh token gets the next one, once. The ID token tells the app who signed in.",
                "The app checks the ID token before it believes it: nonce must be that of step 1, iss the server that was asked, aud the app itself.",
            ],
        ),
        _ if has_code => words(
            format!("{status}: back to the app, with a code"),
            &[
                "The server sends the browser back, to exactly the address that the app has registered (RFC 9700 §2.1), with a code. The code lives 60 seconds and works once.",
                "iss says which server answers (RFC 9207), state is what the app sent in step 2.",
            ],
        ),
        (_, _, "/authorize") if leads_on.contains("sign-in") => words(
            format!("{status}: sign in first"),
            &[
                "The server checked everything that it can know already: the app is registered, the return address is exactly the registered one, the scopes are allowed. No one is signed in, so it leads to the sign-in page.",
            ],
        ),
        (_, "POST", "/sign-in" | "/select-account") => words(
            format!("{status}: signed in, and a cookie"),
            &[
                "The password was right: it is compared with a slow hash (argon2id), never stored. The cookie is this browser's session with the server. The server keeps only a hash of it, so a copy of its database signs no one in.",
            ],
        ),
        (_, _, "/consent") => words(
            format!("{status}: the consent page"),
            &[
                "What does the app want? Alice is asked, in words, never the app. Each line is one scope of the request.",
            ],
        ),
        (_, _, "/sign-in") => words(
            format!("{status}: the sign-in page"),
            &["A plain form of the server, which works without JavaScript."],
        ),
        _ => words(
            format!("{status}: consent is needed"),
            &["Alice is known now. The server leads to the page that asks for her consent."],
        ),
    }
}

/// The meaning of a parameter or of a member of an answer.
pub fn meaning(name: &str) -> &'static str {
    let known = MEANINGS.iter().find(|(own, _)| *own == name);
    known.map_or("", |(_, meaning)| meaning)
}

/// Returns what happens without a parameter.
pub fn without(name: &str) -> Option<&'static str> {
    let known = WITHOUT.iter().find(|(own, _)| *own == name);
    known.map(|(_, why)| *why)
}

const MEANINGS: [(&str, &str); 25] = [
    ("access_token", "Opens the API for 15 minutes."),
    ("balance", "Alice’s money."),
    ("client_id", "Which app asks."),
    ("code", "Stands for Alice’s consent, for 60 seconds, once."),
    ("code_challenge", "The SHA-256 hash of the secret."),
    (
        "code_challenge_method",
        "How it was hashed: S256 is the only way here.",
    ),
    (
        "code_verifier",
        "The secret of step 1. It leaves the app in step 6, for the first time.",
    ),
    ("decision", "The button that Alice pressed."),
    ("expires_in", "Seconds for which the access token is valid."),
    ("grant_type", "What is being exchanged for tokens."),
    ("holder", "The name on the account."),
    ("id", "The account."),
    ("id_token", "Tells the app who signed in."),
    (
        "interaction",
        "The request of step 2, sealed by the server.",
    ),
    ("iss", "Which server answers (RFC 9207)."),
    (
        "nonce",
        "Comes back inside the ID token, and ties it to this request.",
    ),
    ("login_hint", "Who is likely to sign in: fills in the name."),
    (
        "owner",
        "Whose account it is: the guard compares it with sub.",
    ),
    ("password", "For the server alone."),
    (
        "prompt",
        "Asks for sign-in and consent even if both were given before.",
    ),
    (
        "redirect_uri",
        "Where the answer goes: must be registered, byte for byte.",
    ),
    ("refresh_token", "Gets the next access token, once."),
    (
        "response_type",
        "Asks for a code, never for a token in the address.",
    ),
    ("scope", "What the app wants to do."),
    (
        "state",
        "Comes back unchanged, and ties the answer to this browser.",
    ),
];

const WITHOUT: [(&str, &str); 11] = [
    (
        "client_id",
        "Without it the server does not know which app asks, hence not which return address it may use. It shows an error page and redirects nowhere (RFC 6749 §4.1.2.1); at /token it answers invalid_client.",
    ),
    ("code", "There is nothing to redeem (RFC 6749 §4.1.3)."),
    (
        "code_challenge",
        "Without it any thief of the code could redeem it. The server insists on it and sends the browser back with an error (RFC 9700 §2.1.1).",
    ),
    (
        "code_challenge_method",
        "Without it the method would be plain, in which the hash is the secret itself: anyone who sees this address could redeem the code. It is not offered (RFC 7636 §4.3, RFC 9700 §2.1.1).",
    ),
    (
        "code_verifier",
        "This is the theft: a thief has the code, and not the secret. The code alone is worth nothing (RFC 7636 §4.5).",
    ),
    (
        "grant_type",
        "The server does not guess what is being exchanged (RFC 6749 §4.1.3).",
    ),
    (
        "nonce",
        "The server does not mind: the nonce protects the app. A token without it could come from another request, so an app that sent one refuses an ID token that does not have it.",
    ),
    (
        "redirect_uri",
        "This app has registered one return address, so the server takes that one; an app with several must say which (RFC 6749 §3.1.2.3). At /token it protected the code before there was a code_verifier; now it is compared only if it is sent.",
    ),
    (
        "response_type",
        "Without it the server cannot tell whether a code is wanted (RFC 6749 §3.1.1).",
    ),
    (
        "scope",
        "Without it no access is asked for: the token would open nothing, or what the app has registered at most (RFC 6749 §3.3). It is not a sign-in any more either, for that needs openid.",
    ),
    (
        "state",
        "The server does not mind: state protects the app. The answer comes back without it, and the app, which expects its own, throws the code away: an attacker could have begun this (RFC 6749 §10.12).",
    ),
];
