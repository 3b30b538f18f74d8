use airside_resource::testing::Issuer;
use tonic::{Code, metadata::MetadataMap};

use super::*;

struct World {
    issuer: Issuer,
    client: NotesClient<wire::Protected<NoteService>>,
}

impl World {
    fn new() -> Self {
        let issuer = Issuer::for_audience("https://notes.example").unwrap();
        let airside = issuer.resource_server().build().unwrap();
        let client = NotesClient::new(api(airside));
        Self { issuer, client }
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
    let mut world = World::new();
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
    let mut world = World::new();
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
    let mut world = World::new();
    let token = world.token("alice", "notes:write");
    let refused = world.read(1, Some(&token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let expected = r#"Bearer error="insufficient_scope", scope="notes:read""#;
    assert_eq!(challenge(refused.metadata()), expected);
}
