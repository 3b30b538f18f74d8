//! The sign-in recipe: a request that yields a token, and the accounts that it is made for.
//!
//! ```toml
//! [sign_in]
//! request = "POST /login"
//! body    = { email = "{username}", password = "{password}" }
//! token   = "/auth/token"            # a JSON pointer into the answer; without it usual names are looked for
//!
//! [register]                         # optional: makes the accounts first, and accounts to be thrown away
//! request = "POST /register"
//! body    = { email = "{username}", password = "{password}" }
//!
//! [sign_out]                         # optional: tells whether a token dies; the caller's token is sent with it
//! request = "POST /logout"
//!
//! [[account]]
//! name     = "alice"
//! username = "alice@example.com"
//! password = "env:ALICE_PASSWORD"
//! role     = "user"
//! tenant   = "acme"
//! ```

use serde::Deserialize;
use serde_json::Value;

use super::Secret;

/// An account at the API's own sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name that it signs in with.
    pub username: String,
    /// Its password.
    pub password: Secret,
}

/// The way in which a caller signs in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// The request that yields a token; found in the document if there is none here.
    pub sign_in: Option<RecipeRequest>,
    /// A JSON pointer to the token in its answer.
    pub token: Option<String>,
    /// The request that makes an account.
    pub register: Option<RecipeRequest>,
    /// The request that signs out; found in the document if there is none here.
    pub sign_out: Option<RecipeRequest>,
    /// True if the accounts are to be made first.
    pub makes_accounts: bool,
}

/// A request of a recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeRequest {
    /// Its method.
    pub method: http::Method,
    /// Its path below the base URL.
    pub path: String,
    /// Its body, in which `{username}` and `{password}` are replaced.
    pub body: Value,
    /// True if the body is a form.
    pub is_form: bool,
}

/// A recipe's file.
#[derive(Debug, Default)]
pub struct RecipeFile {
    /// The recipe.
    pub recipe: Recipe,
    /// Its accounts; passwords are as they are written.
    pub accounts: Vec<RecipeAccount>,
}

/// An account of a recipe's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeAccount {
    /// The name in reports.
    pub name: String,
    /// The name that it signs in with.
    pub username: String,
    /// The password, as it is written: text, `@FILE`, `-` or `env:NAME`.
    pub password: String,
    /// Its role.
    pub role: Option<String>,
    /// Its tenant.
    pub tenant: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sign_in: Option<Request>,
    register: Option<Request>,
    sign_out: Option<Request>,
    #[serde(default)]
    account: Vec<RecipeAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    request: String,
    #[serde(default)]
    body: Value,
    form: Option<Value>,
    token: Option<String>,
}

impl RecipeFile {
    /// Reads a recipe in TOML.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let token = file.sign_in.as_ref().and_then(|one| one.token.clone());
        let sign_in = file.sign_in.map(Request::read).transpose()?;
        let register = file.register.map(Request::read).transpose()?;
        Ok(Self {
            recipe: Recipe {
                sign_in,
                token,
                makes_accounts: register.is_some(),
                register,
                sign_out: file.sign_out.map(Request::read).transpose()?,
            },
            accounts: file.account,
        })
    }
}

impl Request {
    fn read(self) -> Result<RecipeRequest, String> {
        let (method, path) = self
            .request
            .split_once(' ')
            .ok_or_else(|| format!("`{}` is not a request, as in `POST /login`", self.request))?;
        let method = method
            .parse()
            .map_err(|_| format!("`{method}` is not a method"))?;
        if !path.starts_with('/') {
            return Err(format!(
                "`{path}` is not a path below the base URL: begin it with `/`"
            ));
        }
        let is_form = self.form.is_some();
        Ok(RecipeRequest {
            method,
            path: path.to_owned(),
            body: self.form.unwrap_or(self.body),
            is_form,
        })
    }
}

/// Puts a name and a password into a body.
#[must_use]
pub fn with_account(body: &Value, account: &Account) -> Value {
    match body {
        Value::String(text) => Value::String(
            text.replace("{username}", &account.username)
                .replace("{password}", account.password.reveal()),
        ),
        Value::Array(items) => items.iter().map(|one| with_account(one, account)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), with_account(value, account)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_recipe_is_read_and_filled() {
        let file = RecipeFile::parse(
            "[sign_in]\nrequest = \"POST /login\"\nbody = { user = \"{username}\", pass = \"{password}\" }\n\
             token = \"/t\"\n[sign_out]\nrequest = \"DELETE /session\"\n[[account]]\nname = \"alice\"\nusername = \"a\"\npassword = \"p\"\n",
        )
        .unwrap();
        let sign_in = file.recipe.sign_in.unwrap();
        assert_eq!(file.recipe.sign_out.unwrap().path, "/session");
        assert_eq!(file.recipe.token.as_deref(), Some("/t"));
        let account = Account {
            username: "a".to_owned(),
            password: Secret::new("p"),
        };
        assert_eq!(
            with_account(&sign_in.body, &account),
            json!({"user": "a", "pass": "p"})
        );
        for bad in [
            "[sign_in]\nrequest = \"/login\"",
            "[sign_in]\nrequest = \"POST https://evil.example/login\"",
            "[signin]",
        ] {
            assert!(RecipeFile::parse(bad).is_err(), "{bad}");
        }
    }
}
