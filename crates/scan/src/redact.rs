//! Tokens and passwords in what is printed.

use serde_json::Value;

use crate::{identity::Identity, report::curl, session::Session, tree::leaves, word::folded};

/// The secrets of a scan, and what is written in their place.
#[derive(Default)]
pub struct Redaction {
    secrets: Vec<(String, String)>,
}

impl std::fmt::Debug for Redaction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redaction")
    }
}

impl Redaction {
    /// Collects the tokens of callers, those in answers, and the passwords of named accounts.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let mut redaction = Self::default();
        for identity in session.identities() {
            redaction.add_identity(&identity);
        }
        for token in session.past_tokens() {
            redaction.add(token.reveal(), "$TOKEN");
        }
        let log = session.probe.log();
        let answers = log.iter().filter_map(|one| one.answer.json.as_ref());
        for token in answers.flat_map(tokens) {
            redaction.add(&token, "$TOKEN");
        }
        redaction
            .secrets
            .sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        redaction
    }

    fn add_identity(&mut self, identity: &Identity) {
        let variable = format!("${}", curl::variable(&identity.name));
        if let Some(token) = identity.token.read().as_ref() {
            self.add(token.reveal(), &variable);
        }
        let account = identity.account.read().clone();
        if let Some(account) = account.filter(|_| !identity.is_throwaway) {
            let name = variable.replace("$TOKEN_", "$PASSWORD_");
            self.add(account.password.reveal(), &name);
        }
    }

    fn add(&mut self, secret: &str, name: &str) {
        let is_known = self.secrets.iter().any(|(own, _)| own == secret);
        if secret.len() >= 4 && !is_known {
            self.secrets.push((secret.to_owned(), name.to_owned()));
        }
    }

    /// Returns the secrets with what is written in their place, the longest first.
    #[must_use]
    pub fn secrets(&self) -> &[(String, String)] {
        &self.secrets
    }

    /// Returns a text without secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (secret, name) in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), name);
            }
        }
        text
    }
}

/// Returns what looks like a token in an answer, by its name or its shape.
fn tokens(json: &Value) -> Vec<String> {
    let leaves = leaves(json);
    let texts = leaves
        .values()
        .filter_map(|leaf| Some((folded(leaf.name), leaf.value.as_str()?)));
    let tokens = texts.filter(|(name, text)| {
        let is_named = name.ends_with("token") || name == "jwt" || name == "bearer";
        let is_jwt = text.starts_with("ey") && text.matches('.').count() == 2;
        is_named && text.len() >= 8 || is_jwt
    });
    tokens.map(|(_, text)| text.to_owned()).collect()
}
