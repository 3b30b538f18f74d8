//! Names and passwords by RFC 8265, and those of accounts that an earlier version made.

mod earlier;

use airside_server::settings::SignInLimits;
use serde_json::{Value, json};

use self::earlier::add_earlier;
use super::{attempt, form};
use crate::world::{PASSWORD, Setting, World};

/// A password whose form in RFC 8265 is another text.
const DECOMPOSED: &str = "cafe\u{301} noir, noisette";
const COMPOSED: &str = "caf\u{e9} noir, noisette";

async fn create(world: &World, name: &str, more: Value) -> (u16, Value) {
    let mut new = json!({ "username": name, "password": PASSWORD });
    let more = more.as_object().unwrap().clone();
    new.as_object_mut().unwrap().extend(more);
    let answer = world.admin("POST", "/users", new).await;
    (answer.status.as_u16(), answer.json())
}

async fn status(world: &World, name: &str, password: &str) -> u16 {
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let answer = attempt(&app, &sealed, name, password).await;
    answer.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_spelling_of_a_name_is_one_account() {
    // RFC8265-3.3
    let world = World::new().await;
    let (created, user) = create(&world, " RENE\u{301} ", json!({})).await;
    assert_eq!((created, &user["username"]), (201, &json!("rené")));
    for spelling in ["rené", "RENÉ", "rene\u{301}", "ｒｅｎé", " René "] {
        assert_eq!(status(&world, spelling, PASSWORD).await, 303, "{spelling}");
        let (taken, error) = create(&world, spelling, json!({})).await;
        assert_eq!(taken, 409, "{spelling}: {error}");
    }
    let shown = world.admin("GET", "/users/REN%C3%89", json!(null)).await;
    assert_eq!(shown.json()["id"], user["id"]);
    assert_eq!(create(&world, "rene", json!({})).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_mixes_scripts_is_made_only_on_purpose() {
    // UTS39-5.1
    let world = World::new().await;
    let (refused, error) = create(&world, "p\u{430}ypal", json!({})).await;
    assert_eq!(refused, 400);
    let error = error.to_string();
    assert!(
        error.contains("(U+0430) is Cyrillic") && error.contains("--force"),
        "{error}"
    );
    let force = json!({ "force": true });
    assert_eq!(create(&world, "p\u{430}ypal", force.clone()).await.0, 201);
    assert_eq!(create(&world, "иван", json!({})).await.0, 201);
    for name in ["foo bar", "henryⅣ", "a\u{202e}b", "אבa"] {
        let (refused, error) = create(&world, name, force.clone()).await;
        assert_eq!(refused, 400, "{name}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_page_says_why_a_name_is_refused() {
    let nobody = Setting {
        nobody: true,
        ..Setting::default()
    };
    let world = World::with(nobody).await;
    let issuer = &world.issuer;
    let link = issuer.setup.begin(issuer.now(), &issuer.draw());
    let submit = async |name: &str, password: &str| {
        let token = ("token", link.expose());
        let fields = [token, ("username", name), ("password", password)];
        world.browser().post(&world.at("/setup"), &fields).await
    };
    for (name, password, reason) in REFUSED_NAMES {
        let refused = submit(name, password).await;
        assert_eq!(refused.status, 400, "{name}");
        assert!(refused.text().contains(reason), "{}", refused.text());
    }
    assert_eq!(submit("ＲＯＯＴ", DECOMPOSED).await.status, 200);
    assert_eq!(status(&world, "root", COMPOSED).await, 303);
}

/// A name, a password, and the reason that the page tells.
const REFUSED_NAMES: [(&str, &str, &str); 5] = [
    (
        "\u{430}dmin",
        PASSWORD,
        "A username has letters of one script",
    ),
    ("ro ot", PASSWORD, "A username cannot contain a space."),
    ("", PASSWORD, "A username has 1 to 128 characters."),
    (
        "root",
        "a password\twith a tab",
        "A password has no control characters",
    ),
    (
        "root",
        "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
        "at least 12 characters",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_a_name_share_the_attempts_to_sign_in() {
    // T32
    let sign_in = SignInLimits {
        account_failures: 3,
        ..SignInLimits::default()
    };
    let world = World::with(Setting {
        sign_in,
        ..Setting::default()
    })
    .await;
    for name in ["οδος", "ａl", "∞ mary"] {
        add_earlier(&world, name, PASSWORD);
    }
    let spellings = [
        ["Alice", "ＡＬＩＣＥ", "ａlice", "alice "],
        ["nobodÿ", "nobody\u{308}", "ｎobodÿ", "NOBODŸ"],
        ["ΟΔΟΣ", "οδος", "οδοσ", "ΟΔΟΣ"],
        ["AL", "ａl", "Ａl", "al"],
        ["∞ Mary", "∞ mary", "∞ ＭＡＲＹ", "∞ MARY"],
    ];
    for [first, second, third, last] in spellings {
        for name in [first, second, third] {
            assert_eq!(status(&world, name, "wrong").await, 401, "{name}");
        }
        assert_eq!(status(&world, last, PASSWORD).await, 429, "{last}");
    }
    assert_eq!(status(&world, "bob", PASSWORD).await, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_looks_like_one_of_another_script_needs_force() {
    let world = World::new().await;
    let cyrillic = "\u{441}\u{43e}\u{441}\u{43e}";
    assert_eq!(create(&world, "coco", json!({})).await.0, 201);
    let (refused, error) = create(&world, cyrillic, json!({})).await;
    assert_eq!(refused, 400);
    let error = error["detail"].as_str().unwrap();
    assert!(error.contains("`coco`"), "{error}");
    assert!(error.contains("--force"), "{error}");
    // a rename is not a way around, but the name of the account itself is free
    assert_eq!(create(&world, "nobody", json!({})).await.0, 201);
    let rename = |name: &'static str, to: &str| {
        let (path, edit) = (format!("/users/{name}"), json!({ "username": to }));
        let world = &world;
        async move { world.admin("PATCH", &path, edit).await.status }
    };
    assert_eq!(rename("nobody", cyrillic).await, 400);
    assert_eq!(rename("coco", cyrillic).await, 200);
    // and the other way round: the Latin name beside the Cyrillic one
    assert_eq!(create(&world, "coco", json!({})).await.0, 400);
    // the control: no letter of it looks like one of another script
    assert_eq!(create(&world, "\u{436}\u{448}", json!({})).await.0, 201);
    let forced = create(&world, "coco", json!({ "force": true })).await;
    assert_eq!(forced.0, 201);
}
