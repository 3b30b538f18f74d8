//! Tokens of callers, renewed when they die; accounts to be thrown away.

use std::sync::Arc;

use parking_lot::RwLock;
use serde_json::{Map, Value};

use super::Session;
use crate::{
    document::{Kind, Operation},
    exchange::{Answer, IdentityIndex, Recorded, RequestBody, RequestSpec},
    identity::{
        Account, Credential, Identity, NamedIdentity, Secret, claims,
        recipe::{RecipeRequest, with_account},
    },
    probe::ProbeError,
    request::Assignment,
    tree::{leaves, objects, text_of},
    value::{self, Canary, Tactic},
    word::{folded, is_password},
    world::Object,
};

/// A registration that was accepted.
struct Registered {
    account: Account,
    exchange: Recorded,
    canaries: Vec<Canary>,
    sent: Value,
}

impl Session {
    /// Signs every caller with an account in, and makes accounts where a recipe says so.
    pub async fn sign_in_all(&self) {
        for (index, identity) in self.identities().into_iter().enumerate() {
            let account = identity.account.read().clone();
            let Some(account) = account else { continue };
            if let (true, Some(request), true) = (
                self.recipe.makes_accounts,
                &self.recipe.register,
                self.allow_writes,
            ) {
                let spec = self.recipe_spec(request, &account);
                if let Err(error) = self.send_with(None, spec).await {
                    self.remark(format!("registering {} failed: {error}", identity.name));
                }
            }
            if let Err(error) = self.renew(index).await {
                *identity.lost.write() = Some(error.to_string());
            }
        }
    }

    /// Returns true if a caller's token works: a request that worked before still does. A caller without
    /// such a request counts as alive.
    pub(super) async fn is_alive(&self, index: IdentityIndex) -> Result<bool, ProbeError> {
        let pulse = {
            let pulses = self.pulses.lock();
            // what needs a token and no identifier works for everybody
            pulses
                .get(&index)
                .or_else(|| pulses.values().next())
                .cloned()
        };
        let Some(pulse) = pulse else {
            // it may be dead: where it can be renewed, it is
            return Ok(self
                .identity(index)
                .is_none_or(|one| one.account.read().is_none()));
        };
        let exchange = self.send_with(Some(index), pulse).await?;
        Ok(exchange.answer.is_accepted())
    }

    /// Takes a request that works with a caller's token and not without one.
    pub(super) fn set_pulse(&self, index: IdentityIndex, spec: RequestSpec) {
        self.pulses.lock().entry(index).or_insert(spec);
    }

