//! The flows by which a client gets tokens.

use std::time::Duration;

use airside_jose::base64url;
use airside_net::Client;
use airside_server::{respond::page, view::View};
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

use super::credential::Credential;
use crate::{
    args::TokenGet,
    browser,
    exit::{Code, CommandError},
    output::Output,
    secret::random,
    socket::unreached,
};

/// One client that gets tokens from one issuer.
pub(super) struct Flow<'a> {
    get: &'a TokenGet,
    issuer: String,
    credential: Credential,
    http: Client,
}

impl<'a> Flow<'a> {
    /// Prepares a flow; nothing is sent yet.
    pub(super) fn new(
        get: &'a TokenGet,
        issuer: String,
        credential: Credential,
        http: Client,
    ) -> Self {
        Self {
            get,
            issuer,
            credential,
            http,
        }
    }

    /// RFC 6749 §4.4.
    pub(super) async fn by_itself(&self) -> Result<Value, CommandError> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        self.append_asked(&mut form);
        self.request(form).await
    }

    /// RFC 6749 §4.1 with PKCE, and a loopback redirect (RFC 8252 §7.3).
    pub(super) async fn by_code(&self, output: &Output) -> Result<Value, CommandError> {
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
            browser::open(&address);
        }
        let code = self.wait_for_code(&listener, &state).await?;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", &code)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("code_verifier", &verifier);
        self.request(form).await
    }

    fn append_asked(&self, form: &mut Serializer<'_, String>) {
        let asked = [("scope", &self.get.scope), ("resource", &self.get.resource)];
        for (name, value) in asked {
            if let Some(value) = value {
                form.append_pair(name, value);
            }
        }
    }

    async fn wait_for_code(
        &self,
        listener: &TcpListener,
        state: &str,
    ) -> Result<String, CommandError> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let accepted = tokio::time::timeout_at(deadline, listener.accept()).await;
            let (mut stream, _) = accepted.map_err(|_| {
                CommandError::failed("timed out: the browser did not return within 5 minutes")
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
    fn code(&self, answer: &Url, state: &str) -> Result<String, CommandError> {
        let value = |name: &str| {
            answer
                .query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        if value("state").as_deref() != Some(state) || value("iss").as_deref() != Some(&self.issuer)
        {
            return Err(CommandError::new(
                Code::Refused,
                "the answer is not the one that was asked for: state or iss differ",
            ));
        }
        if let Some(error) = value("error") {
            let why = value("error_description").unwrap_or_default();
            return Err(CommandError::new(Code::Refused, format!("{error}: {why}")));
        }
        value("code").ok_or_else(|| CommandError::failed("the answer has no code"))
    }

    async fn request(&self, mut form: Serializer<'_, String>) -> Result<Value, CommandError> {
        let mut request = Request::post(format!("{}/token", self.issuer))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let client = &self.get.client;
        if let Some(basic) = self.credential.authorization(client) {
            request = request.header(header::AUTHORIZATION, basic);
        }
        form.extend_pairs(self.credential.parameters(client, &self.issuer)?);
        let body = form.finish();
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| CommandError::usage(e.to_string()))?;
        let response = self.http.send(request).await.map_err(|error| {
            let issuer = &self.issuer;
            CommandError::new(
                Code::Unreachable,
                format!(
                    "the issuer `{issuer}` does not answer: {}",
                    unreached(&error)
                ),
            )
        })?;
        tokens(&response)
    }
}

fn tokens(response: &Response<Bytes>) -> Result<Value, CommandError> {
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
    Err(CommandError::new(Code::Refused, format!("{error}: {why}")))
}

fn challenge(verifier: &str) -> String {
    base64url::encode(airside_oauth::key::secret::Digest::of(verifier.as_bytes()).as_bytes())
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

const PATIENCE: Duration = Duration::from_secs(300);
