//! Callers that are made on an Airside server for one scan, and deleted after it.

use std::sync::Arc;

use airside_client::{Answer, Browser, Parameters, Person, Request, Transport, pkce};
use airside_net::Client;
use airside_scan::identity::{Credential, NamedIdentity, Secret, TokenSource};
use serde_json::{Value, json};

use crate::{
    args::{Global, ScanIssuer},
    command::configuration,
    exit::{Code, CommandError},
    secret,
    socket::{Admin, http_client, segment, unreached},
};

/// Two people, and the client that gets their tokens.
pub struct MadeCallers {
    admin: Admin,
    issuer: String,
    audience: String,
    client_id: String,
    people: Vec<String>,
    has_client: bool,
    http: Client,
}

impl MadeCallers {
    /// Makes the callers, with tokens for the API; `None` unless the flags ask for them.
    ///
    /// # Errors
    ///
    /// The server is not reached, or refuses. What was made until then is deleted.
    pub async fn make(
        flags: &ScanIssuer,
        global: &Global,
    ) -> Result<Option<(Self, Vec<NamedIdentity>)>, CommandError> {
        let (true, Some(issuer), Some(audience)) =
            (flags.make_identities, &flags.issuer, &flags.audience)
        else {
            return Ok(None);
        };
        let issuer = issuer.trim_end_matches('/');
        let mut made = Self {
            admin: admin(issuer, global)?,
            issuer: issuer.to_owned(),
            audience: audience.clone(),
            client_id: name("client"),
            people: Vec::new(),
            has_client: false,
            http: http_client(global.ca.as_deref())?,
        };
        match made.identities().await {
            Ok(identities) => Ok(Some((made, identities))),
            Err(mut error) => {
                for left in made.delete().await {
                    error.message += &format!("\n{left}");
                }
                Err(error)
            }
        }
    }

    async fn identities(&mut self) -> Result<Vec<NamedIdentity>, CommandError> {
        let scope = self.scope().await?;
        let mut client = json!({
            "client_id": self.client_id, "redirect_uris": [REDIRECT_URI],
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
        });
        if let (false, Some(members)) = (scope.is_empty(), client.as_object_mut()) {
            members.insert("scope".to_owned(), scope.as_str().into());
        }
        self.admin.post("/clients", &client).await?;
        self.has_client = true;
        let mut identities = Vec::new();
        for number in 1..=2 {
            let source = self.source(&scope).await?;
            identities.push(NamedIdentity {
                name: format!("person{number}"),
                role: None,
                tenant: None,
                credential: Credential::Source(source),
            });
        }
        Ok(identities)
    }

    /// Returns the scopes of the API.
    async fn scope(&self) -> Result<String, CommandError> {
        let path = format!("/resources/{}", segment(&self.audience));
        let resource = self.admin.get(&path).await?;
        let scopes = resource.get("scopes").and_then(Value::as_array);
        let scopes = scopes.into_iter().flatten().filter_map(Value::as_str);
        Ok(scopes.collect::<Vec<_>>().join(" "))
    }

    /// Makes a person, and returns the source of their tokens.
    async fn source(&mut self, scope: &str) -> Result<TokenSource, CommandError> {
        let (username, password) = (name("person"), secret::random());
        let new = json!({ "username": username, "password": password });
        self.admin.post("/users", &new).await?;
        self.people.push(username.clone());
        let grant = Arc::new(Grant {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            client_id: self.client_id.clone(),
            scope: scope.to_owned(),
            http: self.http.clone(),
            username,
            password,
        });
        // a server that refuses the first token ends the scan before it begins
        grant.token().await?;
        Ok(TokenSource::new(move || {
            let grant = Arc::clone(&grant);
            Box::pin(async move { grant.token().await.map_err(|error| error.message) })
        }))
    }

