//! Every kind of token, at every place that takes another kind (RFC 8725 §3.11).

/// Texts that differ a little from `token`.
pub fn altered(token: &str) -> Vec<String> {
    let last = token.len() - 1;
    let middle = token.len() / 2;
    let flipped: String = token
        .char_indices()
        .map(|(i, c)| match c {
            _ if i != middle => c,
            'A' => 'B',
            _ => 'A',
        })
        .collect();
    let cased: String = token.chars().map(|c| c.to_ascii_uppercase()).collect();
    let all = vec![
        token[..last].to_owned(),
        token[..last - 4].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!(" {token}"),
        token.replace('-', "+").replace('_', "/"),
        flipped,
        cased,
    ];
    all.into_iter().filter(|altered| altered != token).collect()
}
