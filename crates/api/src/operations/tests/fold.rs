//! Whatever frameworks fold, no request gets the permission of another operation.

use super::*;

/// A fold of paths: a framework may do one or two of them.
#[derive(Clone, Copy, Debug)]
enum Fold {
    Case,
    SlashLess,
    SlashMore,
    Suffix,
    Ends,
    Plus,
}

fn read_as(path: &[String], folds: &[Fold]) -> Vec<String> {
    let mut path = path.to_vec();
    for fold in folds {
        match fold {
            Fold::Case => path.iter_mut().for_each(|one| *one = one.to_lowercase()),
            Fold::SlashLess if path.len() > 1 && path.last().is_some_and(String::is_empty) => {
                path.pop();
            }
            Fold::SlashMore if path.last().is_some_and(|last| !last.is_empty()) => {
                path.push(String::new());
            }
            Fold::Suffix => {
                if let Some(last) = path.last_mut()
                    && let Some(at) = last.rfind('.').filter(|at| *at > 0)
                {
                    last.truncate(at);
                }
            }
            Fold::Ends => path
                .iter_mut()
                .for_each(|one| *one = one.trim_end_matches(['.', ' ']).to_owned()),
            Fold::Plus => path.iter_mut().for_each(|one| *one = one.replace('+', " ")),
            _ => {}
        }
    }
    path
}

/// A framework that takes the first route that matches, the more specific before the others: the path
/// as it is, or in its reading. Where it folds case, it folds its routes too.
fn routed<'a>(
    all: &'a [Operation<String>],
    readings: [&[String]; 2],
    folds_case: bool,
) -> Option<&'a Operation<String>> {
    let mut routes: Vec<_> = all.iter().collect();
    routes.sort_by_key(|one| {
        let rank = |segment: &crate::segment::Segment| match segment {
            crate::segment::Segment::Text(_) => 0,
            crate::segment::Segment::Mixed(_) => 1,
            crate::segment::Segment::Parameter(one) if one.kind != crate::ParameterKind::Any => 2,
            crate::segment::Segment::Parameter(_) => 3,
        };
        let ranks: Vec<_> = one.path.segments().iter().map(rank).collect();
        (one.path.takes_rest(), ranks)
    });
    routes.into_iter().find(|one| {
        let path = match folds_case {
            true => Template::parse(&one.path.to_string().to_lowercase()).unwrap(),
            false => one.path.clone(),
        };
        readings.iter().any(|reading| path.matches(reading))
    })
}

proptest! {
    #[test]
    fn no_fold_leads_to_another_permission(
        paths in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec!["all", "All", "items", "a.json", "a", "{x}", "{x}.json", "{x:int}", "{x}:c", "+{x}", "{x}.", "a b", ""]),
                1..4,
            ),
            1..6,
        ),
        permissions in prop::collection::vec(0..3_u8, 6),
        request in prop::collection::vec(
            prop::sample::select(vec!["all", "ALL", "All", "items", "ITEMS", "a.json", "a", "A.JSON", "7", "7.json", "a+b", "a b", "a.", "all ", "all.x", "+:c", "+7", "x.", ".:c", ""]),
            1..4,
        ),
        folds in prop::collection::vec(
            prop::sample::select(vec![Fold::Case, Fold::SlashLess, Fold::SlashMore, Fold::Suffix, Fold::Ends, Fold::Plus]),
            0..3,
        ),
    ) {
        let mut all = Vec::new();
        for (at, (segments, permission)) in paths.iter().zip(&permissions).enumerate() {
            // the names of parameters differ, and nothing is empty but the last
            let segments: Vec<_> = segments.iter().enumerate()
                .filter(|(place, text)| !text.is_empty() || *place + 1 == segments.len())
                .map(|(place, text)| text.replace('x', &format!("x{at}{place}")))
                .collect();
            let text = format!("{permission} GET /{}", segments.join("/"));
            let mut more = all.clone();
            more.push(operation(&text));
            if Operations::new(more.clone()).is_ok() {
                all = more;
            }
        }
        let operations = Operations::new(all.clone()).unwrap();
        let mut path = String::new();
        for (place, segment) in request.iter().enumerate() {
            if segment.is_empty() && place + 1 < request.len() {
                continue;
            }
            path.push('/');
            crate::target::push_encoded(&mut path, segment);
        }
        let target = Target::parse(&path).unwrap();
        let matches = all.iter().any(|one| one.path.matches(target.segments()));
        let outcome = operations.find(&Method::GET, &target);
        prop_assert_eq!(matches, !matches!(outcome, Err(FindError::Path | FindError::Slash)), "{}", path);
        if let Ok((found, _)) = outcome {
            let read = read_as(target.segments(), &folds);
            let folds_case = folds.iter().any(|fold| matches!(fold, Fold::Case));
            if let Some(other) = routed(&all, [target.segments(), &read], folds_case) {
                prop_assert_eq!(
                    &found.permission, &other.permission,
                    "{} is {}, and {:?} by {:?} is {}", path, found.name(), read, folds, other.name()
                );
            }
        }
    }
}
