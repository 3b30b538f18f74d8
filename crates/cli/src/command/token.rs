//! `airside token`.

use std::time::Duration;

use airside_jose::base64url;
use airside_net::{Client, chain};
use airside_oauth::{entropy::Random, secret::Secret};
use airside_server::{clock::SystemRandom, respond::page, view::View};
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

use super::inspect;
use crate::{
    args::{Global, Token, TokenGet},
    exit::{Code, Failure},
    output::Output,
    secret,
    socket::{Admin, http_client},
};

pub async fn run(command: Token, global: &Global, output: &Output) -> Result<(), Failure> {
    if let Token::Inspect {
        token,
        offline: true,
    } = &command
    {
        return inspect::run(&read(token)?, None, output).await;
    }
    let admin = &super::admin(global)?;
    match command {
        Token::Get(get) => {
            let issuer = match &get.issuer {
                Some(issuer) => issuer.trim_end_matches('/').to_owned(),
                None => issuer_of(admin).await?,
            };
            let flow = Flow {
                get: &get,
                issuer,
                http: http_client(global.ca.as_deref())?,
            };
            let tokens = if get.code {
                flow.by_code(output).await?
            } else {
                flow.by_itself().await?
            };
            match tokens.get("access_token").and_then(Value::as_str) {
                Some(token) if get.raw => output.line(token),
                _ => output.object(&tokens),
            }
        }
        Token::Explain {
            token,
            request,
            guard,
        } => super::guard::explain(read(&token)?.expose(), &request, &guard, output).await,
        Token::Inspect { token, .. } => inspect::run(&read(&token)?, Some(admin), output).await,
        Token::Revoke { token } => {
            let body = json!({ "token": read(&token)?.expose() });
            admin.post("/tokens/revoke", &body).await?;
            output.remark("Revoked.");
            Ok(())
        }
    }
}

/// Reads a token argument.
fn read(argument: &str) -> Result<Secret, Failure> {
    let token = secret::read(argument)?;
    // a token has three parts; a name that is forgotten without its `@` is never sent anywhere
    if token.expose() == argument && std::path::Path::new(argument).is_file() {
        return Err(Failure::usage(format!(
            "`{argument}` is a file: write `@{argument}` to read the token from it"
        )));
    }
    Ok(token)
}

async fn issuer_of(admin: &Admin) -> Result<String, Failure> {
    if let Admin::Remote { url, .. } = admin {
        return Ok(url.clone());
    }
    let about = admin.get("/issuer").await?;
    about
        .get("issuer")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| Failure::failed("the server did not name its issuer"))
}

struct Flow<'a> {
    get: &'a TokenGet,
    issuer: String,
    http: Client,
}

