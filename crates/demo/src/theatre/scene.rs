//! The seven steps as data: what was sent from whom to whom, with its explanation.

mod step;
mod words;

use std::sync::Arc;

use airside_client::Parameters;
use airside_jose::base64url;
use serde_json::Value;

pub use self::step::{STEPS, Step};
use self::words::Words;
use crate::wire::{Exchange, WireServer};

/// The messages of one sign-in, in the order in which they were sent.
#[derive(Clone, Debug)]
pub struct Scene {
    pub messages: Vec<Message>,
}

/// One message, or a moment at which one of the four works by itself.
#[derive(Clone, Debug)]
pub struct Message {
    /// The step, from 1 to 7.
    pub step: usize,
    pub from: Lifeline,
    pub to: Lifeline,
    pub label: String,
    /// The purpose, in plain words, one paragraph each.
    pub explained: Vec<&'static str>,
    pub raw: String,
    pub half: Half,
    pub parameters: Vec<Parameter>,
    /// Tokens to take apart: their name and text.
    pub tokens: Vec<(&'static str, String)>,
    pub extra: Extra,
}

/// The half of an exchange that a message is.
#[derive(Clone, Debug)]
pub enum Half {
    /// One of the four works by itself.
    Inside,
    Request(Arc<Exchange>),
    Answer(Arc<Exchange>),
}

/// A parameter of a request, or of a redirect.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub value: String,
    pub meaning: &'static str,
    /// The request that can be sent without it.
    pub removable_from: Option<Endpoint>,
}

/// The endpoint that takes a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Authorize,
    Token,
}

/// One of the four who take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifeline {
    You,
    App,
    Server,
    Api,
}

/// The part of a message that has a picture of its own.
#[derive(Clone, Debug)]
pub enum Extra {
    None,
    /// The secret and its hash.
    Secret {
        verifier: String,
        challenge: String,
    },
    /// The redemption: the hash of the secret, compared.
    Compared {
        verifier: String,
        challenge: String,
    },
    /// The life of the code: issued and used, in milliseconds since 1970.
    Code {
        issued_ms: i64,
        used_ms: Option<i64>,
    },
    /// Both comparisons of the app.
    Returned {
        state: String,
        iss: String,
    },
    /// The look-ups of this request.
    LookUps,
}

impl Endpoint {
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Token => "token",
        }
    }
}

impl Scene {
    /// Returns the scene of a whole or partial sign-in; none if it did not begin.
    pub fn of(exchanges: &[Exchange]) -> Option<Self> {
        let story = Story::read(exchanges)?;
        let mut messages = vec![story.beginning()];
        let mut was_asked = false;
        for exchange in exchanges {
            messages.extend(story.messages(exchange, &mut was_asked));
        }
        Some(Self { messages })
    }

    /// Returns true if the last step is done.
    pub fn is_whole(&self) -> bool {
        self.messages.last().is_some_and(|last| last.step == 7)
    }
}

/// The values that several messages share.
struct Story<'a> {
    authorization: Parameters,
    token: Option<&'a Exchange>,
    issued_ms: Option<i64>,
}

impl<'a> Story<'a> {
    fn read(exchanges: &'a [Exchange]) -> Option<Self> {
        let first = exchanges.iter().find(|one| is(one, "GET", "/authorize"))?;
        let token = exchanges.iter().find(|one| is(one, "POST", "/token"));
        let issued = exchanges.iter().find(|one| code(one).is_some());
        Some(Self {
            authorization: Parameters::of_url(&first.target),
            token,
            issued_ms: issued.map(|one| one.at_ms),
        })
    }

    fn challenge(&self) -> String {
        let challenge = self.authorization.get("code_challenge");
        challenge.unwrap_or_default().to_owned()
    }

    /// The secret, which only the redemption shows.
    fn verifier(&self) -> String {
        let form = self.token.map(|one| Parameters::parse(&one.sent_body));
        let verifier = form.and_then(|form| form.get("code_verifier").map(str::to_owned));
        verifier.unwrap_or_else(|| "(it leaves the app in step 6)".to_owned())
    }

    fn beginning(&self) -> Message {
        let words = words::beginning();
        let mut message = words.message(1, (Lifeline::App, Lifeline::App));
        message.extra = Extra::Secret {
            verifier: self.verifier(),
            challenge: self.challenge(),
        };
        let own = ["code_challenge", "state", "nonce"];
        let verifier = [("code_verifier".to_owned(), self.verifier())];
        let named = own.map(|name| {
            let value = self.authorization.get(name).unwrap_or_default();
            (name.to_owned(), value.to_owned())
        });
        message.parameters = verifier
            .into_iter()
            .chain(named)
            .map(|(name, value)| parameter(name, value, None))
            .collect();
        let lines = message.parameters.iter();
        let lines = lines.map(|one| format!("{} = {}", one.name, one.value));
        message.raw = format!(
            "(nothing is sent: this happens inside the app)\n\n{}",
            lines.collect::<Vec<_>>().join("\n")
        );
        message
    }

