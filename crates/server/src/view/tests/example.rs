//! One good page of each kind.

use crate::view::*;

pub(super) fn pages(client_name: &str, username: &str) -> Vec<(&'static str, String)> {
    let view = view();
    let (opened, fix) = (client_name, client_name);
    let problem = Some("This username and password do not belong together.");
    let details = Details {
        client_name: Some(client_name),
        received: Some(client_name),
        nearest: Some("http://localhost:3000/callback"),
        differs: Some("trailing `/`"),
        fix: Some(Fix {
            label: "Fix",
            prose: Some(fix),
            command: fix,
        }),
        why: Some("return addresses are compared exactly (RFC 9700\u{a0}§2.1)"),
    };
    vec![
        (
            "sign_in",
            view.sign_in(&SignInPage {
                client_name,
                ..sign_in()
            }),
        ),
        (
            "sign_in_refused",
            view.sign_in(&SignInPage {
                client_name,
                username,
                error: problem,
                ..sign_in()
            }),
        ),
        (
            "consent",
            view.consent(&ConsentPage {
                client_name,
                username,
                ..consent()
            }),
        ),
        (
            "select_account",
            view.select_account(&SelectAccountPage {
                action: "/base/select-account",
                interaction: Hidden("seal"),
                client_name,
                client_host: "bank.example",
                username,
            }),
        ),
        ("error", view.error(&error())),
        (
            "error_details",
            view.error(&ErrorPage {
                details: Some(details),
                ..error()
            }),
        ),
        (
            "busy",
            view.error(&ErrorPage {
                sentence: "The server has too much to do right now",
                error_id: None,
                ..error()
            }),
        ),
        (
            "setup",
            view.setup(&SetupPage {
                username,
                ..setup()
            }),
        ),
        (
            "setup_refused",
            view.setup(&SetupPage {
                username,
                problem: problem.map(|text| SetupProblem {
                    field: SetupField::Password,
                    text,
                }),
                ..setup()
            }),
        ),
        ("setup_done", view.setup_done(&SetupDonePage { username })),
        (
            "sign_out",
            view.sign_out(&SignOutPage {
                username: Some(username),
                ..sign_out()
            }),
        ),
        (
            "signed_out",
            view.signed_out(&SignedOutPage {
                back: WayBack::Link("https://app.example/done"),
                client_name: Some(username),
            }),
        ),
        ("terminal", view.back_to_the_terminal(true)),
        ("terminal_refused", view.back_to_the_terminal(false)),
        ("home", view.home(&home())),
        (
            "wrong_host",
            view.wrong_host(&WrongHostPage {
                opened,
                issuer: "https://id.example.com",
                go_on: None,
                fix: Some(fix),
            }),
        ),
    ]
}

pub(super) fn view() -> View {
    View::new().unwrap()
}

pub(super) fn sign_in() -> SignInPage<'static> {
    SignInPage {
        action: "/base/sign-in",
        interaction: Hidden("seal"),
        client_name: "Bank",
        client_host: "bank.example",
        username: "",
        error: None,
        notice: None,
    }
}

pub(super) fn consent() -> ConsentPage<'static> {
    ConsentPage {
        action: "/base/consent",
        interaction: Hidden("seal"),
        client_name: "Bank",
        client_host: "bank.example",
        standing: ClientStanding::Registered,
        pages: ClientLinks {
            policy: Some("https://bank.example/privacy?a=1&b"),
            terms: Some("https://bank.example/terms"),
            logo: Some("https://bank.example/logo.svg"),
        },
        username: "alice",
        sign_in: Hidden("/base/sign-in?interaction=seal"),
        openid: ["openid", "email"]
            .map(|name| ScopeLine::new(name, None))
            .to_vec(),
        claims: ["birthdate", "department"].map(ClaimLine::new).to_vec(),
        apis: vec![
            ApiScopes {
                identifier: "https://api.example.com",
                scopes: vec!["accounts:read"],
                claims: vec!["org", "preferred_username"],
            },
            ApiScopes {
                identifier: "https://mail.example.com",
                scopes: vec![],
                claims: vec![],
            },
        ],
        stays_until: Some("23 December 2026"),
    }
}

pub(super) fn error() -> ErrorPage<'static> {
    ErrorPage {
        sentence: "This app sent you here with a return address it has not registered",
        help: "Give the app’s makers this error id.",
        link: None,
        command: None,
        error_id: Some("01JERR"),
        details: None,
    }
}

pub(super) fn setup() -> SetupPage<'static> {
    SetupPage {
        action: "/base/setup",
        token: Hidden("token"),
        username: "",
        problem: None,
    }
}

pub(super) fn sign_out() -> SignOutPage<'static> {
    SignOutPage {
        action: "/base/sign-out",
        interaction: Hidden("seal"),
        home: "/base/",
        username: None,
        client_name: Some("Bank"),
        client_home: Some("https://bank.example/"),
    }
}

pub(super) fn home() -> HomePage<'static> {
    HomePage {
        issuer: "https://id.example.com",
        metadata: "/base/.well-known/openid-configuration",
        opened: Some("http://192.168.1.5:8080"),
        username: None,
        sign_out: "/base/sign-out",
    }
}
