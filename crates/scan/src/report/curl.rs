//! Requests as `curl` lines, with shell variables for tokens.

use crate::{
    document::Presentation,
    exchange::{Exchange, RequestBody},
    probe::encoded,
};

/// Writes a request as one line for a shell. The token is the variable `variable`, and passwords are shown:
/// they are those that the scan made up.
#[must_use]
pub fn line(
    exchange: &Exchange,
    base: &str,
    presentation: &Presentation,
    variable: Option<&str>,
) -> String {
    let request = &exchange.request;
    let mut line = String::from("curl -sS");
    if request.method != http::Method::GET {
        line.push_str(&format!(" -X {}", request.method));
    }
    let url = format!("{base}{}", request.target);
    line.push_str(&format!(" {}", quoted(&url)));
    if let Some(variable) = variable {
        line.push_str(&token(presentation, variable));
    }
    for (name, value) in &request.headers {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
    }
    line + &body(&request.body)
}

/// Writes the option for a token; in double quotes the shell puts it in.
fn token(presentation: &Presentation, variable: &str) -> String {
    let variable = format!("${variable}");
    let value = presentation.value.replace("{token}", &variable);
    match presentation.is_basic {
        true => format!(" -u \"{variable}\""),
        false => format!(" -H \"{}: {value}\"", presentation.header),
    }
}

/// Writes the options for a body.
fn body(body: &RequestBody) -> String {
    if let RequestBody::Multipart(value) = body {
        let parts = value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let value = crate::tree::text_of(value).unwrap_or_else(|| value.to_string());
                format!(" -F {}", quoted(&format!("{name}={value}")))
            });
        return parts.collect();
    }
    let (media, bytes) = encoded(body);
    let Some(media) = media else {
        return String::new();
    };
    let text = String::from_utf8_lossy(&bytes);
    let media = quoted(&format!("Content-Type: {media}"));
    format!(" -H {media} --data-raw {}", quoted(&text))
}

/// Quotes a text for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns the shell variable for the token of a caller.
#[must_use]
pub fn variable(name: &str) -> String {
    let letters = name.chars().map(|sign| match sign.is_ascii_alphanumeric() {
        true => sign.to_ascii_uppercase(),
        false => '_',
    });
    format!("TOKEN_{}", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::exchange::{Answer, RequestSpec};

    #[test]
    fn a_line_can_be_pasted_and_has_no_token() {
        let exchange = Exchange {
            number: 1,
            caller: Some(0),
            request: RequestSpec {
                operation: 0,
                method: http::Method::POST,
                target: "/a?b='c".to_owned(),
                headers: vec![("X-T".to_owned(), "1".to_owned())],
                body: RequestBody::Json(json!({"it": "isn't"})),
            },
            answer: Answer::default(),
            duration: Duration::ZERO,
        };
        let line = line(
            &exchange,
            "http://h",
            &Presentation::default(),
            Some("TOKEN_ALICE"),
        );
        assert_eq!(
            line,
            r#"curl -sS -X POST 'http://h/a?b='\''c' -H "Authorization: Bearer $TOKEN_ALICE" -H 'X-T: 1' -H 'Content-Type: application/json' --data-raw '{"it":"isn'\''t"}'"#
        );
        assert_eq!(variable("al-ice 2"), "TOKEN_AL_ICE_2");
    }
}
