//! The whole path, by clicks and by keys.

use airside_testkit::assert_contains;
use serde_json::json;

use super::{ATTACKS, MAX_PAGE, Page};

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_are_walked_by_clicks() {
    let page = Page::open().await;
    assert_eq!(page.text("#position").await, "1 of 19");
    for number in 2..=19 {
        page.click("#forward").await;
        let position = format!("{number} of 19");
        assert_eq!(page.text("#position").await, position);
    }
    assert_contains(&page.text(".panel.current").await, "Alice’s account");
    assert_eq!(page.count(".step").await, 7);
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_shown_raw_and_decoded() {
    let page = Page::open().await;
    page.click("#arrow-16").await;
    page.click("#show-raw").await;
    let raw = page.text(".panel.current").await;
    assert_contains(&raw, "POST /token HTTP/1.1");
    assert_contains(&raw, "code_verifier=");
    page.click("#forward").await;
    page.click("#show-decoded").await;
    let decoded = page.text(".panel.current").await;
    for part in ["\"alg\": \"RS256\"", "\"aud\"", "RS256 beside HS256"] {
        assert_contains(&decoded, part);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_can_be_left_out_and_is_missed() {
    let page = Page::open().await;
    for (at, name, said) in [
        (16, "code_verifier", "400 invalid_"),
        (2, "code_challenge", "303 invalid_request"),
        (2, "redirect_uri", "a code comes back"),
        (2, "client_id", "400"),
        (2, "state", "a code comes back"),
    ] {
        page.click(&format!("#arrow-{at}")).await;
        let button = format!(".current button[formaction$='/{name}']");
        page.click(&button).await;
        let outcome = format!("Without {name}: {said}");
        page.until_says(".current .trial h4", &outcome).await;
    }
    let verifier = "document.querySelector('.secret').textContent";
    let before = page.run(verifier).await;
    page.click("#replay").await;
    page.until(&format!("{verifier} !== {before}")).await;
    assert_eq!(page.text("#position").await, "1 of 19");
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_hashed_before_the_readers_eyes() {
    let page = Page::open().await;
    page.chromium.fill(".current .guess", "x").await;
    page.until_says(".current .said", "refused").await;
    let restore = "(() => { const box = document.querySelector('.current .hash'), input = box.querySelector('.guess'); \
                   input.value = box.dataset.verifier; input.dispatchEvent(new Event('input', { bubbles: true })); })()";
    page.run(restore).await;
    page.until_says(".current .said", "this is the secret")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_used_by_keys() {
    let page = Page::open().await;
    for (key, position) in [
        ("ArrowRight", "2 of 19"),
        ("ArrowRight", "3 of 19"),
        ("ArrowLeft", "2 of 19"),
    ] {
        page.chromium.press(key).await;
        assert_eq!(page.text("#position").await, position);
    }
    page.chromium.press(" ").await;
    assert_eq!(page.text("#play").await, "Pause");
    page.until_says("#position", "3 of 19").await;
    page.chromium.press(" ").await;
    assert_eq!(page.text("#play").await, "Play");
    page.chromium.press("a").await;
    assert_eq!(focus(&page).await, "attacks");
}

#[tokio::test(flavor = "multi_thread")]
async fn single_keys_can_be_switched_off() {
    let page = Page::open().await;
    page.chromium.press("?").await;
    page.until("document.getElementById('help').open").await;
    page.click("#keys-on").await;
    page.click("#help button").await;
    page.chromium.press("ArrowRight").await;
    assert_eq!(page.text("#position").await, "1 of 19");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_reached_and_sent_by_the_keyboard_alone() {
    let page = Page::open().await;
    page.run("document.getElementById('send-stolen-code').focus()")
        .await;
    let enter = json!({ "type": "keyDown", "key": "Enter", "text": "\r" });
    page.chromium
        .devtools("Input.dispatchKeyEvent", &enter)
        .await;
    page.until_there("#attack-stolen-code .mark.ok").await;
    assert_eq!(focus(&page).await, "send-stolen-code");
}

async fn focus(page: &Page) -> String {
    let id = page.run("document.activeElement.id").await;
    id.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_is_sent_and_refused() {
    let page = Page::open().await;
    for id in ATTACKS {
        page.click(&format!("#send-{id}")).await;
        page.until_there(&format!("#attack-{id} .mark")).await;
        let card = page.text(&format!("#attack-{id}")).await;
        let good = page.count(&format!("#attack-{id} .mark.ok")).await;
        assert_eq!(good, 1, "{card}");
        assert_contains(&card, "What stopped it");
    }
    let number = page.text("#attack-key-rotation .number").await;
    assert_contains(&number, "0 of 1000");
    let number = page.text("#attack-old-refresh-token .number b").await;
    let took: u64 = number.trim_end_matches(" ms").parse().unwrap();
    assert!(took < 5_000, "{number}");
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attacks_work_without_the_guard() {
    let page = Page::open().await;
    for (id, shown) in [
        ("alg-none", "98000.00"),
        ("public-key-as-secret", "98000.00"),
        ("changed-claim", "98000.00"),
        ("other-api", "1250.00"),
        ("other-account", "98000.00"),
        ("admin-function", "\"deleted\""),
        ("mix-up", "access_token"),
    ] {
        page.click(&format!("#send-{id}")).await;
        page.until_there(&format!("#off-{id}")).await;
        page.click(&format!("#off-{id}")).await;
        let without = page.text(&format!("#attack-{id} .without-guard")).await;
        assert_contains(&without, shown);
        assert_contains(&without, "it worked");
        let boxes =
            format!("document.querySelector('#attack-{id} .with-guard').getClientRects().length");
        assert_eq!(page.run(&boxes).await, json!(0), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scanner_proves_holes_in_the_bare_api_and_none_behind_the_guard() {
    let page = Page::open().await;
    page.click("#send-scanner").await;
    page.until_there("#attack-scanner .mark.ok").await;
    let with = page.text("#attack-scanner .with-guard").await;
    assert_contains(&with, "No hole is proven");
    assert_eq!(page.count(".with-guard .matrix .bad").await, 0, "{with}");
    page.click("#off-scanner").await;
    let without = page.text("#attack-scanner .without-guard").await;
    for part in ["/api/v1/payees/{id}", "API1:2023", "API5:2023"] {
        assert_contains(&without, part);
    }
    assert!(page.count(".without-guard .matrix .bad").await >= 4);
    assert_contains(&page.text("#live-lines").await, "deleting others' objects");
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_appears_live_with_a_stopwatch() {
    let page = Page::open().await;
    assert_eq!(page.count("#live-lines li").await, 0);
    page.click("#send-old-refresh-token").await;
    page.until_says("#live-lines", "the guard answers 401")
        .await;
    let lines = page.text("#live-lines").await;
    let order = [
        "refresh_token.reused",
        "is told of",
        "the guard answers 401",
    ];
    let at = order.map(|part| {
        lines
            .find(part)
            .unwrap_or_else(|| panic!("{part}: {lines}"))
    });
    assert!(at.is_sorted(), "{lines}");
    assert_contains(&lines, "ms after the alarm");
    let took = page.text("#stopwatch").await;
    let took: u64 = took.trim_end_matches(" ms").parse().unwrap();
    assert!(took < 5_000, "{took} ms");
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_log_can_be_paused() {
    let page = Page::open().await;
    page.click("#live-pause").await;
    page.click("#send-code-twice").await;
    page.until_there("#attack-code-twice .mark.ok").await;
    assert_eq!(page.count("#live-lines li").await, 0);
    page.click("#live-pause").await;
    page.until_says("#live-lines", "code.reused").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_are_counted_and_the_page_stays_light() {
    let page = Page::open().await;
    page.try_all().await;
    page.count_look_ups().await;
    assert_contains(&page.text("#look-ups").await, "50 asked it");
    page.assert_no_complaint().await;
    let weight = page.plain().await.text().len();
    assert!(weight <= MAX_PAGE, "{weight} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_token_is_explained() {
    let page = Page::open().await;
    page.click("#inspect").await;
    page.until_there("#inspector .mark.legal").await;
    let inspected = page.text("#inspector").await;
    assert_contains(&inspected, "Which API it is for");
    page.chromium.fill("#pasted", "x").await;
    page.click("#inspect").await;
    page.until_there("#inspector .mark.bad").await;
    assert_contains(&page.text("#inspector").await, "401");
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_configuration_is_written_for_a_document() {
    let page = Page::open().await;
    let document = "openapi: 3.0.3\ninfo: { title: Notes, version: '1' }\npaths:\n  /notes/{id}:\n    get:\n      responses: { '200': { description: ok } }\n      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n";
    let paste = json!(document);
    page.run(&format!(
        "(document.getElementById('document').value = {paste})"
    ))
    .await;
    page.chromium
        .fill("#upstream", "http://127.0.0.1:9000")
        .await;
    page.click("#write").await;
    page.until_says("#protect", "GET /notes/{id}").await;
    let written = page.text("#protect").await;
    assert_contains(&written, "upstream = \"http://127.0.0.1:9000\"");
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_frameworks_have_code_to_copy() {
    let page = Page::open().await;
    let snippets = page.text("#next").await;
    for title in FRAMEWORKS {
        assert_contains(&snippets, title);
    }
    let flask = ".frameworks a[href='/framework/flask-oidc']";
    page.click(flask).await;
    page.until("location.pathname === '/framework/flask-oidc'")
        .await;
    let code = page.text("main").await;
    for part in [
        "client_secrets.json",
        "\"flask-oidc\"",
        "demo-",
        "password-",
    ] {
        assert_contains(&code, part);
    }
    page.assert_no_complaint().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_the_app_and_sees_every_message_of_it() {
    let page = Page::open().await;
    sign_in_with_the_app(&page).await;
    // nothing is left for another script
    let kept = "[document.cookie, localStorage.length, sessionStorage.length]";
    assert_eq!(page.run(kept).await, json!(["", 0, 0]));
    page.click("#other").await;
    page.chromium.see("refused by the guard").await;
    page.click("#back").await;
    page.chromium.see("This is your own sign-in").await;
    let last = page.text(".messages > li:last-child .label").await;
    assert_eq!(last, "404: refused by the guard");
    assert_eq!(page.count(".step").await, 7);
    let log = page.chromium.log().await;
    assert_eq!(log.matches("\"SEVERE\"").count(), 1, "{log}");
    assert_contains(&log, "accounts/1002");
}

async fn sign_in_with_the_app(page: &Page) {
    let app = page.run("document.getElementById('own').href").await;
    page.chromium.open(app.as_str().unwrap()).await;
    page.click("#sign-in").await;
    // filled in already
    page.until("document.getElementById('password')?.value.startsWith('password-')")
        .await;
    page.click("#sign-in").await;
    page.click("#allow").await;
    page.chromium.see("1250.00").await;
}

const FRAMEWORKS: [&str; 6] = [
    "express-openid-connect",
    "Spring Boot",
    "django-allauth",
    "Flask-OIDC",
    "go-oidc",
    "react-oidc-context",
];
