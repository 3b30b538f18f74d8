//! `traceparent` (W3C Trace Context): which trace a request says that it belongs to.

use http::HeaderMap;

/// The trace id of a well-formed `traceparent`, 32 lower-case hexadecimal digits.
///
/// Anybody can send one: obey only that of a trusted proxy.
///
/// Implements [W3C Trace Context §3.2](https://www.w3.org/TR/trace-context/#traceparent-header).
#[must_use]
pub fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all("traceparent").iter();
    let text = lines.next()?.to_str().ok()?;
    let mut fields = text.split('-');
    let version = fields
        .next()
        .filter(|text| is_hex(text, 2) && *text != "ff")?;
    let trace_id = fields.next().filter(|text| is_id(text, 32))?;
    fields.next().filter(|text| is_id(text, 16))?;
    fields.next().filter(|text| is_hex(text, 2))?;
    // a later version may add fields
    let ends = fields.next().is_none() || version != "00";
    (ends && lines.next().is_none()).then_some(trace_id)
}

fn is_hex(text: &str, digits: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == digits && text.bytes().all(is_digit)
}

/// An id of zeros only is none.
fn is_id(text: &str, digits: usize) -> bool {
    is_hex(text, digits) && text.bytes().any(|byte| byte != b'0')
}

/// The header of answers that names the line of the access log.
pub const X_REQUEST_ID: &str = "x-request-id";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn found(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("traceparent", HeaderValue::from_str(line).unwrap());
        }
        trace_id(&headers).map(str::to_owned)
    }

    #[test]
    fn a_well_formed_one_names_its_trace() {
        for line in [
            format!("00-{ID}-00f067aa0ba902b7-01"),
            format!("cc-{ID}-00f067aa0ba902b7-00-what-follows"),
        ] {
            assert_eq!(found(&[&line]).as_deref(), Some(ID), "{line}");
        }
    }

    #[test]
    fn a_malformed_one_is_ignored() {
        let good = format!("00-{ID}-00f067aa0ba902b7-01");
        for line in [
            String::new(),
            ID.to_owned(),
            format!("00-{ID}"),
            format!("00-{ID}-00f067aa0ba902b7"),
            format!("00-{ID}-00f067aa0ba902b7-01-more"),
            format!("ff-{ID}-00f067aa0ba902b7-01"),
            format!("0-{ID}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", &ID[1..]),
            format!("00-{ID}-0000000000000000-01"),
            format!("00-{ID}-00f067aa0ba902b7-0g"),
            format!("00-{}<script>-00f067aa0ba902b7-01", &ID[8..]),
        ] {
            assert_eq!(found(&[&line]), None, "{line}");
        }
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[&good, &good]), None, "two");
    }
}
