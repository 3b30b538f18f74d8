//! The `claims` parameter (OIDC Core §5.5): single claims that a client asks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::OAuthError;

/// The `claims` parameter. Members that are not understood are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// The claims of `/userinfo`, by name.
    pub userinfo: BTreeMap<String, ClaimRequest>,
    /// The claims of the ID token, by name.
    pub id_token: BTreeMap<String, ClaimRequest>,
}

/// The request for one claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ClaimRequest {
    /// True if the client cannot do without it.
    #[serde(default)]
    pub essential: bool,
    #[serde(default)]
    value: Option<Value>,
    #[serde(default)]
    values: Option<Vec<Value>>,
}

/// The text is not a `claims` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "claims must be a JSON object whose members `userinfo` and `id_token` have, for each claim, null \
     or an object with `essential`, `value` and `values`"
)]
pub struct ClaimsRequestError;

impl From<ClaimsRequestError> for OAuthError {
    fn from(expected: ClaimsRequestError) -> Self {
        Self::invalid_request(expected.to_string())
    }
}

impl ClaimsRequest {
    /// Returns the values of `acr` of which the ID token must have one; `None` if any will do.
    pub fn essential_acr(&self) -> Option<Vec<&str>> {
        let acr = self.id_token.get("acr").filter(|acr| acr.essential)?;
        let values: Vec<&str> = acr.values().filter_map(Value::as_str).collect();
        let has_value = acr.values().next().is_some();
        has_value.then_some(values)
    }

    /// Returns the values of each request that names the people it may be about.
    pub fn subjects(&self) -> impl Iterator<Item = Vec<&str>> {
        let requests = [self.id_token.get("sub"), self.userinfo.get("sub")];
        let requests = requests.into_iter().flatten();
        let named = requests.filter(|sub| sub.values().next().is_some());
        named.map(|sub| sub.values().filter_map(Value::as_str).collect())
    }
}

impl ClaimRequest {
    fn values(&self) -> impl Iterator<Item = &Value> {
        self.value.iter().chain(self.values.iter().flatten())
    }
}

impl FromStr for ClaimsRequest {
    type Err = ClaimsRequestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sent: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| ClaimsRequestError)?;
        Ok(Self {
            userinfo: member(sent.get("userinfo"))?,
            id_token: member(sent.get("id_token"))?,
        })
    }
}

fn member(sent: Option<&Value>) -> Result<BTreeMap<String, ClaimRequest>, ClaimsRequestError> {
    match sent {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(claims)) => claims
            .iter()
            .map(|(name, sent)| Ok((name.clone(), claim(sent)?)))
            .collect(),
        Some(_) => Err(ClaimsRequestError),
    }
}

fn claim(sent: &Value) -> Result<ClaimRequest, ClaimsRequestError> {
    match sent {
        Value::Null => Ok(ClaimRequest::default()),
        Value::Object(_) => ClaimRequest::deserialize(sent).map_err(|_| ClaimsRequestError),
        _ => Err(ClaimsRequestError),
    }
}

/// The single claims that a client is told about a person, beside those that its scopes release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleClaims {
    /// The names of those at `/userinfo`.
    #[serde(rename = "u", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<String>,
    /// The names of those in ID tokens.
    #[serde(rename = "i", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<String>,
}

impl SingleClaims {
    /// Returns the claims of a request whose names pass `is_releasable`.
    pub(crate) fn of(request: &ClaimsRequest, is_releasable: impl Fn(&str) -> bool) -> Self {
        let names = |claims: &BTreeMap<String, ClaimRequest>| {
            let names = claims.keys().filter(|name| is_releasable(name));
            names.cloned().collect()
        };
        Self {
            userinfo: names(&request.userinfo),
            id_token: names(&request.id_token),
        }
    }

    /// Returns true if there is none.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Returns every name once, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.userinfo.union(&self.id_token).map(String::as_str)
    }

    /// Returns true if the client is told every claim of `asked`, in one way or the other.
    pub fn cover(&self, asked: &Self) -> bool {
        let is_told = |name| self.userinfo.contains(name) || self.id_token.contains(name);
        asked.names().all(is_told)
    }

    /// Joins both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            userinfo: self.userinfo.union(&other.userinfo).cloned().collect(),
            id_token: self.id_token.union(&other.id_token).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClaimsRequest, ClaimsRequestError> {
        text.parse()
    }

    #[test]
    fn the_example_of_the_specification_is_understood() {
        // OIDC-Core-5.5
        let request = parse(
            r#"{ "userinfo": { "given_name": {"essential": true}, "nickname": null,
                 "email": {"essential": true}, "http://example.info/claims/groups": null },
               "id_token": { "auth_time": {"essential": true},
                 "acr": {"values": ["urn:mace:incommon:iap:silver"]} } }"#,
        )
        .unwrap();
        assert!(request.userinfo["given_name"].essential);
        assert_eq!(request.userinfo["nickname"], ClaimRequest::default());
        assert_eq!(request.essential_acr(), None);
        let known = ["given_name", "nickname", "email"];
        let single = SingleClaims::of(&request, |name| known.contains(&name));
        assert_eq!(
            single.names().collect::<Vec<_>>(),
            ["email", "given_name", "nickname"]
        );
        assert!(single.id_token.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_ignored_and_what_is_malformed_is_refused() {
        // OIDC-Core-5.5
        for text in [
            "{}",
            r#"{"userinfo":{}}"#,
            r#"{"userinfo":null,"other":{"name":1}}"#,
            r#"{"id_token":{"name":{"purpose":"x"}}}"#,
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in MALFORMED {
            assert_eq!(parse(text), Err(ClaimsRequestError), "{text}");
        }
    }

    const MALFORMED: [&str; 10] = [
        "",
        "null",
        "[]",
        "\"userinfo\"",
        r#"{"userinfo":["name"]}"#,
        r#"{"userinfo":{"name":[true]}}"#,
        r#"{"userinfo":{"name":true}}"#,
        r#"{"userinfo":{"name":{"essential":"yes"}}}"#,
        r#"{"userinfo":{"name":{"values":"x"}}}"#,
        r#"{"userinfo":{"name":null}"#,
    ];

    #[test]
    fn an_essential_acr_has_values_of_which_one_must_be_met() {
        // OIDC-Core-5.5.1.1
        let acr = |text: &str| {
            let request = parse(&format!(r#"{{"id_token":{{"acr":{text}}}}}"#)).unwrap();
            let values = request.essential_acr();
            values.map(|values| values.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        let some = |values: &[&str]| Some(values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(acr("null"), None);
        assert_eq!(acr(r#"{"essential":true}"#), None);
        assert_eq!(acr(r#"{"value":"a"}"#), None);
        assert_eq!(acr(r#"{"essential":true,"value":"a"}"#), some(&["a"]));
        assert_eq!(
            acr(r#"{"essential":true,"values":["a","b"]}"#),
            some(&["a", "b"])
        );
        assert_eq!(acr(r#"{"essential":true,"values":[1]}"#), some(&[]));
    }
}
