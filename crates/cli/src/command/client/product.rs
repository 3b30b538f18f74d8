//! The programs that people sign in to: what a client of each needs, and the configuration that the program
//! gets.
//!
//! `products.toml` has both halves. The pages below `docs/relying-parties` are made from it, and
//! `scripts/relying-parties` runs each program with what `airside client create --for` prints.

#[cfg(test)]
mod tests;

use airside_oauth::request::nearest::nearest;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::exit::{Code, CommandError};

/// A program that is a relying party.
#[derive(Debug, Deserialize)]
pub struct Product {
    /// Its name on the command line, and of its client if that gets no other.
    pub name: String,
    /// Other names on the command line.
    #[serde(default)]
    also: Vec<String>,
    /// Its name for people.
    pub title: String,
    /// The page of `docs/relying-parties` that has its recipe, without the extension.
    pub page: String,
    /// The metadata of its client, whose texts may name [`Places`].
    client: Map<String, Value>,
    /// The program's half.
    #[serde(default)]
    pub file: Vec<ProductFile>,
}

/// A configuration file of the program, or a part of one.
#[derive(Debug, Deserialize)]
pub struct ProductFile {
    pub name: String,
    /// Its language, by the word that Markdown has for it.
    pub language: String,
    text: String,
}

/// The values that differ from one installation to the next.
#[derive(Debug)]
pub struct Places {
    pub issuer: String,
    /// The address of the program, without a trailing slash.
    pub url: String,
    pub client_id: String,
    /// Empty for a public client.
    pub client_secret: String,
    /// A value that nobody can guess, for the program's cookies.
    pub random: String,
}

/// Returns every product.
///
/// # Errors
///
/// `products.toml` is malformed.
pub fn all() -> Result<Vec<Product>, CommandError> {
    let table: Products = toml::from_str(TABLE)
        .map_err(|error| CommandError::failed(format!("the table of products: {error}")))?;
    Ok(table.product)
}

/// Returns the product of a name.
///
/// # Errors
///
/// There is none; the message names the nearest.
pub fn find(name: &str) -> Result<Product, CommandError> {
    let mut products = all()?;
    if let Some(at) = products
        .iter()
        .position(|one| one.names().any(|own| own == name))
    {
        return Ok(products.swap_remove(at));
    }
    let names = products.iter().flat_map(Product::names);
    let help = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`? `--for list` names all"),
        None => "`--for list` names all".to_owned(),
    };
    let message = format!("there is no product `{name}`\nhelp: {help}");
    Err(CommandError::new(Code::NotFound, message))
}

/// Checks the address of a program, and returns it without a trailing slash.
///
/// # Errors
///
/// It is not an http or https address, it has more than host, port and path, or it is not
/// [plain](is_plain).
pub fn parse_url(text: &str) -> Result<String, CommandError> {
    let refused = |why: &str| CommandError::usage(format!("--at `{text}`: {why}"));
    let absolute = "write an absolute address, as in https://app.example.com";
    let url = Url::parse(text).map_err(|_| refused(absolute))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err(refused(absolute));
    }
    let is_more = url.authority().contains('@') || url.query().or(url.fragment()).is_some();
    if is_more || !is_plain(text) {
        return Err(refused("write host, port and path alone"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Returns whether a text needs no quoting in the configuration of any program.
pub fn is_plain(text: &str) -> bool {
    let is_mark = |letter: char| "-._~:/[]%".contains(letter);
    text.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || is_mark(letter))
}

impl Product {
    fn names(&self) -> impl Iterator<Item = &str> {
        let own = std::iter::once(self.name.as_str());
        own.chain(self.also.iter().map(String::as_str))
    }

    /// Returns whether its halves name the program's address.
    pub fn needs_url(&self) -> bool {
        let metadata = Value::Object(self.client.clone()).to_string();
        let names_url = |text: &str| OF_URL.iter().any(|name| text.contains(name));
        names_url(&metadata) || self.file.iter().any(|file| names_url(&file.text))
    }

    /// Returns the metadata of its client.
    pub fn metadata(&self, places: &Places) -> Map<String, Value> {
        let members = self.client.iter();
        members
            .map(|(name, value)| (name.clone(), places.fill_value(value)))
            .collect()
    }
}

impl ProductFile {
    /// Returns its text for one installation.
    pub fn render(&self, places: &Places) -> String {
        places.fill(&self.text)
    }
}

impl Places {
    fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill(text).into(),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            other => other.clone(),
        }
    }

    /// Replaces the names of places; other braces stay.
    fn fill(&self, text: &str) -> String {
        let issuer = Url::parse(&self.issuer).ok();
        let [is_https, is_http] = match self.url.starts_with("https:") {
            true => ["true", "false"],
            false => ["false", "true"],
        };
        let named = [
            ("{issuer}", self.issuer.as_str()),
            ("{issuer_host}", issuer.as_ref().map_or("", Url::authority)),
            ("{url}", &self.url),
            ("{is_https}", is_https),
            ("{is_http}", is_http),
            ("{client_id}", &self.client_id),
            ("{client_secret}", &self.client_secret),
            ("{random}", &self.random),
        ];
        let filled = |text: String, (name, value): &(&str, &str)| text.replace(name, value);
        named.iter().fold(text.to_owned(), filled)
    }
}

#[derive(Debug, Deserialize)]
struct Products {
    product: Vec<Product>,
}

const TABLE: &str = include_str!("product/products.toml");

/// The places that the address of the program gives.
const OF_URL: [&str; 3] = ["{url}", "{is_https}", "{is_http}"];
