//! The halves of a recipe as the documents show them.

use std::fmt::Write;

use serde_json::json;

use super::super::*;
use super::{Recipe, example};

pub(super) fn section(recipe: &Recipe) -> String {
    let product = &recipe.product;
    let mut places = example(&product.name);
    places.url = recipe.at.clone().unwrap_or(places.url);
    let mut text = format!("\n## <a id=\"{}\"></a>{}\n\n", product.name, product.title);
    if let Some(package) = &recipe.package {
        write!(text, "{package}. ").unwrap();
    }
    match recipe.run.starts_with("scripts/") {
        true => writeln!(text, "Run by `{}`.", recipe.run).unwrap(),
        false => writeln!(text, "Not run: {}.", recipe.run).unwrap(),
    }
    text += &operators_half(recipe, &places);
    for file in &product.file {
        let body = file.render(&places);
        write!(
            text,
            "\n`{}`:\n\n<!-- tested by the_recipes_are_what_the_table_says -->\n```{}\n{}\n```\n",
            file.name,
            file.language,
            body.trim_end()
        )
        .unwrap();
    }
    format!("{text}\n{}\n", places.fill(recipe.notes.trim_end()))
}

fn operators_half(recipe: &Recipe, places: &Places) -> String {
    let product = &recipe.product;
    let mut commands = String::new();
    if let Some(api) = &recipe.resource {
        let scopes: String = api
            .scopes
            .iter()
            .map(|one| format!(" --scope {one}"))
            .collect();
        let identifier = places.fill(&api.identifier);
        writeln!(commands, "airside resource create {identifier}{scopes}").unwrap();
    }
    let at = if product.needs_url() {
        format!(" --at {}", places.url)
    } else {
        String::new()
    };
    writeln!(commands, "airside client create --for {}{at}", product.name).unwrap();
    format!(
        "\n```sh\n{commands}```\n\nor in `airside.toml`:\n\n```toml\n{}```\n",
        configuration(recipe, places)
    )
}

fn configuration(recipe: &Recipe, places: &Places) -> String {
    let mut text = String::new();
    if let Some(api) = &recipe.resource {
        let identifier = places.fill(&api.identifier);
        let scopes = json!(api.scopes);
        writeln!(
            text,
            "[[resource]]\nidentifier = \"{identifier}\"\nscopes = {scopes}\n"
        )
        .unwrap();
    }
    let client_id = &places.client_id;
    writeln!(text, "[[client]]\nclient_id = \"{client_id}\"").unwrap();
    let metadata = recipe.product.metadata(places);
    if metadata.get("token_endpoint_auth_method") != Some(&json!("none")) {
        writeln!(text, "client_secret = {{ file = \"{client_id}.secret\" }}").unwrap();
    }
    for (name, value) in &metadata {
        match value {
            Value::Array(items) if items.len() > 1 => {
                let items = items.iter().map(|item| format!("  {item},\n"));
                writeln!(text, "{name} = [\n{}]", items.collect::<String>()).unwrap();
            }
            _ => writeln!(text, "{name} = {value}").unwrap(),
        }
    }
    text
}
