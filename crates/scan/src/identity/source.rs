//! Tokens that are made when they are needed.

use std::{fmt, sync::Arc};

use futures_util::future::LocalBoxFuture;

use super::Secret;

/// A source of tokens for one caller, for callers whose tokens come from elsewhere than the API.
#[derive(Clone)]
pub struct TokenSource(Arc<Make>);

type Make = dyn Fn() -> LocalBoxFuture<'static, Result<Secret, String>> + Send + Sync;

impl TokenSource {
    /// Makes a source of a function that returns another token each time, or the reason why there is none.
    pub fn new<M>(make: M) -> Self
    where
        M: Fn() -> LocalBoxFuture<'static, Result<Secret, String>> + Send + Sync + 'static,
    {
        Self(Arc::new(make))
    }

    /// Returns another token.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub async fn token(&self) -> Result<Secret, String> {
        (self.0)().await
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenSource")
    }
}

impl PartialEq for TokenSource {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for TokenSource {}
