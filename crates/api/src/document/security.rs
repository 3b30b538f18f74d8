//! The security requirements of an operation.

use std::fmt;

use serde_json::Value;

use super::reference::{Node, References};

/// The security requirements of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// No requirement is given.
    Unspecified,
    /// Nothing: `security: []`.
    Nothing,
    /// Alternative requirements.
    Alternatives(Vec<Alternative>),
}

/// Requirements that must all be met; an empty list is met by everybody.
pub type Alternative = Vec<Requirement>;

/// A scheme by which a caller is authenticated, and the scopes that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The name of the scheme in messages.
    pub name: String,
    /// The kind of the scheme.
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
    /// An unknown scheme, for this reason.
    Unknown(String),
}

/// The alternatives that an access token can meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgedSecurity<'a> {
    /// The distinct lists of scopes that the alternatives ask for, sorted.
    pub scopes: Vec<Vec<&'a str>>,
    /// The first alternative that is not supported.
    pub left_out: Option<ExcludedAlternative<'a>>,
}

/// An alternative that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExcludedAlternative<'a> {
    /// `{}`: everybody would meet it.
    Everybody,
    /// An access token does not meet this.
    Scheme(&'a Requirement),
}

impl Security {
    /// The alternatives that an access token can meet.
    #[must_use]
    pub fn judged(&self) -> JudgedSecurity<'_> {
        let mut judged = JudgedSecurity::default();
        let Self::Alternatives(alternatives) = self else {
            return judged;
        };
        for alternative in alternatives {
            let left_out = excluded(alternative);
            if left_out.is_some() {
                judged.left_out = judged.left_out.or(left_out);
                continue;
            }
            let all = alternative.iter().flat_map(|one| &one.scopes);
            let mut all: Vec<_> = all.map(String::as_str).collect();
            all.sort_unstable();
            all.dedup();
            if !judged.scopes.contains(&all) {
                judged.scopes.push(all);
            }
        }
        judged
    }
}

/// Says why an alternative does not count; `None` if it is access tokens alone.
fn excluded(alternative: &[Requirement]) -> Option<ExcludedAlternative<'_>> {
    let mut others = alternative.iter();
    let other = others.find(|one| one.scheme != Scheme::AccessToken);
    match other {
        Some(other) => Some(ExcludedAlternative::Scheme(other)),
        None => alternative
            .is_empty()
            .then_some(ExcludedAlternative::Everybody),
    }
}

impl fmt::Display for ExcludedAlternative<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = match self {
            Self::Everybody => {
                return formatter
                    .write_str("`{}` in `security` lets everybody in, and does not count");
            }
            Self::Scheme(one) => one,
        };
        let kind = match &one.scheme {
            Scheme::AccessToken => "is an access token",
            Scheme::ApiKey => "is an `apiKey`",
            Scheme::Basic => "is HTTP `basic`",
            Scheme::Http => "is another HTTP scheme than `bearer`",
            Scheme::MutualTls => "is `mutualTLS`",
            Scheme::Unknown(why) => why,
        };
        let name = &one.name;
        write!(
            formatter,
            "{name} {kind}, and the guard verifies access tokens"
        )
    }
}

/// Reads `security`, whose schemes are declared in `schemes`.
pub(super) fn read<'a>(
    security: Option<Node<'a>>,
    schemes: &Result<Option<Node<'a>>, String>,
    references: &References<'a>,
) -> Result<Security, String> {
    let Some(security) = security else {
        return Ok(Security::Unspecified);
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
        alternatives.push(requirements(
            Node {
                value: alternative,
                ..security
            },
            schemes,
            references,
        )?);
    }
    Ok(Security::Alternatives(alternatives))
}

/// Reads the schemes of one alternative.
fn requirements<'a>(
    alternative: Node<'a>,
    schemes: &Result<Option<Node<'a>>, String>,
    references: &References<'a>,
) -> Result<Vec<Requirement>, String> {
    let members = alternative.value.as_object();
    let members = members.ok_or("a security requirement is not an object")?;
    let mut all = Vec::new();
    for (name, scopes) in members {
        let scopes =
            texts(scopes).ok_or("the scopes of a security requirement are not a list of texts")?;
        references.charge(1 + scopes.len())?;
        let found = scheme(name, schemes, references);
        let is_quoted = !references.is_foreign(alternative) || found.is_ok();
        all.push(Requirement {
            name: match is_quoted {
                true => format!("the security scheme `{name}`"),
                false => "a security scheme".to_owned(),
            },
            scheme: found.unwrap_or_else(Scheme::Unknown),
            scopes,
        });
    }

    Ok(all)
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
