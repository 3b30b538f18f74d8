use super::*;
use crate::tests::{Answered, check};

#[tokio::test]
async fn a_poem_api_answers_as_the_library_does() {
    check(async |airside, path, token| {
        let mut request = Request::builder().uri_str(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = api(airside).get_response(request.finish()).await;
        Answered {
            status: response.status().as_u16(),
            challenge: response
                .header("www-authenticate")
                .unwrap_or_default()
                .to_owned(),
            body: response.into_body().into_vec().await.unwrap(),
        }
    })
    .await;
}
