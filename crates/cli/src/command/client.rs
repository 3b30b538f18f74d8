//! `airside client`.

use serde_json::{Map, Value, json};

use crate::{
    args::{Client, ClientFields},
    exit::Failure,
    output::Output,
    secret,
    socket::{Admin, segment},
};

pub async fn run(command: Client, admin: &Admin, output: &Output) -> Result<(), Failure> {
    match command {
        Client::Create { client_id, fields } => {
            let mut new = metadata(&fields)?;
            if let Some(client_id) = client_id {
                set(&mut new, "client_id", client_id.into());
            }
            let created = admin.post("/clients", &new).await?;
            if created.get("client_secret").is_some() {
                output.remark("The secret is shown only now.");
            }
            output.object(&created)
        }
        Client::List => {
            let clients = admin.list("/clients").await?;
            output.list(
                &clients,
                &[
                    ("CLIENT", "client_id"),
                    ("NAME", "client_name"),
                    ("METHOD", "token_endpoint_auth_method"),
                    ("GRANTS", "grant_types"),
                    ("OWNER", "origin"),
                ],
            )
        }
        Client::Show { client_id } => output.object(&admin.get(&path(&client_id)).await?),
        Client::Edit {
            client_id,
            fields,
            add_redirect_uri,
        } => {
            let mut patch = metadata(&fields)?;
            if !add_redirect_uri.is_empty() {
                let old = admin.get(&path(&client_id)).await?;
                let mut uris = match patch.get("redirect_uris") {
                    Some(Value::Array(uris)) => uris.clone(),
                    _ => old
                        .get("redirect_uris")
                        .and_then(Value::as_array)
                        .cloned()
                        .unwrap_or_default(),
                };
                uris.extend(add_redirect_uri.into_iter().map(Value::from));
                set(&mut patch, "redirect_uris", Value::Array(uris));
            }
            output.object(&admin.patch(&path(&client_id), &patch).await?)
        }
        Client::RotateSecret { client_id } => {
            let path = format!("{}/secret", path(&client_id));
            let changed = admin.post(&path, &json!({})).await?;
            output.remark(
                "The secret is shown only now. The one before it works until the next rotation.",
            );
            output.object(&changed)
        }
        Client::Delete { client_id } => {
            admin.delete(&path(&client_id)).await?;
            output.remark(&format!("Deleted the client `{client_id}`."));
            Ok(())
        }
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
fn metadata(fields: &ClientFields) -> Result<Value, Failure> {
    let mut members = match &fields.metadata {
        None => Map::new(),
        Some(argument) => {
            let text = secret::read(argument)?;
            serde_json::from_str(text.expose())
                .map_err(|error| Failure::usage(format!("--metadata is no JSON object: {error}")))?
        }
    };
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    for (name, value) in [
        ("client_name", &fields.client_name),
        (
            "token_endpoint_auth_method",
            &fields.token_endpoint_auth_method,
        ),
        ("scope", &fields.scope),
    ] {
        if let Some(value) = value {
            set(name, value.clone().into());
        }
    }
    if fields.public {
        set("token_endpoint_auth_method", "none".into());
    }
    for (name, values) in [
        ("redirect_uris", &fields.redirect_uris),
        (
            "post_logout_redirect_uris",
            &fields.post_logout_redirect_uris,
        ),
        ("grant_types", &fields.grant_types),
        ("resources", &fields.resources),
    ] {
        if !values.is_empty() {
            set(name, values.clone().into());
        }
    }
    Ok(Value::Object(members))
}
