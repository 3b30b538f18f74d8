//! A browser without a screen: keeps cookies, submits forms, follows no redirect by itself.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::Answer;

/// One browser; another one has other cookies.
#[derive(Debug)]
pub struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// A browser without cookies.
    pub fn new() -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            client,
            cookies: Mutex::default(),
        }
    }

    /// Opens an address.
    pub async fn get(&self, url: &str) -> Answer {
        self.send(Method::GET, url, &[], String::new()).await
    }

    /// Opens an address; none if no whole answer came.
    pub async fn try_get(&self, url: &str) -> Option<Answer> {
        self.try_send(Method::GET, url, &[], String::new()).await
    }

    /// Opens an address with more headers.
    pub async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, url, headers, String::new()).await
    }

    /// Submits a form.
    pub async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(url, &[], fields).await
    }

    /// Submits a form with more headers.
    pub async fn post_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(Method::POST, url, &all, body).await
    }

    /// Submits a form; none if no whole answer came.
    pub async fn try_post(&self, url: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.try_send(Method::POST, url, &headers, body).await
    }

    /// Sends anything.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        self.try_send(method, url, headers, body)
            .await
            .expect("an answer")
    }

    async fn try_send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        let request = request.body(Full::new(body.into())).expect("a request");
        let response = self.client.request(request).await.ok()?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let answer = Answer {
            status: head.status,
            headers: head.headers,
            body,
        };
        self.keep(&answer);
        Some(answer)
    }

    /// The cookies by name, as they would be sent.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sets a cookie, as another page on the domain could.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.insert(name.to_owned(), value.to_owned());
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<_> = self
            .cookies()
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
