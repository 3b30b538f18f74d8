//! The requests that are refused, and those that fail.

use airside_client::basic;
use airside_testkit::Browser;
use rustix::process::{Resource, Rlimit, prlimit};

use super::{ELSEWHERE, KEY, NAVIGATION, OF_A_DATABASE, PASSWORD, Run, authorize};
use crate::server::{Place, Server};

impl Run {
    pub async fn make_mistakes(&mut self) {
        let stranger = Browser::new();
        let bearer = format!("Bearer {ELSEWHERE}");
        let changed = format!("Bearer {}x", self.access);
        for value in [&bearer, &changed] {
            let headers = [("authorization", value.as_str())];
            for url in [self.guard.at("/accounts/1"), self.issuer.at("/userinfo")] {
                let answer = stranger.get_with(&url, &headers).await;
                self.refused(&answer);
            }
        }
        for url in [
            self.guard
                .at(&format!("/accounts/1?access_token={ELSEWHERE}")),
            self.guard.at(&format!(
                "/auth/callback?code={ELSEWHERE}&state={ELSEWHERE}"
            )),
            self.issuer
                .at(&format!("/userinfo?access_token={ELSEWHERE}")),
            self.issuer.at(&format!(
                "/authorize?client_id=web&client_secret={ELSEWHERE}"
            )),
            self.issuer.at(&format!(
                "{}&redirect_uri=https://evil.example/{ELSEWHERE}",
                authorize().replace("redirect_uri", "other")
            )),
            self.issuer.at(&format!("/{ELSEWHERE}/nothing")),
        ] {
            let answer = stranger.get(&url).await;
            let head = format!("{:?} ", answer.header("location"));
            assert_ne!(answer.status, 200, "{url}");
            self.errors.push_str(&head);
            // a page may say to the person at it which address it was asked to lead to
            if !url.contains("evil.example") {
                self.errors.push_str(&answer.text());
            }
        }
        let wrong = basic("web", ELSEWHERE);
        let headers = [("authorization", wrong.as_str())];
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", self.refresh.as_str()),
        ];
        let answer = stranger
            .post_with(&self.issuer.at("/token"), &headers, &form)
            .await;
        self.refused(&answer);
        for fields in [
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", ELSEWHERE),
            ],
            [("grant_type", "authorization_code"), ("code", ELSEWHERE)],
            [("grant_type", ELSEWHERE), ("password", ELSEWHERE)],
            [
                ("client_assertion", ELSEWHERE),
                ("client_assertion_type", ELSEWHERE),
            ],
        ] {
            let answer = self.token("/token", &fields).await;
            self.refused(&answer);
        }
        self.sign_in_wrongly().await;
        self.refuse_a_guard().await;
        self.name_a_database();
    }

    async fn sign_in_wrongly(&mut self) {
        let stranger = Browser::new();
        let answer = stranger.get(&self.issuer.at(&authorize())).await;
        let page = stranger.get(answer.header("location")).await;
        let sealed = page.hidden("interaction");
        // a person may also type the password where the name belongs
        for (name, password) in [("alice", ELSEWHERE), (ELSEWHERE, PASSWORD)] {
            let fields = [
                ("interaction", sealed.as_str()),
                ("username", name),
                ("password", password),
            ];
            let answer = stranger.post(&self.issuer.at("/sign-in"), &fields).await;
            assert_eq!(answer.status, 401);
            // the page has the name that was typed, for the person who typed it
            let text = answer.text();
            assert!(!text.contains(PASSWORD) && (name != "alice" || !text.contains(ELSEWHERE)));
        }
    }

    /// A guard whose secret the issuer does not know: it hears of no revocation, and signs nobody in.
    async fn refuse_a_guard(&mut self) {
        let guard = Server::start(self.places[2].command().arg("guard"));
        let heard = guard
            .hear_up_to("the revocation feed is not connected")
            .join("\n");
        let own = std::mem::replace(&mut self.browser, Browser::new());
        let start = guard.at("/auth/sign-in?return_to=/");
        let back = self.through(start, &guard.at("/auth/callback")).await;
        self.plant("a code in vain", &back.returned("code").unwrap());
        self.cookies("signed in in vain,");
        let answer = self
            .browser
            .get_with(back.header("location"), &NAVIGATION)
            .await;
        self.refused(&answer);
        self.browser = own;
        self.refused_guard = heard + &guard.last_words();
    }

    /// A database that cannot be reached, with a password in its address.
    fn name_a_database(&mut self) {
        let mut place = Place::new("");
        let url = format!("postgres://airside:{OF_A_DATABASE}@127.0.0.1:1/airside");
        place.set("AIRSIDE_STORE__URL", &url);
        place.set("RUST_LOG", "trace");
        place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        for arguments in [
            &["serve"][..],
            &["config", "show"],
            &["backup", "create", "x.db"],
        ] {
            let ended = place.run(arguments);
            self.errors.push_str(&(ended.out + &ended.err));
        }
    }

    /// Fills the disk: what cannot be written is an error of the server's own.
    pub async fn fill_the_disk(&mut self) {
        let limit = |current| Rlimit {
            current,
            maximum: None,
        };
        let pid = Some(self.issuer.pid());
        prlimit(pid, Resource::Fsize, limit(Some(4096))).unwrap();
        let token = self.refresh.clone();
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let answer = self.token("/token", &refresh).await;
        assert_eq!(answer.status, 503);
        self.refused(&answer);
        prlimit(pid, Resource::Fsize, limit(None)).unwrap();
        let answer = self.token("/token", &refresh).await;
        self.tokens(&answer);
    }
}
