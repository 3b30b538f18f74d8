use airside_resource::testing::Issuer;
use tonic::{
    Code,
    metadata::MetadataMap,
    transport::{Channel, Endpoint},
};

use super::*;

struct World {
    issuer: Issuer,
    client: NotesClient<Channel>,
}

impl World {
    async fn start() -> Self {
        let issuer = Issuer::for_audience("https://notes.example").unwrap();
        let airside = issuer.resource_server().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(airside, listener));
        let channel = Endpoint::try_from(address).unwrap().connect().await;
        Self {
            issuer,
            client: NotesClient::new(channel.unwrap()),
        }
    }

    fn token(&self, person: &str, scope: &str) -> String {
        self.issuer.person(person).scope(scope).sign().unwrap()
    }

    async fn read(&mut self, id: i64, token: Option<&str>) -> Result<String, Status> {
        let mut request = Request::new(id);
        if let Some(token) = token {
            let header = format!("Bearer {token}").parse().unwrap();
            request.metadata_mut().insert("authorization", header);
        }
        let response = self.client.read(request).await?;
        Ok(response.into_inner())
    }
}

fn challenge(metadata: &MetadataMap) -> &str {
    let challenge = metadata.get("www-authenticate");
    challenge.map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_call_without_a_good_token_is_unauthenticated() {
    let mut world = World::start().await;
    let refused = world.read(1, None).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(challenge(refused.metadata()), "Bearer");
    let refused = world.read(1, Some("nonsense")).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::Unauthenticated, "invalid_token")
    );
    let expected = r#"Bearer error="invalid_token""#;
    assert_eq!(challenge(refused.metadata()), expected);
}

#[tokio::test]
async fn a_note_is_there_for_its_owner_only() {
    let mut world = World::start().await;
    let [alice, bob] = ["alice", "bob"].map(|person| world.token(person, "notes:read"));
    assert_eq!(world.read(1, Some(&alice)).await.unwrap(), "milk");
    for (id, token) in [(1, &bob), (2, &alice), (9, &alice)] {
        let refused = world.read(id, Some(token)).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.message()),
            (Code::NotFound, "not_found")
        );
    }
}

#[tokio::test]
async fn a_call_without_the_scope_is_denied() {
    let mut world = World::start().await;
    let token = world.token("alice", "notes:write");
    let refused = world.read(1, Some(&token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let expected = r#"Bearer error="insufficient_scope", scope="notes:read""#;
    assert_eq!(challenge(refused.metadata()), expected);
}
