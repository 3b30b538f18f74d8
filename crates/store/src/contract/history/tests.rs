use super::*;

fn call(before: u64, after: u64, asked: Ask, answer: Answer) -> Call {
    Call {
        before,
        after,
        asked,
        answer,
    }
}

#[test]
fn an_order_is_found_among_overlapping_calls() {
    let history = [
        call(0, 9, Ask::Look, Answer::Seen(State::Live(1))),
        call(1, 2, Ask::Redeem, Answer::Done),
        call(3, 6, Ask::Rotate(0), Answer::Done),
        call(4, 5, Ask::Look, Answer::Seen(State::Live(0))),
        call(7, 8, Ask::Revoke, Answer::Done),
    ];
    assert!(has_order(&history));
}

#[test]
fn a_stale_look_two_winners_and_a_lost_revocation_have_none() {
    let begun = call(0, 1, Ask::Redeem, Answer::Done);
    let rotated = call(2, 3, Ask::Rotate(0), Answer::Done);
    for last in [
        call(4, 5, Ask::Look, Answer::Seen(State::Live(0))),
        call(2, 3, Ask::Rotate(0), Answer::Done),
        call(4, 5, Ask::Redeem, Answer::Done),
    ] {
        assert!(!has_order(&[begun, rotated, last]), "{last:?}");
    }
    let revoked = call(2, 3, Ask::Revoke, Answer::Done);
    let after = call(4, 5, Ask::Rotate(0), Answer::Done);
    assert!(!has_order(&[begun, revoked, after]));
    assert!(has_order(&[]));
}
