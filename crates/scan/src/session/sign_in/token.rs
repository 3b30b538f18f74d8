//! Tokens in answers, and the requests that yield them.

use serde_json::{Map, Value};

use crate::{
    document::{Kind, Operation},
    exchange::{Answer, RequestBody, RequestSpec},
    identity::{Account, Identity, Secret},
    probe::ProbeError,
    request::Assignment,
    session::Session,
    tree::{leaves, objects},
    value::{self, Tactic},
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
            return Ok(token);
        }
        for operation in self
            .api
            .operations
            .iter()
            .filter(|one| one.kind == Kind::SignIn)
        {
            for name in sign_in_names(account, identity) {
                let Some(spec) = self.sign_in_spec(operation, account, &name, identity) else {
                    continue;
                };
                let exchange = self.send_with(None, spec).await?;
                if let Some(token) =
                    token_in(&exchange.answer, pointer).filter(|_| exchange.answer.is_accepted())
                {
                    learn_from(identity, &exchange.answer, true);
                    return Ok(Some(token));
                }
            }
        }
        Ok(None)
    }

    /// Returns true if accounts can sign in.
    #[must_use]
    pub fn can_sign_in(&self) -> bool {
        self.recipe.sign_in.is_some()
            || self
                .api
                .operations
                .iter()
                .any(|one| one.kind == Kind::SignIn)
    }

    pub(super) fn sign_in_spec(
        &self,
        operation: &Operation,
        account: &Account,
        name: &str,
        identity: &Identity,
    ) -> Option<RequestSpec> {
        let schema = crate::request::body_schema(operation, None)?;
        let mut members = Map::new();
        for (property, member) in &schema.properties {
            let folded = folded(property);
            let text = if is_password(property) {
                account.password.reveal().to_owned()
            } else if is_account_name(&folded) {
                match identity.fact(&[folded.as_str()]) {
                    Some(fact) if folded != "username" => fact,
                    _ => name.to_owned(),
                }
            } else if folded == "granttype" {
                "password".to_owned()
            } else if schema.required.contains(property) {
                let value = value::parameter(member, property, None, &self.mint);
                members.insert(property.clone(), value);
                continue;
            } else {
                continue;
            };
            members.insert(property.clone(), Value::String(text));
        }
        let mut built = self
            .build(operation, &Assignment::new(), &Tactic::default(), None)
            .ok()?;
        match &mut built.spec.body {
            RequestBody::Json(value) | RequestBody::Form(value) | RequestBody::Multipart(value) => {
                *value = Value::Object(members);
            }
            RequestBody::None => return None,
        }
        Some(built.spec)
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
            let is_user = matches!(name.as_str(), "userid" | "username" | "useremail" | "uid");
            let is_account = matches!(
                name.as_str(),
                "id" | "uuid"
                    | "email"
                    | "name"
                    | "role"
                    | "roles"
                    | "isadmin"
                    | "admin"
                    | "isstaff"
            );
            if is_user || is_own && is_account {
                identity.learn(name, value);
            }
        }
    }
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
    let leaves = json.map(leaves).unwrap_or_default();
    let texts = leaves
        .values()
        .filter_map(|leaf| Some((folded(leaf.name), leaf.value.as_str()?)));
    let texts: Vec<(String, &str)> = texts.collect();
    let by_name = TOKENS
        .iter()
        .find_map(|name| texts.iter().find(|(own, _)| own == name));
    let by_shape = || {
        texts
            .iter()
            .find(|(_, text)| text.starts_with("ey") && text.matches('.').count() == 2)
    };
    let found = by_name
        .or_else(by_shape)
        .map(|(_, text)| Secret::new(*text));
    found.or_else(|| {
        let header = answer.header_token.as_deref()?;
        Some(Secret::new(
            header.strip_prefix("Bearer ").unwrap_or(header),
        ))
    })
}

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
