//! What an operation requires of its caller.

use serde_json::Value;

use super::reference::{Node, References};

/// What an operation requires of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// It is not said.
    Unsaid,
    /// Nothing: `security: []`.
    Nothing,
    /// One of these.
    Alternatives(Vec<Alternative>),
}

/// Requirements that are all to be met; without one, everybody meets it.
pub type Alternative = Vec<Requirement>;

/// A scheme by which a caller shows who it is, and what it must have there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// How the scheme is called in a message.
    pub name: String,
    /// What it is.
    pub scheme: Scheme,
    /// Scopes, or roles.
    pub scopes: Vec<String>,
}

/// The kind of a security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// An access token, as `oauth2`, `openIdConnect`, or `http` with `bearer` or `dpop`.
    AccessToken,
    /// `apiKey`.
    ApiKey,
    /// `http` with `basic`.
    Basic,
    /// `http` with another scheme.
    Http,
    /// `mutualTLS`.
    MutualTls,
    /// It is not known, for this reason.
    Unknown(String),
}

/// Reads `security`, whose schemes are declared in `schemes`.
pub(super) fn read<'a>(
    security: Option<Node<'a>>,
    schemes: &Result<Option<Node<'a>>, String>,
    references: &References<'a>,
) -> Result<Security, String> {
    let Some(security) = security else {
        return Ok(Security::Unsaid);
    };
    let list = security
        .value
        .as_array()
        .ok_or("`security` is not a list")?;
    if list.is_empty() {
        return Ok(Security::Nothing);
    }
    if list.len() > MAX_ALTERNATIVES {
        return Err(format!(
            "`security` has more than {MAX_ALTERNATIVES} alternatives"
        ));
    }
    let mut alternatives = Vec::new();
    for alternative in list {
        references.charge(1)?;
        let members = alternative.as_object();
        let members = members.ok_or("a security requirement is not an object")?;
        let mut all = Vec::new();
        for (name, scopes) in members {
            let scopes = texts(scopes)
                .ok_or("the scopes of a security requirement are not a list of texts")?;
            references.charge(1 + scopes.len())?;
            let found = scheme(name, schemes, references);
            let is_quoted = !references.is_foreign(security) || found.is_ok();
            all.push(Requirement {
                name: match is_quoted {
                    true => format!("the security scheme `{name}`"),
                    false => "a security scheme".to_owned(),
                },
                scheme: found.unwrap_or_else(Scheme::Unknown),
                scopes,
            });
        }
        alternatives.push(all);
    }
    Ok(Security::Alternatives(alternatives))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter();
    texts.map(|one| one.as_str().map(str::to_owned)).collect()
}

fn scheme<'a>(
    name: &str,
    schemes: &Result<Option<Node<'a>>, String>,
    references: &References<'a>,
) -> Result<Scheme, String> {
    let lost = |why: &String| format!("is not found ({why})");
    let declared = schemes.as_ref().map_err(lost)?;
    let declared = declared.and_then(|schemes| schemes.member(name));
    let scheme = references.follow(declared.ok_or("is not declared")?);
    let scheme = scheme.map_err(|why| lost(&why))?;
    let kind = scheme.text("type").ok_or("has no `type`")?;
    let of_http = scheme.text("scheme").unwrap_or_default();
    Ok(match (kind, of_http.to_ascii_lowercase().as_str()) {
        ("oauth2" | "openIdConnect", _) | ("http", "bearer" | "dpop") => Scheme::AccessToken,
        ("apiKey", _) => Scheme::ApiKey,
        ("http", "basic") => Scheme::Basic,
        ("http", _) => Scheme::Http,
        ("mutualTLS", _) => Scheme::MutualTls,
        _ => return Err("has an unknown `type`".to_owned()),
    })
}

const MAX_ALTERNATIVES: usize = 1_000;
