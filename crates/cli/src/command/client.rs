//! `airside client`.

mod create;
pub(super) mod product;

use serde_json::{Map, Value, json};

use crate::{
    args::{Client, ClientFields, ClientLists, Filter},
    exit::{Code, CommandError},
    listing::Listing,
    output::Output,
    secret,
    socket::{Admin, segment},
};

pub async fn run(command: Client, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        Client::Create {
            client_id,
            product,
            fields,
        } => {
            let given = metadata(&fields)?;
            create::run(client_id, &product, given, admin, output).await
        }
        Client::List(filter) => list(&filter, admin, output).await,
        Client::Show { client_id } => output.object(&admin.get(&path(&client_id)).await?),
        Client::Edit {
            client_id,
            fields,
            lists,
            no_backchannel_logout_uri,
        } => {
            let mut patch = Value::Object(metadata(&fields)?);
            if no_backchannel_logout_uri {
                set(&mut patch, "remove", json!(["backchannel_logout_uri"]));
            }
            change_lists(&mut patch, &lists, &client_id, admin).await?;
            output.object(&admin.patch(&path(&client_id), &patch).await?)
        }
        Client::RotateSecret { client_id } => rotate_secret(&client_id, admin, output).await,
        Client::Delete { client_id, yes } => {
            if !yes {
                output.confirm(&format!(
                    "Delete the client `{client_id}` and end everything issued to it?"
                ))?;
            }
            admin.delete(&path(&client_id)).await?;
            output.remark(&format!("Deleted the client `{client_id}`."));
            Ok(())
        }
    }
}

async fn list(filter: &Filter, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let columns = [
        ("CLIENT", "client_id"),
        ("NAME", "client_name"),
        ("METHOD", "token_endpoint_auth_method"),
        ("GRANTS", "grant_types"),
        ("OWNER", "origin"),
        ("DISABLED", "disabled"),
    ];
    let names = ["client_id", "client_name"];
    let clients = filter.of(Listing::of("/clients"), &names);
    clients.print(admin, *output, &columns).await.map(drop)
}

/// Writes the changed lists into a patch; they start from the lists in the patch, else from those of the
/// registered client.
async fn change_lists(
    patch: &mut Value,
    lists: &ClientLists,
    client_id: &str,
    admin: &Admin,
) -> Result<(), CommandError> {
    let changes = changes(lists);
    if changes.is_empty() {
        return Ok(());
    }
    let old = admin.get(&path(client_id)).await?;
    for change in changes {
        let base = patch.get(change.member).or_else(|| old.get(change.member));
        let value = change.apply(base)?;
        set(patch, change.member, value);
    }
    Ok(())
}

async fn rotate_secret(
    client_id: &str,
    admin: &Admin,
    output: &Output,
) -> Result<(), CommandError> {
    let path = format!("{}/secret", path(client_id));
    let changed = admin.post(&path, &json!({})).await?;
    output.remark("The secret is shown only now. The one before it works until the next rotation.");
    output.object(&changed)
}

/// The items to add to a list of a client's metadata, and those to remove from it.
struct ListChange<'a> {
    member: &'static str,
    added: &'a [String],
    removed: &'a [String],
}

fn changes(lists: &ClientLists) -> Vec<ListChange<'_>> {
    let all = [
        (
            "redirect_uris",
            &lists.add_redirect_uri,
            &lists.remove_redirect_uri,
        ),
        (
            "post_logout_redirect_uris",
            &lists.add_post_logout_redirect_uri,
            &lists.remove_post_logout_redirect_uri,
        ),
        (
            "grant_types",
            &lists.add_grant_type,
            &lists.remove_grant_type,
        ),
        ("scope", &lists.add_scope, &lists.remove_scope),
        ("resources", &lists.add_resource, &lists.remove_resource),
        (
            "allowed_origins",
            &lists.add_allowed_origin,
            &lists.remove_allowed_origin,
        ),
    ];
    let named = all
        .into_iter()
        .filter(|(_, added, removed)| !added.is_empty() || !removed.is_empty());
    named
        .map(|(member, added, removed)| ListChange {
            member,
            added,
            removed,
        })
        .collect()
}