    /// Deletes everything, and returns what could not be deleted.
    pub async fn delete(self) -> Vec<String> {
        let mut paths: Vec<String> = self
            .people
            .iter()
            .map(|name| format!("/users/{}", segment(name)))
            .collect();
        let client = format!("/clients/{}", segment(&self.client_id));
        paths.extend(Some(client).filter(|_| self.has_client));
        let mut left = Vec::new();
        for path in paths {
            if let Err(error) = self.admin.delete(&path).await {
                let why = error.message;
                left.push(format!(
                    "`{path}` of the server could not be deleted: {why}"
                ));
            }
        }
        left
    }
}

/// The way of one person to a token.
struct Grant {
    issuer: String,
    audience: String,
    client_id: String,
    scope: String,
    http: Client,
    username: String,
    password: String,
}

impl Grant {
    /// Gets a token as a browser does (RFC 6749 §4.1 with PKCE).
    async fn token(&self) -> Result<Secret, CommandError> {
        let code_verifier = secret::random();
        let code = self.code(&code_verifier).await?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &*self.client_id),
            ("redirect_uri", REDIRECT_URI),
            ("code", &*code),
            ("code_verifier", &*code_verifier),
        ];
        let request = Request::form(format!("{}/token", self.issuer), fields);
        let answer = Wire(&self.http).send(&request).await?;
        let token = answer.member("access_token").map(Secret::new);
        token.ok_or_else(|| self.refused(&answer.error_code().unwrap_or_default()))
    }

    async fn code(&self, code_verifier: &str) -> Result<String, CommandError> {
        let query = Parameters::from([
            ("response_type", "code"),
            ("client_id", &*self.client_id),
            ("redirect_uri", REDIRECT_URI),
            ("scope", &*self.scope),
            ("resource", &*self.audience),
            ("code_challenge", &*pkce::code_challenge(code_verifier)),
            ("code_challenge_method", "S256"),
        ]);
        let query = match self.scope.is_empty() {
            true => query.without("scope"),
            false => query,
        };
        let url = query.appended_to(&format!("{}/authorize", self.issuer));
        let person = Person::new(&self.username, &self.password);
        let landing = Browser::new(REDIRECT_URI)
            .authorize(&mut Wire(&self.http), &url, &person)
            .await?;
        landing.returned("code").ok_or_else(|| {
            let why = landing.returned("error").unwrap_or_default();
            self.refused(&format!("no code was issued {why}"))
        })
    }

    fn refused(&self, why: &str) -> CommandError {
        let issuer = &self.issuer;
        CommandError::new(
            Code::Refused,
            format!("`{issuer}` gives the made callers no token: {why}"),
        )
    }
}

/// Finds the server's admin API: with a token at its address, else by the socket of this machine.
fn admin(issuer: &str, global: &Global) -> Result<Admin, CommandError> {
    match &global.admin_token {
        Some(token) => Admin::at(issuer, Some(secret::read(token)?), global.ca.as_deref()),
        None => Ok(Admin::of(&configuration::data_directory(global)?)),
    }
}

/// Returns a name that nothing else has.
fn name(what: &str) -> String {
    let random = secret::random().to_lowercase();
    let signs = random.chars().filter(char::is_ascii_alphanumeric);
    format!("scan-{what}-{}", signs.take(12).collect::<String>())
}

/// The client of the command as a browser's.
struct Wire<'a>(&'a Client);

impl Transport for Wire<'_> {
    type Error = CommandError;

    async fn send(&mut self, request: &Request) -> Result<Answer, CommandError> {
        let sent = self.0.send(request.to_http()?).await;
        let response = sent.map_err(|error| {
            let why = format!("the issuer does not answer: {}", unreached(&error));
            CommandError::new(Code::Unreachable, why)
        })?;
        let (head, body) = response.into_parts();
        Ok(Answer::new(head, body))
    }
}

impl From<airside_client::Error> for CommandError {
    fn from(error: airside_client::Error) -> Self {
        Self::failed(format!("the pages of the issuer: {}", unreached(&error)))
    }
}

/// A loopback redirect (RFC 8252 §7.3), at which nothing listens.
const REDIRECT_URI: &str = "http://127.0.0.1/callback";
