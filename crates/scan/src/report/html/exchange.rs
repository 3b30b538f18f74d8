//! Requests and answers: each is written once, and findings and cells refer to requests by their numbers.

use std::collections::HashMap;

use super::escape::escaped;
use crate::report::model::{Report, ReportExchange};

/// The requests of a report, each once, numbered from 1.
pub struct Requests {
    /// The numbers by those of the exchanges: the same request with the same answer has one.
    numbers: HashMap<u64, usize>,
    requests: Lines,
    answers: Lines,
}

/// Lines, each once, numbered from 1.
#[derive(Default)]
struct Lines {
    numbers: HashMap<String, usize>,
    texts: Vec<String>,
}

impl Lines {
    /// Returns the number of a line.
    fn number(&mut self, text: String) -> usize {
        let next = self.texts.len() + 1;
        let number = *self.numbers.entry(text.clone()).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        number
    }

    /// Writes a part of the page with the lines, each behind its number.
    fn part(&self, id: &str, title: &str) -> String {
        let lines = (1..).zip(&self.texts);
        let lines = lines.map(|(number, text)| format!("{number} {}\n", escaped(text)));
        let lines = lines.collect::<String>();
        format!("<details><summary>{title}</summary>\n<pre id=\"{id}\">\n{lines}</pre></details>\n")
    }
}

impl Requests {
    /// Collects those of a report.
    pub fn of(report: &Report) -> Self {
        let mut requests = Self {
            numbers: HashMap::new(),
            requests: Lines::default(),
            answers: Lines::default(),
        };
        for one in &report.exchanges {
            let line = requests.line(one);
            let number = requests.requests.number(line);
            requests.numbers.insert(one.number, number);
        }
        requests
    }

    fn line(&mut self, exchange: &ReportExchange) -> String {
        let (caller, request) = (exchange.caller(), &exchange.request);
        let body = exchange.body.as_deref().unwrap_or_default();
        let status = exchange.status;
        let answer = match exchange.answer.trim() {
            "" => String::new(),
            answer => format!(" #{}", self.answers.number(line(answer))),
        };
        format!(
            "{caller} {} → {status}{answer}",
            line(&format!("{request} {body}"))
        )
    }

    /// Writes the attribute that refers to exchanges, from which the script makes what can be opened.
    pub fn attribute(&self, exchanges: impl IntoIterator<Item = u64>) -> String {
        let mut numbers: Vec<usize> = Vec::new();
        for number in exchanges {
            numbers.extend(
                self.numbers
                    .get(&number)
                    .filter(|one| !numbers.contains(one)),
            );
        }
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        match numbers.is_empty() {
            true => String::new(),
            false => format!(" data-r=\"{}\"", numbers.join(" ")),
        }
    }

    /// Writes the section.
    pub fn section(&self) -> String {
        match self.requests.texts.is_empty() {
            true => String::new(),
            false => format!(
                "<section id=\"exchanges\"><h2>Requests</h2>\n<p>Each request once, behind its status the number of its answer. The JSON report has longer answers.</p>\n{}{}</section>\n",
                self.requests.part("requests", "Requests"),
                self.answers.part("answers", "Answers")
            ),
        }
    }
}

/// Returns the beginning of a text, as one line.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(MAX_SHOWN) {
        None => text,
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            format!("{kept}…")
        }
    }
}

/// The characters of a request and of an answer that are shown.
const MAX_SHOWN: usize = 250;
