//! Accounts to be thrown away.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{registration::Registered, token::token_in};
use crate::{
    exchange::IdentityIndex,
    identity::{Credential, Identity, NamedIdentity},
    session::Session,
    tree::objects,
    word::is_password,
    world::Object,
};

impl Session {
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

    pub(super) async fn make_throwaway(
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
        let is_answer = found.iter().flatten().map(|one| (one, true));
        for (one, is_answer) in is_answer.chain(sent.iter().map(|one| (one, false))) {
            for (name, value) in &one.fields {
                // what was asked for need not be given
                let is_right = ["role", "admin", "staff", "group"]
                    .iter()
                    .any(|word| name.contains(word));
                if !is_password(name) && (is_answer || !is_right) {
                    identity.learn(name, value);
                }
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

    pub(super) fn user_object(
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
}
