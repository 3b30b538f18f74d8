//! Tests of the state of a connection.

use super::*;

#[test]
fn a_request_waits_for_nothing_that_the_one_before_it_waited_for() {
    let (activity, _leave) = Activity::new(Limits::default());
    let first = activity.request(true);
    first.waits().for_body.begin();
    first.waits().for_answer.begin();
    let same = Arc::as_ptr(first.waits());
    drop(first);

    let second = activity.request(true);

    assert_eq!(Arc::as_ptr(second.waits()), same);
    assert!(second.waits().since().is_none());
}
