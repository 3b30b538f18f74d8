//! `airside resource`.

mod shared;

use serde_json::{Map, Value};

use crate::{
    args::{Resource, ResourceFields},
    exit::CommandError,
    listing::Listing,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Resource, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        Resource::Create { identifier, fields } => {
            let mut new = metadata(&fields);
            new.insert("identifier".to_owned(), identifier.into());
            let made = admin.post("/resources", &Value::Object(new)).await?;
            output.object(&made)?;
            shared::tell(&made, admin, output).await;
            Ok(())
        }
        Resource::List => {
            let apis = Listing::of("/resources");
            apis.print(admin, *output, &COLUMNS).await.map(drop)
        }
        Resource::Show { identifier } => output.object(&admin.get(&path(&identifier)).await?),
        Resource::Edit {
            identifier,
            fields,
            no_scopes,
            no_claims,
        } => {
            let mut patch = metadata(&fields);
            let emptied = [("scopes", no_scopes), ("claims", no_claims)].into_iter();
            let emptied = emptied.filter(|(_, is_emptied)| *is_emptied);
            patch.extend(emptied.map(|(name, _)| (name.to_owned(), Value::Array(Vec::new()))));
            let patch = Value::Object(patch);
            let changed = admin.patch(&path(&identifier), &patch).await?;
            output.object(&changed)?;
            if !fields.scopes.is_empty() {
                shared::tell(&changed, admin, output).await;
            }
            Ok(())
        }
        Resource::Delete { identifier, yes } => {
            if !yes {
                output.confirm(&format!("Delete the API `{identifier}`?"))?;
            }
            admin.delete(&path(&identifier)).await?;
            output.remark(&format!("Deleted the API `{identifier}`."));
            Ok(())
        }
    }
}

fn path(identifier: &str) -> String {
    format!("/resources/{}", segment(identifier))
}

/// The metadata that the flags name; nothing else, so that it serves as a patch too.
fn metadata(fields: &ResourceFields) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, values) in [("scopes", &fields.scopes), ("claims", &fields.claims)] {
        if !values.is_empty() {
            members.insert(name.to_owned(), values.clone().into());
        }
    }
    if let Some(algorithm) = &fields.signing_alg {
        members.insert("signing_alg".to_owned(), algorithm.clone().into());
    }
    members
}

/// The columns of a list of APIs.
const COLUMNS: [(&str, &str); 5] = [
    ("API", "identifier"),
    ("SCOPES", "scopes"),
    ("SIGNED WITH", "signing_alg"),
    ("CLAIMS", "claims"),
    ("OWNER", "origin"),
];
