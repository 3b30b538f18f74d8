//! Registrations, by a recipe or by an operation of the document.

use serde_json::{Map, Value};

use crate::{
    document::{Kind, Operation},
    exchange::{Recorded, RequestBody},
    identity::{Account, Secret, recipe::RecipeRequest},
    request::Assignment,
    session::Session,
    tree::{leaves, text_of},
    value::Canary,
    word::{folded, is_password},
};

/// A registration that was accepted.
pub(super) struct Registered {
    pub(super) account: Account,
    pub(super) exchange: Recorded,
    pub(super) canaries: Vec<Canary>,
    pub(super) sent: Value,
}

impl Session {
    /// Registers an account by the recipe or by an operation of the document.
    pub(super) async fn register(
        &self,
        extra: Option<&Map<String, Value>>,
    ) -> Result<Registered, String> {
        if let Some(request) = &self.recipe.register {
            return self.register_by_recipe(request, extra).await;
        }
        let mut why = "the document has no operation that makes accounts".to_owned();
        let operations = self.api.of_kind(Kind::Register);
        for operation in operations.filter(|one| one.administrative.is_none()) {
            match self.register_by(operation, extra).await {
                Ok(registered) => return Ok(registered),
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    async fn register_by_recipe(
        &self,
        request: &RecipeRequest,
        extra: Option<&Map<String, Value>>,
    ) -> Result<Registered, String> {
        let account = Account {
            username: format!("{}@example.com", self.mint.canary()),
            password: Secret::new(format!("Aa1!{}", self.mint.canary())),
        };
        let mut spec = self.recipe_spec(request, &account);
        if let (RequestBody::Json(Value::Object(members)), Some(extra)) = (&mut spec.body, extra) {
            members.extend(extra.clone());
        }
        let sent = spec.body.value().cloned().unwrap_or_default();
        let exchange = self.send_with(None, spec).await;
        let exchange = exchange.map_err(|error| error.to_string())?;
        if !exchange.answer.is_accepted() {
            let status = exchange.answer.status;
            return Err(format!("the registration is refused with {status}"));
        }
        Ok(Registered {
            canaries: vec![Canary {
                name: "username".to_owned(),
                text: account.username.clone(),
            }],
            account,
            exchange,
            sent,
        })
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
        let account = account_in(&sent).ok_or("the registration has no name or no password")?;
        Ok(Registered {
            account,
            exchange,
            canaries,
            sent,
        })
    }
}

/// Returns the account that a body registers.
fn account_in(sent: &Value) -> Option<Account> {
    let leaves = leaves(sent);
    let texts = leaves.values();
    let texts: Vec<(&str, String)> = texts
        .filter_map(|leaf| Some((leaf.name, text_of(leaf.value)?)))
        .collect();
    let (_, password) = texts.iter().find(|(name, _)| is_password(name))?;
    let of_name = |wanted: &&str| texts.iter().find(|(name, _)| folded(name) == *wanted);
    let (_, username) = NAMES.iter().find_map(of_name)?;
    Some(Account {
        username: username.clone(),
        password: Secret::new(password.clone()),
    })
}

/// The names of members by whose values accounts sign in, the likeliest first.
const NAMES: [&str; 7] = [
    "username", "login", "user", "email", "userid", "phone", "name",
];
