//! `airside user`.

use serde_json::{Map, Value, json};

use crate::{
    args::User,
    exit::Failure,
    output::Output,
    secret,
    socket::{Admin, segment},
};

pub async fn run(command: User, admin: &Admin, output: &Output) -> Result<(), Failure> {
    match command {
        User::Create {
            username,
            password,
            roles,
            admin: administrator,
            claims,
        } => {
            let password = secret::new_password(password.as_deref())?;
            let new = json!({
                "username": username,
                "password": password.expose(),
                "roles": roles,
                "administrator": administrator,
                "claims": parse_claims(&claims)?,
            });
            output.object(&admin.post("/users", &new).await?)
        }
        User::List => {
            let users = admin.get("/users?limit=1000").await?;
            output.list(
                &users,
                &[
                    ("USERNAME", "username"),
                    ("SUBJECT", "id"),
                    ("ROLES", "roles"),
                    ("ADMINISTRATOR", "administrator"),
                    ("DISABLED", "disabled"),
                ],
            )
        }
        User::Show { username } => output.object(&admin.get(&path(&username)).await?),
        User::Edit {
            username,
            roles,
            no_roles,
            admin: administrator,
            claims,
        } => {
            let mut edit = Map::new();
            if no_roles || !roles.is_empty() {
                edit.insert("roles".to_owned(), json!(roles));
            }
            if let Some(administrator) = administrator {
                edit.insert("administrator".to_owned(), administrator.into());
            }
            if !claims.is_empty() {
                edit.insert("claims".to_owned(), Value::Object(parse_claims(&claims)?));
            }
            output.object(&admin.patch(&path(&username), &Value::Object(edit)).await?)
        }
        User::SetPassword { username, password } => {
            let password = secret::new_password(password.as_deref())?;
            let body = json!({ "password": password.expose() });
            admin
                .post(&format!("{}/password", path(&username)), &body)
                .await?;
            output.remark("The password is set; every session and grant of the account has ended.");
            Ok(())
        }
        User::Disable { username } => set_disabled(&username, true, admin, output).await,
        User::Enable { username } => set_disabled(&username, false, admin, output).await,
        User::Delete { username } => {
            admin.delete(&path(&username)).await?;
            output.remark(&format!("Deleted the user `{username}`."));
            Ok(())
        }
    }
}

async fn set_disabled(
    username: &str,
    disabled: bool,
    admin: &Admin,
    output: &Output,
) -> Result<(), Failure> {
    output.object(
        &admin
            .patch(&path(username), &json!({ "disabled": disabled }))
            .await?,
    )
}

fn path(username: &str) -> String {
    format!("/users/{}", segment(username))
}

/// `NAME=VALUE`: a JSON value if it reads as true, false or a number, else text.
fn parse_claims(claims: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut out = Map::new();
    for claim in claims {
        let (name, text) = claim
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("`{claim}` is not NAME=VALUE")))?;
        let value = match serde_json::from_str(text) {
            Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
            _ => Value::from(text),
        };
        out.insert(name.to_owned(), value);
    }
    Ok(out)
}
