//! `airside user`.

use airside_oauth::state::{
    claim::{self, ClaimError},
    role::Role,
};
use serde_json::{Map, Value, json};

use crate::{
    args::{Claims, Filter, NewUser, User, UserEdit},
    exit::CommandError,
    listing::Listing,
    output::Output,
    secret,
    socket::{Admin, segment},
};

pub async fn run(command: User, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        User::Create(new) => output.object(&admin.post("/users", &account(new)?).await?),
        User::List {
            collisions: true, ..
        } => list_collisions(admin, output).await,
        User::List {
            filter,
            collisions: false,
        } => list(&filter, admin, output).await,
        User::Show { username } => output.object(&admin.get(&path(&username)).await?),
        User::Edit(changed) => {
            let path = path(&changed.username);
            let edit = Edit::of(changed)?;
            output.object(&admin.patch(&path, &edit.to_json()).await?)
        }
        User::SetPassword { username, password } => {
            set_password(&username, password.as_deref(), admin, output).await
        }
        User::Rename {
            username,
            new,
            force,
        } => {
            let edit = json!({ "username": new, "force": force });
            patch(&username, &edit, admin, output).await
        }
        User::Unlock { username } => unlock(&username, admin, output).await,
        User::SetupLink => make_setup_link(admin, output).await,
        User::Disable { username, force } => {
            let edit = json!({ "disabled": true, "force": force });
            patch(&username, &edit, admin, output).await
        }
        User::Enable { username } => {
            let edit = json!({ "disabled": false });
            patch(&username, &edit, admin, output).await
        }
        User::Delete {
            username,
            force,
            yes,
        } => {
            if !yes && !force {
                output.confirm(&format!("Delete the user `{username}`?"))?;
            }
            delete(&username, force, admin, output).await
        }
    }
}

/// Returns the body of the request that makes an account.
fn account(new: NewUser) -> Result<Value, CommandError> {
    let password = secret::new_password(new.password.as_deref())?;
    Ok(json!({
        "username": new.username,
        "force": new.force,
        "password": password.expose(),
        "roles": new.roles,
        "administrator": new.admin,
        "claims": read_claims(&new.claims)?,
    }))
}

async fn patch(
    username: &str,
    edit: &Value,
    admin: &Admin,
    output: &Output,
) -> Result<(), CommandError> {
    output.object(&admin.patch(&path(username), edit).await?)
}

async fn list_collisions(admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let columns = [("NAME", "name"), ("USERNAME", "username")];
    let collisions = Listing::of("/username-collisions");
    collisions.print(admin, *output, &columns).await.map(drop)
}

async fn make_setup_link(admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let made = admin.post("/setup-link", &json!({})).await?;
    output.remark("It makes the first administrator, once and within 30 minutes.");
    output.object(&made)
}

async fn delete(
    username: &str,
    force: bool,
    admin: &Admin,
    output: &Output,
) -> Result<(), CommandError> {
    let forced = if force { "?force=true" } else { "" };
    admin.delete(&format!("{}{forced}", path(username))).await?;
    output.remark(&format!("Deleted the user `{username}`."));
    Ok(())
}

async fn list(filter: &Filter, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let columns = [
        ("USERNAME", "username"),
        ("SUBJECT", "id"),
        ("ROLES", "roles"),
        ("ADMINISTRATOR", "administrator"),
        ("DISABLED", "disabled"),
    ];
    let users = filter.of(Listing::of("/users"), &["username", "roles"]);
    users.print(admin, *output, &columns).await.map(drop)
}

async fn set_password(
    username: &str,
    password: Option<&str>,
    admin: &Admin,
    output: &Output,
) -> Result<(), CommandError> {
    let password = secret::new_password(password)?;
    let body = json!({ "password": password.expose() });
    let path = format!("{}/password", path(username));
    admin.post(&path, &body).await?;
    output.remark("The password is set; every session and grant of the account has ended.");
    Ok(())
}

async fn unlock(username: &str, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let path = format!("{}/unlock", path(username));
    admin.post(&path, &json!({})).await?;
    output.remark(
        "The failed sign-ins of the account are forgotten at the node that was asked: each node counts for itself, so with several, unlock at each.",
    );
    Ok(())
}

/// The changes of an account.
struct Edit {
    roles: Option<Vec<Role>>,
    administrator: Option<bool>,
    force: bool,
    claims: Map<String, Value>,
    removed_claims: Vec<String>,
}

impl Edit {
    fn of(changed: UserEdit) -> Result<Self, CommandError> {
        let has_roles = changed.no_roles || !changed.roles.is_empty();
        Ok(Self {
            roles: has_roles.then_some(changed.roles),
            administrator: changed.admin,
            force: changed.force,
            claims: read_claims(&changed.claims)?,
            removed_claims: changed.removed_claims,
        })
    }

    /// Returns the body of the request, without the members that stay as they are.
    fn to_json(&self) -> Value {
        let claims = (!self.claims.is_empty()).then(|| json!(self.claims));
        let removed = (!self.removed_claims.is_empty()).then(|| json!(self.removed_claims));
        let members = [
            ("force", self.force.then(|| true.into())),
            ("roles", self.roles.as_ref().map(|roles| json!(roles))),
            ("administrator", self.administrator.map(Value::from)),
            ("set_claims", claims),
            ("remove_claims", removed),
        ];
        let present = members.into_iter();
        present
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

fn path(username: &str) -> String {
    format!("/users/{}", segment(username))
}

/// Reads `NAME=VALUE`, by the type of the name, and `NAME=JSON`.
fn read_claims(given: &Claims) -> Result<Map<String, Value>, CommandError> {
    let mut claims = Map::new();
    for (texts, parse) in [
        (&given.claims, claim::parse as ParseClaim),
        (&given.json, claim::parse_json),
    ] {
        for text in texts {
            let (name, text) = text
                .split_once('=')
                .ok_or_else(|| CommandError::usage(format!("`{text}` is not NAME=VALUE")))?;
            let value =
                parse(name, text).map_err(|error| CommandError::usage(error.to_string()))?;
            if claims.insert(name.to_owned(), value).is_some() {
                return Err(CommandError::usage(format!(
                    "the claim `{name}` is given twice"
                )));
            }
        }
    }
    Ok(claims)
}

type ParseClaim = fn(&str, &str) -> Result<Value, ClaimError>;
