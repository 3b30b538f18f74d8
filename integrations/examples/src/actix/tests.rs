use actix_web::{App, rt::System, test};

use super::*;
use crate::tests::{Answered, check};

#[test]
fn an_actix_api_answers_as_the_library_does() {
    System::new().block_on(check(async |airside, path, token| {
        let app = test::init_service(App::new().configure(api(airside))).await;
        let mut request = test::TestRequest::get().uri(path);
        if let Some(token) = token {
            request = request.append_header(("authorization", format!("Bearer {token}")));
        }
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            // as the server does with the error of a middleware
            Err(error) => error.error_response(),
        };
        let challenge = response.headers().get("www-authenticate");
        Answered {
            status: response.status().as_u16(),
            challenge: challenge
                .map_or("", |value| value.to_str().unwrap())
                .to_owned(),
            body: actix_web::body::to_bytes(response.into_body())
                .await
                .unwrap()
                .to_vec(),
        }
    }));
}
