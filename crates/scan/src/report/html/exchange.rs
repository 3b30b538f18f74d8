//! Requests and answers.

use super::escape::escaped;
use crate::report::model::ReportExchange;

/// Writes a request with its answer, of which `longest` characters are shown.
pub fn block(exchange: &ReportExchange, longest: usize) -> String {
    let mut text = format!("{}\n", exchange.request);
    if let Some(body) = &exchange.body {
        text.push_str(&format!("{}\n", shortened(body, longest)));
    }
    text.push_str(&format!(
        "→ {}\n{}",
        exchange.status,
        shortened(&exchange.answer, longest)
    ));
    format!("<pre tabindex=\"0\">{}</pre>\n", escaped(text.trim_end()))
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            format!("{kept} … (the JSON report has more)")
        }
    }
}
