//! Registrations, by a recipe or by an operation of the document.

use serde_json::{Map, Value};

use crate::{
    document::{Kind, Operation},
    exchange::{Recorded, RequestBody},
    identity::{Account, Secret},
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

    pub(super) async fn register_by(
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