impl ListChange<'_> {
    /// Makes the new value of the member: a list, or a text for `scope`. What is added twice is there once.
    fn apply(&self, base: Option<&Value>) -> Result<Value, CommandError> {
        let mut items: Vec<String> = match base {
            Some(Value::Array(items)) => {
                let texts = items.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            }
            Some(Value::String(text)) => text.split(' ').map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        items.retain(|item| !item.is_empty());
        for removed in self.removed {
            if !items.contains(removed) {
                let member = self.member;
                let there = items.join("`, `");
                return Err(CommandError::new(
                    Code::NotFound,
                    format!("`{removed}` is not in `{member}`, which has `{there}`"),
                ));
            }
            items.retain(|item| item != removed);
        }
        for added in self.added {
            if !items.contains(added) {
                items.push(added.clone());
            }
        }
        Ok(match self.member {
            "scope" => items.join(" ").into(),
            _ => items.into(),
        })
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value);
    }
}

fn path(client_id: &str) -> String {
    format!("/clients/{}", segment(client_id))
}

/// The metadata that the flags name; nothing else, so that it serves as a patch too.
fn metadata(fields: &ClientFields) -> Result<Map<String, Value>, CommandError> {
    let mut members = match &fields.metadata {
        None => Map::new(),
        Some(argument) => read_metadata(argument)?,
    };
    let given = (texts(fields).into_iter())
        .chain(switches(fields))
        .chain(lists(fields));
    members.extend(given.map(|(name, value)| (name.to_owned(), value)));
    Ok(members)
}

fn read_metadata(argument: &str) -> Result<Map<String, Value>, CommandError> {
    let text = secret::read(argument)?;
    serde_json::from_str(text.expose())
        .map_err(|error| CommandError::usage(format!("--metadata is no JSON object: {error}")))
}

/// A member of a client's metadata that a flag names.
type Member = (&'static str, Value);

fn texts(fields: &ClientFields) -> Vec<Member> {
    let named = [
        ("client_name", &fields.client_name),
        (
            "token_endpoint_auth_method",
            &fields.token_endpoint_auth_method,
        ),
        ("scope", &fields.scope),
        ("backchannel_logout_uri", &fields.backchannel_logout_uri),
        (
            "id_token_signed_response_alg",
            &fields.id_token_signed_response_alg,
        ),
        ("initiate_login_uri", &fields.initiate_login_uri),
        (
            "userinfo_signed_response_alg",
            &fields.userinfo_signed_response_alg,
        ),
        ("policy_uri", &fields.policy_uri),
        ("tos_uri", &fields.tos_uri),
        ("logo_uri", &fields.logo_uri),
    ];
    let present = named.into_iter();
    present
        .filter_map(|(name, value)| Some((name, value.clone()?.into())))
        .collect()
}

fn switches(fields: &ClientFields) -> Vec<Member> {
    let method = fields.public.then(|| "none".into());
    let max_age = fields.default_max_age.map(Value::from);
    let named = [
        ("first_party", fields.first_party),
        ("id_token_claims", fields.id_token_claims),
        ("require_pkce", fields.require_pkce),
        ("require_auth_time", fields.require_auth_time),
        (
            "authorization_response_iss",
            fields.authorization_response_iss,
        ),
    ];
    let named = named.map(|(name, value)| (name, value.map(Value::from)));
    let others = [
        ("token_endpoint_auth_method", method),
        ("default_max_age", max_age),
    ];
    let present = others.into_iter().chain(named);
    present
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn lists(fields: &ClientFields) -> Vec<Member> {
    let named = [
        ("redirect_uris", &fields.redirect_uris),
        (
            "post_logout_redirect_uris",
            &fields.post_logout_redirect_uris,
        ),
        ("grant_types", &fields.grant_types),
        ("resources", &fields.resources),
        ("allowed_origins", &fields.allowed_origins),
        ("resource_server_for", &fields.resource_server_for),
    ];
    let present = named.into_iter().filter(|(_, values)| !values.is_empty());
    present
        .map(|(name, values)| (name, values.clone().into()))
        .collect()
}
