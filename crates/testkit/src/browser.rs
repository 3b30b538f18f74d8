//! A browser that follows no redirect by itself.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use airside_client::{Body, CookieJar, Person, Pool, Request};
use bytes::Bytes;
use http::Method;

use crate::answer::Answer;

/// One browser; another one has other cookies.
#[derive(Debug, Default)]
pub struct Browser {
    pool: Pool,
    cookies: Mutex<CookieJar>,
}

impl Browser {
    /// Returns a browser without cookies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an address.
    pub async fn get(&self, url: &str) -> Answer {
        self.get_with(url, &[]).await
    }

    /// Opens an address; `None` if no whole answer came.
    pub async fn try_get(&self, url: &str) -> Option<Answer> {
        self.try_send(Request::get(url)).await
    }

    /// Opens an address with more headers.
    pub async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        self.answer(Request::get(url).headers(headers)).await
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
        self.answer(Request::form(url, fields).headers(headers))
            .await
    }

    /// Submits a form; `None` if no whole answer came.
    pub async fn try_post(&self, url: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        self.try_send(Request::form(url, fields)).await
    }

    /// Sends any method, headers and body.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let request = Request::new(method, url, Body::Bytes(body.into()));
        self.answer(request.headers(headers)).await
    }

    async fn answer(&self, request: Request) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    async fn try_send(&self, request: Request) -> Option<Answer> {
        let request = self.jar().add_to(request);
        let answer = self.pool.send(&request).await.ok()?;
        self.jar().keep(&request.url, &answer);
        Some(answer.into())
    }

    /// Opens an authorization request, signs in and consents wherever a page asks for it: the code
    /// that comes back to `redirect_uri`.
    pub async fn code(&self, url: &str, redirect_uri: &str, person: &Person) -> String {
        let mut browser = airside_client::Browser::new(redirect_uri);
        browser.cookies = self.jar().clone();
        let landing = browser.authorize(&mut self.pool.clone(), url, person).await;
        *self.jar() = browser.cookies;
        let landing = landing.expect("an answer");
        let code = landing.returned("code");
        code.unwrap_or_else(|| panic!("no code: {landing:?}"))
    }

    /// Returns the cookies by name, as they would be sent.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.jar().values()
    }

    /// Sets a cookie, as another page on the domain could.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar().plant(name, value);
    }

    fn jar(&self) -> MutexGuard<'_, CookieJar> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