    pub(super) async fn renew_before_expiry(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(());
        };
        let expiry = identity
            .token
            .read()
            .as_ref()
            .and_then(|token| claims::expiry(token.reveal()));
        let is_near = expiry.is_some_and(|expiry| expiry - (self.now)() <= 2);
        let has_account = identity.account.read().is_some();
        match is_near && has_account {
            true => self.renew(index).await,
            false => Ok(()),
        }
    }

    /// Gets another token for a caller.
    ///
    /// # Errors
    ///
    /// [`ProbeError::NoCaller`] if there is no account, or it is refused.
    pub(super) async fn renew(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(());
        };
        let account = identity.account.read().clone();
        let Some(account) = account else {
            let why = format!(
                "the token of {} stopped working during the scan, and there is no way to renew it: name an account (--sign-in)",
                identity.name
            );
            *identity.lost.write() = Some(why.clone());
            return Err(ProbeError::NoCaller(why));
        };
        let token = self.token_of(&account, &identity).await?;
        match token {
            Some(token) => {
                identity.set_token(token);
                Ok(())
            }
            None => Err(ProbeError::NoCaller(format!(
                "{} cannot sign in",
                identity.name
            ))),
        }
    }

    /// Gets another token for a caller.
    ///
    /// # Errors
    ///
    /// [`ProbeError::NoCaller`] if there is no account, or it is refused.
    pub async fn renew_of(&self, index: IdentityIndex) -> Result<(), ProbeError> {
        self.renew(index).await
    }

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

    fn sign_in_spec(
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

    fn recipe_spec(&self, request: &RecipeRequest, account: &Account) -> RequestSpec {
        let body = with_account(&request.body, account);
        let path = request.path.split('?').next().unwrap_or_default();
        let known = self.api.operations.iter().find(|one| {
            one.method == request.method
                && one.path.trim_end_matches('/') == path.trim_end_matches('/')
        });
        RequestSpec {
            operation: known.map_or(usize::MAX, |one| one.index),
            method: request.method.clone(),
            target: request.path.clone(),
            headers: Vec::new(),
            body: match (body.is_null(), request.is_form) {
                (true, _) => RequestBody::None,
                (false, true) => RequestBody::Form(body),
                (false, false) => RequestBody::Json(body),
            },
        }
    }

    /// Makes an account and signs it in.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub async fn throwaway(
        &self,
        extra: Option<&Map<String, Value>>,
    ) -> Result<(IdentityIndex, Arc<Object>), String> {
        let is_plain = extra.is_none();
        if let (true, Some(why)) = (is_plain, self.throwaways_failed.lock().clone()) {
            return Err(why);
        }
        let made = self.make_throwaway(extra).await;
        if let (true, Err(why)) = (is_plain, &made) {
            *self.throwaways_failed.lock() = Some(why.clone());
        }
        made
    }

    /// Returns an account that was made before and that no attack has changed, or makes one.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub async fn some_throwaway(&self) -> Result<(IdentityIndex, Arc<Object>), String> {
        let known = {
            let identities = self.identities();
            let world = self.world.lock();
            let mut made = world.usable().filter(|one| {
                one.entity == "user"
                    && one.made_by.is_some()
                    && identities
                        .get(one.owner)
                        .is_some_and(|one| one.is_throwaway)
            });
            made.next()
        };
        match known {
            Some(object) => Ok((object.owner, object)),
            None => self.throwaway(None).await,
        }
    }

    async fn make_throwaway(
        &self,
        extra: Option<&Map<String, Value>>,
    ) -> Result<(IdentityIndex, Arc<Object>), String> {
        if !self.allow_writes {
            return Err("accounts are made with --allow-writes only".to_owned());
        }
        let registered = self.register(extra).await?;
        let number = self
            .identities
            .read()
            .iter()
            .filter(|one| one.is_throwaway)
            .count()
            + 1;
        let mut identity = Identity::new(NamedIdentity {
            name: format!("made{number}"),
            role: None,
            tenant: None,
            credential: Credential::Account(registered.account.clone()),
        });
        identity.is_throwaway = true;
        let found = registered
            .exchange
            .answer
            .json
            .as_ref()
            .map(|json| objects(json, Some("user")));
        let sent = objects(&registered.sent, Some("user"));
        for one in found.iter().flatten().chain(&sent) {
            let fields = one.fields.iter();
            for (name, value) in fields.filter(|(name, _)| !is_password(name)) {
                identity.learn(name, value);
            }
        }
        let token = self.token_of(&registered.account, &identity).await;
        let sign_in = token.as_ref().map_or(0, |token| {
            token.as_ref().map_or(0, |_| self.probe.last_number())
        });
        let own = token_in(&registered.exchange.answer, self.recipe.token.as_deref());
        let token = token.map_err(|error| error.to_string())?.or(own);
        let token = token.ok_or("an account was made, and it cannot sign in")?;
        identity.set_token(token);
        let index = {
            let mut identities = self.identities.write();
            identities.push(Arc::new(identity));
            identities.len() - 1
        };
        let object = self.user_object(index, &registered, sign_in);
        if extra.is_some() {
            self.world.lock().retire(&object);
        }
        Ok((index, object))
    }

    fn user_object(
        &self,
        index: IdentityIndex,
        registered: &Registered,
        sign_in: u64,
    ) -> Arc<Object> {
        let answer = registered.exchange.answer.json.as_ref();
        let mut fields =
            crate::world::fields_of_new("user", answer, &registered.sent, &registered.canaries);
        fields.retain(|name, _| !is_password(name));
        if let Some(identity) = self.identity(index) {
            for (name, value) in identity.facts.read().iter() {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
            if let Some(id) = identity.fact(&["id", "userid", "uid", "useruuid", "sub"]) {
                fields.entry("id".to_owned()).or_insert(id);
            }
        }
        let object = Object {
            entity: "user".to_owned(),
            owner: index,
            fields,
            canaries: registered
                .canaries
                .iter()
                .filter(|canary| !is_password(&canary.name))
                .cloned()
                .collect(),
            made_by: Some(registered.exchange.request.operation),
            sent: registered.sent.clone(),
            history: [registered.exchange.number, sign_in]
                .into_iter()
                .filter(|one| *one > 0)
                .collect(),
        };
        self.world.lock().add(object)
    }

    /// Registers an account by the recipe or by an operation of the document.
    async fn register(&self, extra: Option<&Map<String, Value>>) -> Result<Registered, String> {
        if let Some(request) = &self.recipe.register {
            let account = Account {
                username: format!("{}@example.com", self.mint.canary()),
                password: Secret::new(format!("Aa1!{}", self.mint.canary())),
            };
            let mut spec = self.recipe_spec(request, &account);
            if let (RequestBody::Json(Value::Object(members)), Some(extra)) =
                (&mut spec.body, extra)
            {
                members.extend(extra.clone());
            }
            let sent = spec.body.value().cloned().unwrap_or_default();
            let exchange = self
                .send_with(None, spec)
                .await
                .map_err(|error| error.to_string())?;
            let canaries = vec![Canary {
                name: "username".to_owned(),
                text: account.username.clone(),
            }];
            return match exchange.answer.is_accepted() {
                true => Ok(Registered {
                    account,
                    exchange,
                    canaries,
                    sent,
                }),
                false => Err(format!(
                    "the registration is refused with {}",
                    exchange.answer.status
                )),
            };
        }
        let mut why = "the document has no operation that makes accounts".to_owned();
        let operations = self.api.operations.iter();
        let operations =
            operations.filter(|one| one.kind == Kind::Register && one.administrative.is_none());
        for operation in operations {
            match self.register_by(operation, extra).await {
                Ok(registered) => return Ok(registered),
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    async fn register_by(
        &self,
        operation: &Operation,
        extra: Option<&Map<String, Value>>,
    ) -> Result<Registered, String> {
        let made = self
            .try_body(operation, &Assignment::new(), None, extra)
            .await;
        let (exchange, canaries) = made.map_err(|error| error.to_string())?;
        let sent = exchange.request.body.value().cloned().unwrap_or_default();
        let texts: Vec<(String, String)> = leaves(&sent)
            .values()
            .filter_map(|leaf| Some((leaf.name.to_owned(), text_of(leaf.value)?)))
            .collect();
        let password = texts.iter().find(|(name, _)| is_password(name));
        let names = [
            "username", "login", "user", "email", "userid", "phone", "name",
        ];
        let username = names
            .iter()
            .find_map(|wanted| texts.iter().find(|(name, _)| folded(name) == *wanted));
        let (Some((_, password)), Some((_, username))) = (password, username) else {
            return Err("the registration has no name or no password".to_owned());
        };
        Ok(Registered {
            account: Account {
                username: username.clone(),
                password: Secret::new(password.clone()),
            },
            exchange,
            canaries,
            sent,
        })
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

impl Session {
    /// Returns true if an account can sign in with a password.
    pub async fn accepts_password(
        &self,
        index: IdentityIndex,
        password: &str,
    ) -> Result<bool, ProbeError> {
        let Some(identity) = self.identity(index) else {
            return Ok(false);
        };
        let account = RwLock::read(&identity.account).clone();
        let Some(account) = account else {
            return Ok(false);
        };
        let account = Account {
            password: Secret::new(password),
            ..account
        };
        Ok(self.token_of(&account, &identity).await?.is_some())
    }
}
