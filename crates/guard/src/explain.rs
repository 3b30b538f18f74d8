//! Why a request would be allowed or refused: each check, and where its rule stands.

use http::{
    HeaderValue, Method, Request,
    header::{AUTHORIZATION, HOST},
};
use serde::Serialize;

use crate::{
    Guard, Refusal,
    judge::{self, Asked},
    operation::{Owner, Permission, Source},
};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is looked at.
    pub check: &'static str,
    /// What came of it.
    pub outcome: String,
    /// Where the rule stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
}

/// What a guard would do with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The checks, up to the one that refuses.
    pub steps: Vec<Step>,
    /// Whether it would be forwarded.
    pub allowed: bool,
    /// The status, if the guard would answer itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Guard {
    /// Explains a request with a token, without a body; nothing is forwarded.
    pub async fn explain(&self, token: &str, method: Method, path: &str) -> Explanation {
        let mut steps = Vec::new();
        let refused = self
            .explain_into(&mut steps, token, method, path)
            .await
            .err();
        if let Some(refusal) = &refused
            && let Some(last) = steps.last_mut()
            && last.outcome.is_empty()
        {
            last.outcome = refusal.to_string();
        }
        Explanation {
            allowed: refused.is_none(),
            status: refused.map(|refusal| refusal.status().as_u16()),
            steps,
        }
    }

    async fn explain_into(
        &self,
        steps: &mut Vec<Step>,
        token: &str,
        method: Method,
        path: &str,
    ) -> Result<(), Refusal> {
        begin(steps, "request", "");
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header(HOST, HeaderValue::from_static("explained"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(());
        let unreadable = Refusal::Ambiguous("the path or the token is none");
        let (parts, ()) = request.map_err(|_| unreadable)?.into_parts();
        let read = self.read(parts)?;
        end(steps, read.target.path_and_query());

        begin(steps, "operation", "");
        let found = self
            .configuration()
            .operations
            .find(&read.parts.method, &read.target);
        let (operation, parameters) = found?;
        end(steps, format!("{} {}", operation.method, operation.path));
        place(steps, &operation.place);
        let rule = match &operation.permission {
            Permission::Public(why) => {
                begin(steps, "permission", &operation.place);
                end(steps, format!("public: {why}"));
                return Ok(());
            }
            Permission::Undeclared(missing) => {
                begin(steps, "permission", &operation.place);
                end(steps, missing.clone());
                return Err(airside_resource::Rejection::NotAllowed.into());
            }
            Permission::Rule(rule) => rule,
        };

        begin(steps, "token", "");
        let who = self.caller(&read.parts).await?;
        end(
            steps,
            format!(
                "of `{}` by client `{}`",
                who.principal.subject, who.principal.client_id
            ),
        );

        begin(steps, "function", &operation.place);
        judge::function(rule, self.configuration(), &who.principal)?;
        end(steps, rule.need.to_string());

        if !rule.owner.sources().is_empty() || rule.query_fields.is_some() {
            begin(steps, "query", &operation.place);
            judge::query(rule, &read.target)?;
            end(steps, "it has no name that it may not have".to_owned());
        }

        begin(steps, "object", &operation.place);
        let rest = match &rule.owner {
            Owner::Any => "every object".to_owned(),
            Owner::Answer(pointer, expected) => {
                format!("decided by the answer: `{pointer}` must be {expected}")
            }
            Owner::Items {
                list,
                field,
                expected,
            } => {
                format!("of `{list}` the items whose `{field}` is {expected}")
            }
            Owner::Request(Source::Body(pointer), expected) => {
                format!("decided by the body: `{pointer}` must be {expected}")
            }
            owner @ (Owner::Lookup(..) | Owner::View(..)) if judge::is_in_body(owner) => {
                "decided by the body and a look-up".to_owned()
            }
            owner => {
                let asked = Asked {
                    target: &read.target,
                    parameters: &parameters,
                    body: None,
                };
                judge::object(rule, &who, &asked, self.outside()).await?;
                match owner {
                    Owner::Request(source, expected) => format!("{source} is {expected}"),
                    _ => "the owner that was looked up is the caller".to_owned(),
                }
            }
        };
        end(steps, rest);
        if let Some(fields) = &rule.body_fields {
            begin(steps, "fields", &operation.place);
            end(steps, format!("decided by the body: it may have {fields}"));
        }
        if let Some(show) = &rule.show {
            begin(steps, "answer", &operation.place);
            end(steps, format!("the caller sees of it only {show}"));
        }
        Ok(())
    }
}

fn begin(steps: &mut Vec<Step>, check: &'static str, place: &str) {
    steps.push(Step {
        check,
        outcome: String::new(),
        place: place.to_owned(),
    });
}

fn end(steps: &mut [Step], outcome: String) {
    if let Some(last) = steps.last_mut() {
        last.outcome = outcome;
    }
}

fn place(steps: &mut [Step], place: &str) {
    if let Some(last) = steps.last_mut() {
        place.clone_into(&mut last.place);
    }
}
