//! The frameworks whose code the demo offers: recipes of the table of products.

use airside_demo::theatre::{Framework, Snippet, SnippetPlaces};

use crate::{
    command::client::product::{self, Places, Product},
    exit::CommandError,
    secret,
};

/// Returns the frameworks, each with a client of its own.
pub(super) fn all() -> Result<Vec<Framework>, CommandError> {
    NAMES.iter().map(|name| framework(name)).collect()
}

fn framework(name: &str) -> Result<Framework, CommandError> {
    let product = product::find(name)?;
    let random = secret::random();
    let mut metadata = product.metadata(&places(name, &random, &SnippetPlaces::default()));
    metadata.insert("client_id".to_owned(), name.into());
    metadata.insert("client_name".to_owned(), product.title.clone().into());
    let title = product.title.clone();
    let name = name.to_owned();
    Ok(Framework::new(&title, metadata, move |snippet| {
        files(&product, &places(&name, &random, snippet))
    }))
}

fn files(product: &Product, places: &Places) -> Vec<Snippet> {
    let files = product.file.iter().map(|file| Snippet {
        name: file.name.clone(),
        text: file.render(places),
    });
    files.collect()
}

fn places(name: &str, random: &str, snippet: &SnippetPlaces) -> Places {
    Places {
        issuer: snippet.issuer.clone(),
        url: "http://127.0.0.1:3000".to_owned(),
        client_id: name.to_owned(),
        client_secret: snippet.client_secret.clone(),
        random: random.to_owned(),
    }
}

/// Products of the table, which `scripts/test` and `scripts/relying-parties` run.
const NAMES: [&str; 6] = [
    "express-openid-connect",
    "spring",
    "django-allauth",
    "flask-oidc",
    "go-oidc",
    "react-oidc-context",
];