    fn messages(&self, exchange: &Exchange, was_asked: &mut bool) -> Vec<Message> {
        use Lifeline::{Api, App, Server, You};
        let (step, from, to) = match (exchange.server, exchange.method.as_str(), exchange.path()) {
            (WireServer::Issuer, "GET", "/authorize") if !*was_asked => (2, You, Server),
            (WireServer::Issuer, "GET", "/authorize") => (4, You, Server),
            (WireServer::Issuer, _, "/sign-in" | "/select-account") => (3, You, Server),
            (WireServer::Issuer, _, "/consent") => (4, You, Server),
            (WireServer::App, "GET", "/callback") => (5, You, App),
            (WireServer::Issuer, "POST", "/token") => (6, App, Server),
            (WireServer::Guarded, "GET", path) if path.starts_with("/api/v1/accounts/") => {
                (7, App, Api)
            }
            _ => return Vec::new(),
        };
        let is_first = step == 2;
        *was_asked |= is_first;
        let mut sent = words::request(exchange, is_first).message(step, (from, to));
        let whole = Arc::new(exchange.clone());
        sent.raw = exchange.raw_request();
        sent.half = Half::Request(Arc::clone(&whole));
        self.fill_request(exchange, &mut sent);
        let mut got = words::answer(exchange).message(step, (to, from));
        got.raw = exchange.raw_answer();
        got.half = Half::Answer(whole);
        self.fill_answer(exchange, &mut got);
        let mut messages = vec![sent, got];
        if step == 5 {
            // the page has nothing to say: what counts is what the app compares
            messages.truncate(1);
            messages.push(self.comparison(exchange));
        }
        messages
    }

    fn fill_request(&self, exchange: &Exchange, message: &mut Message) {
        let endpoint = match (exchange.path(), message.step) {
            ("/authorize", 2) => Some(Endpoint::Authorize),
            ("/token", _) => Some(Endpoint::Token),
            _ => None,
        };
        let sent = match exchange.method.as_str() {
            "POST" => Parameters::parse(&exchange.sent_body),
            _ => Parameters::of_url(&exchange.target),
        };
        let rows = sent.iter().map(|(name, value)| {
            let value = match name {
                "password" => "(not shown)",
                _ => value,
            };
            parameter(name.to_owned(), value.to_owned(), endpoint)
        });
        message.parameters = rows.collect();
        if exchange.path() == "/token" {
            message.extra = Extra::Compared {
                verifier: self.verifier(),
                challenge: self.challenge(),
            };
        }
        let token = exchange.sent("authorization");
        if let Some(token) = token.and_then(|value| value.strip_prefix("Bearer ")) {
            message.tokens.push(("access token", token.to_owned()));
            if exchange.path().ends_with("/1001") {
                message.extra = Extra::LookUps;
            }
        }
    }

    fn fill_answer(&self, exchange: &Exchange, message: &mut Message) {
        if let Some(location) = exchange.got("location") {
            let returned = Parameters::of_url(location);
            let rows = returned.iter();
            let rows = rows.map(|(name, value)| parameter(name.into(), value.into(), None));
            message.parameters = rows.collect();
        }
        if code(exchange).is_some() {
            message.step = 5;
            message.extra = Extra::Code {
                issued_ms: exchange.at_ms,
                used_ms: self.token.map(|one| one.at_ms),
            };
        }
        let Ok(Value::Object(json)) = serde_json::from_str::<Value>(&exchange.got_body) else {
            return;
        };
        for (name, title) in [("access_token", "access token"), ("id_token", "ID token")] {
            if let Some(token) = json.get(name).and_then(Value::as_str) {
                message.tokens.push((title, token.to_owned()));
            }
        }
        let rows = json.iter().map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            parameter(name.clone(), value, None)
        });
        message.parameters = rows.collect();
    }

    fn comparison(&self, exchange: &Exchange) -> Message {
        let mut message = words::comparison().message(5, (Lifeline::App, Lifeline::App));
        let returned = Parameters::of_url(&exchange.target);
        let value = |name| returned.get(name).unwrap_or_default().to_owned();
        let (state, iss) = (value("state"), value("iss"));
        let kept = self.authorization.get("state").unwrap_or_default();
        message.raw = format!(
            "(nothing is sent: this happens inside the app)\n\nstate kept     = {kept}\nstate returned = \
             {state}\n\niss expected   = {iss}\niss returned   = {iss}"
        );
        message.extra = match self.issued_ms {
            Some(_) => Extra::Returned { state, iss },
            None => Extra::None,
        };
        message
    }
}

impl Words {
    fn message(self, step: usize, (from, to): (Lifeline, Lifeline)) -> Message {
        Message {
            step,
            from,
            to,
            label: self.label,
            explained: self.explained,
            raw: String::new(),
            half: Half::Inside,
            parameters: Vec::new(),
            tokens: Vec::new(),
            extra: Extra::None,
        }
    }
}

fn parameter(name: String, value: String, endpoint: Option<Endpoint>) -> Parameter {
    Parameter {
        meaning: words::meaning(&name),
        removable_from: endpoint.filter(|_| words::without(&name).is_some()),
        name,
        value,
    }
}

/// Returns what happens if a parameter is not sent, and why it exists.
pub fn without(name: &str) -> Option<&'static str> {
    words::without(name)
}

fn is(exchange: &Exchange, method: &str, path: &str) -> bool {
    exchange.server == WireServer::Issuer && exchange.method == method && exchange.path() == path
}

/// The code that an answer sends to the app.
fn code(exchange: &Exchange) -> Option<String> {
    let location = exchange.got("location")?;
    let returned = Parameters::of_url(location);
    returned.get("code").map(str::to_owned)
}

/// The bytes of a hash as hexadecimal digits.
pub fn hex_of(base64url_text: &str) -> String {
    let bytes = base64url::decode(base64url_text).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
