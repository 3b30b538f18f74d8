//! Drives the pages of the authorization code flow to a refresh token, as a browser would.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use bytes::Bytes;
use futures_util::future::try_join_all;
use http::{Request, header};
use http_body_util::Full;
use url::Url;

use crate::{
    connection::{Answer, Connection, get, post},
    operation::{Subject, member},
};

/// Fetches so many codes, for one person in several browsers.
pub async fn codes(url: &Url, subject: &Subject, count: usize) -> anyhow::Result<Vec<String>> {
    let each = count.div_ceil(BROWSERS);
    let fetching = (0..BROWSERS).map(|_| async {
        let mut browser = Browser::open(url).await?;
        let mut codes = Vec::with_capacity(each);
        for _ in 0..each {
            codes.push(browser.code(subject).await?);
        }
        Ok(codes)
    });
    let fetched: anyhow::Result<Vec<Vec<String>>> = try_join_all(fetching).await;
    Ok(fetched?.concat())
}

/// The request that redeems a code.
pub fn redemption(subject: &Subject, code: &str) -> anyhow::Result<Request<Full<Bytes>>> {
    let mut fields = subject.authentication();
    fields.push(("grant_type", "authorization_code".to_owned()));
    fields.push(("code", code.to_owned()));
    fields.push(("redirect_uri", subject.redirect_uri.clone()));
    fields.push(("code_verifier", CODE_VERIFIER.to_owned()));
    fields.push(("resource", subject.resource.clone()));
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    post("/token", &fields)
}

/// Somebody's browser, with its cookies.
pub struct Browser {
    connection: Connection,
    url: Url,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One without cookies.
    pub async fn open(url: &Url) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(url).await?,
            url: url.clone(),
            cookies: BTreeMap::new(),
        })
    }

    /// Goes through the pages, allows everything and redeems the code.
    pub async fn refresh_token(&mut self, subject: &Subject) -> anyhow::Result<String> {
        let code = self.code(subject).await?;
        let answer = self.connection.send(redemption(subject, &code)?).await?;
        member(&answer, "refresh_token").context("redeeming the code")
    }

    /// Goes to the form in which a person signs in.
    pub async fn form(mut self, subject: &Subject) -> anyhow::Result<Form> {
        let mut answer = self.send(get(&authorization_path(subject))?).await?;
        if let Some(location) = answer.headers.get(header::LOCATION) {
            let location = self.url.join(location.to_str()?)?;
            answer = self.send(get(&path_of(&location))?).await?;
        }
        let interaction = interaction(&answer)?;
        let cookies = self.cookies();
        Ok(Form {
            interaction,
            cookies,
        })
    }

    /// Goes through the pages, as far as they are still shown, to a code.
    pub async fn code(&mut self, subject: &Subject) -> anyhow::Result<String> {
        let mut answer = self.send(get(&authorization_path(subject))?).await?;
        for _ in 0..MAX_STEPS {
            if let Some(location) = answer.headers.get(header::LOCATION) {
                let location = self.url.join(location.to_str()?)?;
                if location.as_str().starts_with(&subject.redirect_uri) {
                    return code_of(&location);
                }
                answer = self.send(get(&path_of(&location))?).await?;
                continue;
            }
            answer = self.submit(&answer, subject).await?;
        }
        bail!("the pages lead nowhere")
    }

    /// Fills in the form that is on the screen.
    async fn submit(&mut self, page: &Answer, subject: &Subject) -> anyhow::Result<Answer> {
        let interaction = interaction(page)?;
        let sealed = ("interaction", interaction.as_str());
        let asks = String::from_utf8_lossy(&page.body).contains("id=\"allow\"");
        let request = match asks {
            true => post("/consent", &[sealed, ("decision", "allow")])?,
            false => sign_in(&interaction, subject)?,
        };
        self.send(request).await
    }

    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let cookies = self.cookies();
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.parse()?);
        }
        let answer = self.connection.send(request).await?;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let pair = line
                .to_str()?
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='));
            let (name, value) = pair.context("a cookie without a name")?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }

    fn cookies(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// A page in which a person signs in, and the cookies of the browser that shows it.
pub struct Form {
    interaction: String,
    cookies: String,
}

impl Form {
    /// The request that sends it.
    pub fn fill_in(&self, subject: &Subject) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut request = sign_in(&self.interaction, subject)?;
        let cookies = self.cookies.parse()?;
        request.headers_mut().insert(header::COOKIE, cookies);
        Ok(request)
    }
}

fn sign_in(interaction: &str, subject: &Subject) -> anyhow::Result<Request<Full<Bytes>>> {
    let (username, password) = (subject.username.as_str(), subject.password.as_str());
    post(
        "/sign-in",
        &[
            ("interaction", interaction),
            ("username", username),
            ("password", password),
        ],
    )
}

fn interaction(page: &Answer) -> anyhow::Result<String> {
    let text = String::from_utf8_lossy(&page.body);
    let hidden = attribute(&text, "name=\"interaction\" value=\"");
    let hidden = hidden.with_context(|| format!("{}: no form in {text}", page.status))?;
    Ok(hidden.to_owned())
}

fn authorization_path(subject: &Subject) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &subject.client_id)
        .append_pair("redirect_uri", &subject.redirect_uri)
        .append_pair("scope", &subject.scope)
        .append_pair("resource", &subject.resource)
        .append_pair("state", "bench")
        .append_pair("code_challenge", CODE_CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .finish();
    format!("/authorize?{query}")
}

fn code_of(location: &Url) -> anyhow::Result<String> {
    let code = location.query_pairs().find(|(name, _)| name == "code");
    let (_, code) = code.with_context(|| format!("refused: {location}"))?;
    Ok(code.into_owned())
}

fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn attribute<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split('"').next()
}

// the pair printed in RFC 7636, Appendix B: nothing here is secret
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const MAX_STEPS: usize = 12;

/// How many browsers fetch codes at the same time.
const BROWSERS: usize = 32;
