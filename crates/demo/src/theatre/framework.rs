//! Frameworks that sign people in: their clients, and the code to copy.

use airside_oauth::key::secret::Secret;
use serde_json::{Map, Value};

use crate::{person::random_secret, world::NewClient};

/// A framework, and how its code is written for a client of the demonstration.
pub struct Framework {
    title: String,
    metadata: Map<String, Value>,
    render: Box<Render>,
    secret: Option<Secret>,
}

/// Writes the files of a framework.
type Render = dyn Fn(&SnippetPlaces) -> Vec<Snippet> + Send + Sync;

/// The values that a snippet names.
#[derive(Clone, Debug, Default)]
pub struct SnippetPlaces {
    /// The issuer's URL.
    pub issuer: String,
    /// The secret of the client; empty for a public client.
    pub client_secret: String,
}

/// A file to copy.
#[derive(Clone, Debug)]
pub struct Snippet {
    /// The file's name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Framework {
    /// Describes a framework: its name for people, the metadata of its client with `client_id`, and its files.
    pub fn new(
        title: &str,
        metadata: Map<String, Value>,
        render: impl Fn(&SnippetPlaces) -> Vec<Snippet> + Send + Sync + 'static,
    ) -> Self {
        Self {
            title: title.to_owned(),
            metadata,
            render: Box::new(render),
            secret: None,
        }
    }

    /// Makes its client, with a secret if it keeps one.
    pub(super) fn register(&mut self) -> NewClient {
        let method = self.metadata.get("token_endpoint_auth_method");
        let is_public = method.is_some_and(|method| method == "none");
        self.secret = (!is_public).then(|| random_secret("demo-"));
        NewClient {
            metadata: self.metadata.clone().into(),
            secret: self.secret.as_ref().map(Secret::digest),
        }
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn client_id(&self) -> &str {
        let client_id = self.metadata.get("client_id").and_then(Value::as_str);
        client_id.unwrap_or_default()
    }

    pub(super) fn files(&self, issuer: &str) -> Vec<Snippet> {
        let secret = self.secret.as_ref().map_or("", Secret::expose);
        (self.render)(&SnippetPlaces {
            issuer: issuer.to_owned(),
            client_secret: secret.to_owned(),
        })
    }
}

impl std::fmt::Debug for Framework {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Framework").field(&self.title).finish()
    }
}
