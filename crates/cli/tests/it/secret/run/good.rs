//! The requests that are granted.

use airside_jose::Typ;
use airside_testkit::{Answer, Browser};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;

use super::{OURS, Run, SECOND_PASSWORD};
use crate::app::VERIFIER;

impl Run {
    pub async fn use_the_issuer(&mut self) {
        let code = self.code().await;
        let answer = self.redeem(&code).await;
        self.tokens(&answer);
        let token = self.refresh.clone();
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let answer = self.token("/token", &refresh).await;
        self.tokens(&answer);
        for path in ["/introspect", "/revoke"] {
            let token = [("token", token.as_str())];
            assert_eq!(self.token(path, &token).await.status, 200);
        }
        // that was its whole chain: another one, and a code used twice
        let code = self.code().await;
        let answer = self.redeem(&code).await;
        self.tokens(&answer);
        let answer = self.redeem(&code).await;
        self.refused(&answer);
        let code = self.code().await;
        let answer = self.redeem(&code).await;
        self.tokens(&answer);
        self.assert_a_proof().await;
    }

    /// A machine's assertion, which is good once.
    async fn assert_a_proof(&mut self) {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let claims = json!({
            "iss": "robot", "sub": "robot", "aud": self.issuer.url, "jti": "canary-jti-of-a-proof",
            "iat": now, "exp": now + 60,
        });
        let proof = self
            .app
            .sign_compact(Typ::Jwt, claims.to_string().as_bytes())
            .unwrap();
        self.plant("an assertion", &proof);
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion", proof.as_str()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
        ];
        let answer = Browser::new()
            .post(&self.issuer.at("/token"), &fields)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.plant("a machine's token", &answer.member("access_token"));
        let answer = Browser::new()
            .post(&self.issuer.at("/token"), &fields)
            .await;
        self.refused(&answer);
    }

    pub async fn use_the_guard(&mut self) {
        // by the cookie, by the token, and by the token over HTTP/2
        let (session, own) = (self.guard.at("/auth/session"), self.guard.at("/accounts/1"));
        let session = self.browser.get_with(&session, &OURS).await;
        assert_eq!(session.json()["signed_in"], true);
        let answer = self.browser.get_with(&own, &OURS).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let bearer = format!("Bearer {}", self.access);
        let headers = [("authorization", bearer.as_str())];
        let stranger = Browser::new();
        let answer = stranger.get_with(&own, &headers).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        for url in [own, self.issuer.at("/userinfo")] {
            assert_eq!(over_http2(&url, &bearer).await, 200);
        }
        for path in ["/forgotten", "/accounts/2"] {
            let answer = stranger.get_with(&self.guard.at(path), &headers).await;
            self.refused(&answer);
        }
    }

    pub async fn administer(&mut self) {
        self.places[0].set("CANARY", SECOND_PASSWORD);
        for arguments in [
            "user create bob --password env:CANARY",
            "user set-password bob --password env:CANARY",
            "key rotate --alg ES256",
            "config show",
            "backup create saved.db",
        ] {
            let ended = self.places[0].run(arguments);
            assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err);
            self.errors.push_str(&(ended.out + &ended.err));
        }
        let create = "client create made --auth-method client_secret_post \
             --grant-type client_credentials --scope accounts:read";
        let made = self.places[0].json(create);
        let secret = made["client_secret"].as_str().unwrap();
        self.plant("a secret that was made", secret);
    }

    async fn redeem(&self, code: &str) -> Answer {
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.token("/token", &redeem).await
    }
}

async fn over_http2(url: &str, bearer: &str) -> u16 {
    let authority = url
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let stream = tokio::net::TcpStream::connect(authority).await.unwrap();
    let io = TokioIo::new(stream);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(url).header("authorization", bearer);
    let request = request.body(Full::<Bytes>::default()).unwrap();
    sender
        .send_request(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}