impl Flow<'_> {
    /// RFC 6749 §4.4.
    async fn by_itself(&self) -> Result<Value, Failure> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        self.append_asked(&mut form);
        self.request(form.finish()).await
    }

    /// RFC 6749 §4.1 with PKCE, and a loopback redirect (RFC 8252 §7.3).
    async fn by_code(&self, output: &Output) -> Result<Value, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let redirect_uri = format!(
            "http://127.0.0.1:{}/callback",
            listener.local_addr()?.port()
        );
        let (verifier, state) = (random(), random());
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.get.client)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge(&verifier))
            .append_pair("code_challenge_method", "S256");
        self.append_asked(&mut query);
        let address = format!("{}/authorize?{}", self.issuer, query.finish());
        output.remark(&format!(
            "Open this address in a browser on this machine:\n{address}"
        ));
        if !self.get.no_open {
            open(&address);
        }
        let code = self.wait_for_code(&listener, &state).await?;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", &code)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("code_verifier", &verifier);
        self.request(form.finish()).await
    }

    fn append_asked(&self, form: &mut Serializer<'_, String>) {
        let asked = [("scope", &self.get.scope), ("resource", &self.get.resource)];
        for (name, value) in asked {
            if let Some(value) = value {
                form.append_pair(name, value);
            }
        }
    }

    async fn wait_for_code(&self, listener: &TcpListener, state: &str) -> Result<String, Failure> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let accepted = tokio::time::timeout_at(deadline, listener.accept()).await;
            let (mut stream, _) = accepted.map_err(|_| {
                Failure::failed("nobody came back from the browser within 5 minutes")
            })??;
            let mut head = [0; 16 * 1024];
            let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut head)).await;
            let Ok(Ok(length)) = read else { continue };
            let line = String::from_utf8_lossy(head.get(..length).unwrap_or_default()).into_owned();
            let target = line.split(' ').nth(1).unwrap_or_default();
            let answer = Url::parse("http://127.0.0.1")
                .ok()
                .and_then(|base| base.join(target).ok());
            let Some(answer) = answer.filter(|url| url.path() == "/callback") else {
                continue;
            };
            let code = self.code(&answer, state);
            drop(stream.write_all(&last_page(code.is_ok())).await);
            return code;
        }
    }

    /// Checks `state` and `iss` (RFC 9207 §2.4) before anything is believed.
    fn code(&self, answer: &Url, state: &str) -> Result<String, Failure> {
        let value = |name: &str| {
            answer
                .query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        if value("state").as_deref() != Some(state) || value("iss").as_deref() != Some(&self.issuer)
        {
            return Err(Failure::new(
                Code::Refused,
                "the answer is not the one that was asked for: state or iss differ",
            ));
        }
        if let Some(error) = value("error") {
            let why = value("error_description").unwrap_or_default();
            return Err(Failure::new(Code::Refused, format!("{error}: {why}")));
        }
        value("code").ok_or_else(|| Failure::failed("the answer has no code"))
    }

    async fn request(&self, mut body: String) -> Result<Value, Failure> {
        let mut request = Request::post(format!("{}/token", self.issuer))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match &self.get.secret {
            Some(argument) => {
                let secret = secret::read(argument)?;
                request = request.header(
                    header::AUTHORIZATION,
                    basic(&self.get.client, secret.expose()),
                );
            }
            None => {
                body.push_str("&client_id=");
                body.extend(form_urlencoded::byte_serialize(self.get.client.as_bytes()));
            }
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| Failure::usage(e.to_string()))?;
        let response = self.http.send(request).await.map_err(|error| {
            let issuer = &self.issuer;
            Failure::new(
                Code::Unreachable,
                format!("the issuer `{issuer}` does not answer: {}", chain(&error)),
            )
        })?;
        tokens(&response)
    }
}

fn tokens(response: &Response<Bytes>) -> Result<Value, Failure> {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    if response.status() == StatusCode::OK {
        return Ok(body);
    }
    let error = body
        .get("error")
        .and_then(Value::as_str)
        .unwrap_or("no error code");
    let why = body
        .get("error_description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Err(Failure::new(Code::Refused, format!("{error}: {why}")))
}

/// RFC 6749 §2.3.1: both halves are form-encoded first.
fn basic(client: &str, secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", encode(client), encode(secret)))
    )
}

fn random() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    base64url::encode(bytes)
}

fn challenge(verifier: &str) -> String {
    base64url::encode(airside_oauth::secret::Digest::of(verifier.as_bytes()).as_bytes())
}

/// Makes the last page, which looks like those of the server.
fn last_page(has_code: bool) -> Vec<u8> {
    let html = View::new().map(|view| view.back_to_the_terminal(has_code));
    let html = html.unwrap_or_default();
    let mut bytes = b"HTTP/1.1 200 OK\r\nConnection: close\r\n".to_vec();
    for (name, value) in page(StatusCode::OK, String::new()).headers() {
        let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
        bytes.extend(line.concat());
    }
    bytes.extend([b"\r\n", html.as_bytes()].concat());
    bytes
}

/// Best effort: the address was printed.
fn open(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let quiet = std::process::Stdio::null;
    drop(
        std::process::Command::new(program)
            .arg(address)
            .stdout(quiet())
            .stderr(quiet())
            .spawn(),
    );
}

const PATIENCE: Duration = Duration::from_secs(300);
