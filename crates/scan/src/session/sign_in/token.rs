//! Tokens in answers, and the requests that yield them.

use serde_json::{Map, Value};

use crate::{
    document::{Kind, Operation},
    exchange::{Answer, RequestSpec},
    identity::{Account, Identity, Secret},
    probe::ProbeError,
    request::Assignment,
    session::Session,
    tree::{Leaf, leaves, objects},
    value,
    word::{folded, is_password},
};

impl Session {
    /// Signs an account in; `None` if it is refused.
    pub async fn token_of(
        &self,
        account: &Account,
        identity: &Identity,
    ) -> Result<Option<Secret>, ProbeError> {
        let pointer = self.recipe.token.as_deref();
        if let Some(request) = &self.recipe.sign_in {
            let spec = self.recipe_spec(request, account);
            let exchange = self.send_with(None, spec).await?;
            let token = token_in(&exchange.answer, pointer);
            learn_from(identity, &exchange.answer, token.is_some());
            token.iter().for_each(|token| self.keep_secret(token));
            return Ok(token);
        }
        for operation in self.api.of_kind(Kind::SignIn) {
            for name in sign_in_names(account, identity) {
                let Some(spec) = self.sign_in_spec(operation, (account, &name), identity) else {
                    continue;
                };
                let exchange = self.send_with(None, spec).await?;
                let token = token_in(&exchange.answer, pointer);
                if let Some(token) = token.filter(|_| exchange.answer.is_accepted()) {
                    learn_from(identity, &exchange.answer, true);
                    self.keep_secret(&token);
                    return Ok(Some(token));
                }
            }
        }
        Ok(None)
    }

    /// Returns the JSON pointer to the token in an answer, if its body has one.
    #[must_use]
    pub fn token_pointer(&self, answer: &Answer) -> Option<String> {
        let token = token_in(answer, self.recipe.token.as_deref())?;
        let leaves = leaves(answer.json.as_ref()?);
        let is_token = |leaf: &Leaf<'_>| leaf.value.as_str() == Some(token.reveal());
        let mut pointers = leaves.into_iter();
        let found = pointers.find(|(_, leaf)| is_token(leaf));
        found.map(|(pointer, _)| pointer)
    }

    /// Returns true if accounts can sign in.
    #[must_use]
    pub fn can_sign_in(&self) -> bool {
        self.recipe.sign_in.is_some() || self.api.of_kind(Kind::SignIn).next().is_some()
    }

    fn sign_in_spec(
        &self,
        operation: &Operation,
        (account, name): (&Account, &str),
        identity: &Identity,
    ) -> Option<RequestSpec> {
        let schema = crate::request::body_schema(operation, None)?;
        let mut members = Map::new();
        for (property, member) in &schema.properties {
            let folded = folded(property);
            let value = if is_password(property) {
                account.password.reveal().into()
            } else if is_account_name(&folded) {
                let fact = identity.fact(&[folded.as_str()]);
                let fact = fact.filter(|_| folded != "username");
                fact.unwrap_or_else(|| name.to_owned()).into()
            } else if folded == "granttype" {
                "password".into()
            } else if schema.required.contains(property) {
                value::parameter(member, property, None, &self.mint)
            } else {
                continue;
            };
            members.insert(property.clone(), value);
        }
        let mut spec = self.request(operation, &Assignment::new())?;
        *spec.body.value_mut()? = Value::Object(members);
        Some(spec)
    }
}

/// Returns the names by which an account may sign in.
fn sign_in_names(account: &Account, identity: &Identity) -> Vec<String> {
    let mut names = vec![account.username.clone()];
    for fact in ["email", "username"] {
        let other = identity.fact(&[fact]);
        names.extend(other.filter(|other| *other != account.username));
    }
    names.dedup();
    names.truncate(3);
    names
}

fn is_account_name(folded: &str) -> bool {
    matches!(
        folded,
        "username"
            | "email"
            | "login"
            | "user"
            | "identifier"
            | "userid"
            | "emailaddress"
            | "useremail"
            | "phone"
            | "account"
            | "name"
            | "mail"
            | "loginid"
            | "usernameoremail"
    )
}

/// Learns what the answer to a sign-in says about the account: from the object that names it, and from
/// members that name a user elsewhere.
fn learn_from(identity: &Identity, answer: &Answer, is_signed_in: bool) {
    let Some(json) = answer.json.as_ref().filter(|_| is_signed_in) else {
        return;
    };
    let username = identity.fact(&["username"]).unwrap_or_default();
    for one in objects(json, Some("user")) {
        let is_own = one.fields.values().any(|value| *value == username);
        for (name, value) in &one.fields {
            if names_user(name) || is_own && ACCOUNT.contains(&name.as_str()) {
                identity.learn(name, value);
            }
        }
    }
}

fn names_user(name: &str) -> bool {
    matches!(name, "userid" | "username" | "useremail" | "uid")
}

/// Finds the token in an answer.
#[must_use]
pub(super) fn token_in(answer: &Answer, pointer: Option<&str>) -> Option<Secret> {
    let json = answer.json.as_ref();
    if let Some(pointer) = pointer {
        return json?.pointer(pointer)?.as_str().map(Secret::new);
    }
    if let Some(Value::String(text)) = json
        && text.matches('.').count() == 2
    {
        return Some(Secret::new(text.clone()));
    }
    let in_body = json.and_then(token_in_body);
    in_body.or_else(|| {
        let header = answer.header_token.as_deref()?;
        Some(Secret::new(
            header.strip_prefix("Bearer ").unwrap_or(header),
        ))
    })
}

/// Finds a token by the name of its member, else by its shape.
fn token_in_body(json: &Value) -> Option<Secret> {
    let leaves = leaves(json);
    let texts = leaves.values();
    let texts: Vec<(String, &str)> = texts
        .filter_map(|leaf| Some((folded(leaf.name), leaf.value.as_str()?)))
        .collect();
    let of_name = |name: &&str| texts.iter().find(|(own, _)| own == name);
    let is_jwt = |text: &str| text.starts_with("ey") && text.matches('.').count() == 2;
    let by_shape = || texts.iter().find(|(_, text)| is_jwt(text));
    let (_, token) = TOKENS.iter().find_map(of_name).or_else(by_shape)?;
    Some(Secret::new(*token))
}

/// The names of members about an account in the answer to its sign-in.
const ACCOUNT: [&str; 9] = [
    "id", "uuid", "email", "name", "role", "roles", "isadmin", "admin", "isstaff",
];

/// The names of members that hold a token, the likeliest first.
const TOKENS: [&str; 13] = [
    "accesstoken",
    "authtoken",
    "token",
    "jwt",
    "bearertoken",
    "bearer",
    "idtoken",
    "sessiontoken",
    "apitoken",
    "apikey",
    "authenticationtoken",
    "sessionid",
    "session",
];
