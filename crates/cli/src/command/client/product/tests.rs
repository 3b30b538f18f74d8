mod half;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use airside_testkit::assert_contains;

use self::half::section;
use super::*;

/// A recipe as its page shows it.
#[derive(Deserialize)]
struct Recipe {
    #[serde(flatten)]
    product: Product,
    package: Option<String>,
    run: String,
    resource: Option<Api>,
    /// The address in the recipe, if it is an unusual one.
    at: Option<String>,
    notes: String,
}

#[derive(Deserialize)]
struct Api {
    identifier: String,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Page {
    name: String,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Pages {
    page: Vec<Page>,
    product: Vec<Recipe>,
}

/// `UPDATE_REFERENCE=1` writes the pages again.
#[test]
fn the_recipes_are_what_the_table_says() {
    let table: Pages = toml::from_str(TABLE).unwrap();
    for page in &table.page {
        let recipes = table.product.iter();
        let of_page = recipes.filter(|recipe| recipe.product.page == page.name);
        let text = format!(
            "# {}\n\n{} [What holds for all](README.md).\n{}",
            page.title,
            page.text,
            of_page.map(section).collect::<String>()
        );
        compare(&page.name, &text);
    }
    let pages: BTreeSet<&str> = table.page.iter().map(|page| page.name.as_str()).collect();
    for recipe in &table.product {
        assert!(pages.contains(recipe.product.page.as_str()));
    }
}

/// A program that is said to be run is one that `scripts/relying-parties` knows, and the other way round.
#[test]
fn a_recipe_says_whether_it_is_run() {
    let table: Pages = toml::from_str(TABLE).unwrap();
    for recipe in &table.product {
        let file = format!("{}.py", recipe.product.name.replace('-', "_"));
        let is_there = root()
            .join("scripts/relying-parties.d/product")
            .join(file)
            .exists();
        assert_eq!(
            recipe.run.starts_with("scripts/"),
            is_there,
            "{}",
            recipe.product.name
        );
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn compare(name: &str, text: &str) {
    let path = root().join(format!("docs/relying-parties/{name}.md"));
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "{name}: run this test with UPDATE_REFERENCE=1 and commit the file"
    );
}

/// The addresses of the documents.
fn example(client_id: &str) -> Places {
    Places {
        issuer: "https://id.example.com".to_owned(),
        url: "https://app.example.com".to_owned(),
        client_id: client_id.to_owned(),
        client_secret: "THE_CLIENT_SECRET".to_owned(),
        random: "A_RANDOM_VALUE".to_owned(),
    }
}

#[test]
fn no_place_of_a_half_is_misspelt() {
    for product in all().unwrap() {
        let places = example(&product.name);
        let metadata = Value::Object(product.metadata(&places)).to_string();
        let files = product.file.iter().map(|file| file.render(&places));
        for text in files.chain([metadata]) {
            for begin in ["{issuer", "{url", "{is_http", "{client", "{random"] {
                assert!(!text.contains(begin), "{}: {begin}: {text}", product.name);
            }
        }
    }
}

#[test]
fn every_name_leads_to_one_product() {
    let products = all().unwrap();
    let names: Vec<&str> = products.iter().flat_map(Product::names).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len());
    assert!(!unique.contains("list"));
    for name in names {
        assert!(is_plain(name), "{name}");
        assert!(find(name).unwrap().names().any(|own| own == name));
    }
}

#[test]
fn an_unknown_product_is_answered_with_the_nearest() {
    for (name, near) in [
        ("oauth2proxy", "oauth2-proxy"),
        ("Grafana", "grafana"),
        ("django-alauth", "django-allauth"),
    ] {
        let failure = find(name).unwrap_err();
        assert_eq!(failure.code, Code::NotFound);
        let said = format!("did you mean `{near}`?");
        assert_contains(&failure.message, &said);
    }
    let failure = find("zzzzzz").unwrap_err();
    assert!(
        !failure.message.contains("did you mean"),
        "{}",
        failure.message
    );
    assert!(find("kubernetes").unwrap().name == "kubelogin");
}

#[test]
fn an_address_that_would_need_quoting_is_refused() {
    for good in [
        "https://app.example.com",
        "http://127.0.0.1:3000/",
        "https://app.example.com/a/b_c",
        "http://[::1]:8",
    ] {
        assert_eq!(parse_url(good).unwrap(), good.trim_end_matches('/'));
    }
    for bad in [
        "app.example.com",
        "ftp://app.example.com",
        "https://app.example.com/?a",
        "https://app.example.com/#a",
        "https://alice@app.example.com",
        "https://app.example.com/a'b",
        "https://app.example.com/a\"b",
        "https://app.example.com/$a",
        "https://app.example.com/a\nb",
        "https://app.example.com/{url}",
        "https://app.example.com/a\\b",
    ] {
        assert_eq!(parse_url(bad).unwrap_err().code, Code::Usage, "{bad}");
    }
}
