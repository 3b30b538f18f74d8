//! Names of accounts: which are refused, and which look like another one.

use std::str::FromStr;

use airside_oauth::{
    id::UserId,
    state::user::{TypedName, Username, UsernameError},
};
use airside_resource::Function;
use airside_store::NameCollision;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    admin::{
        AdminError,
        action::ReadUsers,
        answer::Listing,
        call::Call,
        input::{Nothing, Page},
    },
    issuer::Issuer,
};

/// An account with the form of its name that another account has, too.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsernameCollision")]
pub(in crate::admin) struct ShownCollision {
    /// The form of RFC 8265 of both names.
    name: String,
    /// The name of the account, as it is stored.
    username: String,
}

/// Lists accounts that RFC 8265 takes for one.
pub(in crate::admin) async fn collisions(
    _: Function<ReadUsers>,
    call: Call<Nothing, Page>,
) -> Result<Listing<ShownCollision>, AdminError> {
    let (page, store) = (&call.query, &call.context.issuer.store);
    let after: Option<Position> = call.after(page)?;
    let after = after.map(|Position(collision)| collision);
    let collisions = store.name_collisions(after.as_ref(), page.limit_and_next());
    let shown = collisions
        .await?
        .into_iter()
        .map(|collision| ShownCollision {
            name: collision.form,
            username: collision.username,
        });
    Ok(call.listing(page.limit(), shown.collect(), |shown| {
        format!("{}\n{}", shown.name, shown.username)
    }))
}

/// A collision as cursors name it: no name has a line break.
struct Position(NameCollision);

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (form, username) = text.split_once('\n').ok_or(())?;
        Ok(Self(NameCollision {
            form: form.to_owned(),
            username: username.to_owned(),
        }))
    }
}

/// Reads the name of a new account.
pub(super) fn new_name(text: &str, force: bool) -> Result<Username, AdminError> {
    match Username::parse(text) {
        Err(UsernameError::MixedScripts(_)) if force => {
            Username::parse_any_scripts(text).map_err(invalid)
        }
        Err(error @ UsernameError::MixedScripts(_)) => Err(AdminError::invalid(format!(
            "{error}; `force` (`--force`) allows it"
        ))),
        result => result.map_err(invalid),
    }
}

/// Requires that no account but `own` has a name of another script that looks the same.
pub(super) async fn require_no_look_alike(
    issuer: &Issuer,
    name: &Username,
    own: Option<UserId>,
) -> Result<(), AdminError> {
    for other in name.look_alikes() {
        let known = issuer.store.user(&TypedName::from(&other)).await?;
        if let Some(known) = known.filter(|known| Some(known.id) != own) {
            let (name, known) = (name.as_str(), known.username.as_str());
            return Err(AdminError::invalid(format!(
                "`{name}` looks like the user `{known}`, whose name is of another script; `force` (`--force`) allows it"
            )));
        }
    }
    Ok(())
}

pub(super) fn taken(typed: &str, known: &Username) -> AdminError {
    let known = known.as_str();
    let message = match known == typed {
        true => format!("there is a user `{known}` already"),
        false => format!("there is a user `{known}` already, whom `{typed}` finds"),
    };
    AdminError::conflict(message)
}

pub(super) fn invalid(error: UsernameError) -> AdminError {
    AdminError::invalid(error.to_string())
}
