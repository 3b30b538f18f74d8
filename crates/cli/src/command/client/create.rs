//! `airside client create`, also for a product.

use serde_json::{Map, Value, json};

use super::product::{self, Places, Product};
use crate::{args::ForProduct, exit::CommandError, output::Output, secret, socket::Admin};

/// Registers a client with what was `given` of its metadata; with a product, prints the product's half as
/// well.
pub async fn run(
    client_id: Option<String>,
    chosen: &ForProduct,
    given: Map<String, Value>,
    admin: &Admin,
    output: &Output,
) -> Result<(), CommandError> {
    match chosen.product.as_deref() {
        None => {
            let mut new = given;
            if let Some(client_id) = client_id {
                new.insert("client_id".to_owned(), client_id.into());
            }
            let created = post(new, admin, output).await?;
            output.object(&created)
        }
        Some("list") => list(output),
        Some(name) => {
            let product = product::find(name)?;
            let mut places = places(&product, client_id, chosen)?;
            places.issuer = admin.issuer().await?;
            let mut new = product.metadata(&places);
            new.extend(given);
            new.insert("client_id".to_owned(), places.client_id.as_str().into());
            let created = post(new, admin, output).await?;
            let secret = created.get("client_secret").and_then(Value::as_str);
            places.client_secret = secret.unwrap_or_default().to_owned();
            print(&product, &places, created, output)
        }
    }
}

async fn post(
    new: Map<String, Value>,
    admin: &Admin,
    output: &Output,
) -> Result<Value, CommandError> {
    let created = admin.post("/clients", &Value::Object(new)).await?;
    if created.get("client_secret").is_some() {
        output.remark("The secret is shown only now.");
    }
    Ok(created)
}

/// Everything that is known before the client is registered.
fn places(
    product: &Product,
    client_id: Option<String>,
    chosen: &ForProduct,
) -> Result<Places, CommandError> {
    let url = match &chosen.address {
        Some(address) => product::parse_url(address)?,
        None if product.needs_url() => {
            let title = &product.title;
            return Err(CommandError::usage(format!(
                "--at is missing: the address of {title}, as in --at https://app.example.com"
            )));
        }
        None => String::new(),
    };
    let client_id = client_id.unwrap_or_else(|| product.name.clone());
    if !product::is_plain(&client_id) {
        return Err(CommandError::usage(format!(
            "`{client_id}` has characters that configurations would have to quote: use letters, digits, `-`, `.` and `_`"
        )));
    }
    Ok(Places {
        issuer: String::new(),
        url,
        client_id,
        client_secret: String::new(),
        random: secret::random(),
    })
}

fn list(output: &Output) -> Result<(), CommandError> {
    let products = product::all()?;
    let rows = products.iter().map(|product| {
        let recipe = format!("docs/relying-parties/{}.md", product.page);
        json!({ "name": product.name, "title": product.title, "recipe": recipe })
    });
    let columns = [
        ("PRODUCT", "name"),
        ("TITLE", "title"),
        ("RECIPE", "recipe"),
    ];
    output.list(&rows.collect(), &columns)
}

/// Prints each file of the product, and the client beside them on standard error; as JSON, the files are a
/// member of the client.
fn print(
    product: &Product,
    places: &Places,
    mut created: Value,
    output: &Output,
) -> Result<(), CommandError> {
    let page = &product.page;
    output.remark(&format!("The recipe: docs/relying-parties/{page}.md"));
    if output.is_json() {
        let files = product.file.iter().map(|file| {
            json!({ "name": file.name, "language": file.language, "text": file.render(places) })
        });
        let files: Value = files.collect();
        if let Value::Object(members) = &mut created {
            members.insert("files".to_owned(), files);
        }
        return output.json(&created);
    }
    output.aside(&created);
    let files = product.file.iter().map(|file| {
        let text = file.render(places);
        format!("# {}\n{}", file.name, text.trim_end())
    });
    let files: Vec<_> = files.collect();
    output.line(&files.join("\n\n"))
}
