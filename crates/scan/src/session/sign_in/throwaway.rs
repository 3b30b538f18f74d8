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
    world::{Object, fields_of_new},
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
        let identities = self.identities();
        let is_made = |one: &Object| {
            let owner = identities.get(one.owner);
            owner.is_some_and(|one| one.is_throwaway)
        };
        let known = self
            .world
            .lock()
            .usable()
            .find(|one| one.entity == "user" && one.made_by.is_some() && is_made(one));
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
        let identity = self.identity_of(&registered);
        let signed_in = self.token_of(&registered.account, &identity).await;
        let signed_in = signed_in.map_err(|error| error.to_string())?;
        let sign_in = signed_in.is_some().then(|| self.probe.last_number());
        let own = token_in(&registered.exchange.answer, self.recipe.token.as_deref());
        let token = signed_in.or(own);
        identity.set_token(
            token.ok_or("an account was made, and it cannot sign in: say how (--sign-in FILE)")?,
        );
        let index = {
            let mut identities = self.identities.write();
            identities.push(Arc::new(identity));
            identities.len() - 1
        };
        let object = self.user_object(index, registered, sign_in);
        if extra.is_some() {
            self.world.lock().retire(&object);
        }
        Ok((index, object))
    }

    /// Returns the caller of a new account, with the facts that its registration tells.
    fn identity_of(&self, registered: &Registered) -> Identity {
        let made = self.identities().into_iter();
        let number = made.filter(|one| one.is_throwaway).count() + 1;
        let mut identity = Identity::new(NamedIdentity {
            name: format!("made{number}"),
            role: None,
            tenant: None,
            credential: Credential::Account(registered.account.clone()),
        });
        identity.is_throwaway = true;
        let answer = registered.exchange.answer.json.as_ref();
        let answer = answer.map(|json| objects(json, Some("user")));
        for (name, value) in answer.iter().flatten().flat_map(|one| &one.fields) {
            if !is_password(name) {
                identity.learn(name, value);
            }
        }
        let sent = objects(&registered.sent, Some("user"));
        for (name, value) in sent.iter().flat_map(|one| &one.fields) {
            // what was asked for need not be given
            let is_right = RIGHTS.iter().any(|word| name.contains(word));
            if !is_password(name) && !is_right {
                identity.learn(name, value);
            }
        }
        identity
    }

    fn user_object(
        &self,
        index: IdentityIndex,
        registered: Registered,
        sign_in: Option<u64>,
    ) -> Arc<Object> {
        let exchange = &registered.exchange;
        let mut canaries = registered.canaries;
        let found = self.objects_in(exchange, Some("user"));
        let mut fields = fields_of_new("user", &found, &registered.sent, &canaries);
        self.add_location(exchange, "user", &mut fields);
        canaries.retain(|canary| !is_password(&canary.name));
        fields.retain(|name, _| !is_password(name));
        if let Some(identity) = self.identity(index) {
            for (name, value) in identity.facts.read().iter() {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
            if let Some(id) = identity.fact(&["id", "userid", "uid", "useruuid", "sub"]) {
                fields.entry("id".to_owned()).or_insert(id);
            }
        }
        self.world.lock().add(Object {
            entity: "user".to_owned(),
            owner: index,
            fields,
            canaries,
            made_by: Some(exchange.request.operation),
            history: [exchange.number].into_iter().chain(sign_in).collect(),
            sent: registered.sent,
        })
    }
}

/// Parts of the names of rights.
const RIGHTS: [&str; 4] = ["role", "admin", "staff", "group"];
