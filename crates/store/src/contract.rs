//! The suite that every backend must pass: one function a rule, whose name says the rule.
//!
//! A backend runs all of it by one line in its tests, naming a function that makes an empty store:
//!
//! ```ignore
//! airside_store::contract_tests!(empty);
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a suite of tests"
)]

pub mod directory;
pub mod durable;
pub mod effect;
pub mod history;
pub mod lifetime;
pub mod logout;
pub mod look;
pub mod pivot;
pub mod race;
pub mod status;

mod fixture;

use std::sync::Arc;

use crate::{Backend, BoxFuture};

/// The location of a backend's data: opened again, it is the same store.
pub trait Home: Send + Sync {
    /// Opens the store. Nobody else has it open.
    fn open(&self) -> BoxFuture<'_, Arc<dyn Backend>>;
}

/// Makes a test of every rule, on a runtime with four threads.
///
/// The argument names a function without arguments that answers an empty [`Home`].
#[macro_export]
macro_rules! contract_tests {
    ($empty:path) => {
        $crate::contract_tests! { @rules $empty;
            directory {
                the_key_check_is_recorded_once,
                every_client_is_read_once,
                clients_are_read_page_by_page_and_one_by_one,
                keys_are_listed_by_purpose_and_version,
                administrators_are_found_among_the_accounts,
                users_are_listed_page_by_page,
                live_sessions_are_listed_newest_first,
                live_grants_are_listed_newest_first,
                events_are_found_by_what_they_are_about,
                events_are_found_by_the_name_of_a_deleted_person,
                events_are_paged_newest_first,
                an_event_appended_twice_is_one,
                events_are_swept_after_their_lifetime,
                what_has_expired_is_swept_within_the_budget,
                what_may_be_needed_is_never_swept,
                a_used_digest_is_kept_for_the_leeway_of_clocks,
                keys_are_swept_when_nothing_they_protect_can_live,
            }
            durable {
                everything_acknowledged_is_there_after_reopening,
                positions_in_the_feed_go_on_after_reopening,
            }
            effect {
                nothing_follows_a_conflict,
                everything_follows_a_pivot,
                grants_of_a_session_end_except_offline_ones,
                grants_of_a_person_end,
                grants_of_a_client_end,
                a_grant_that_is_revoked_keeps_its_reason,
                a_consent_grows_and_keeps_its_epoch,
                a_withdrawn_consent_allows_nothing_and_has_another_epoch,
                a_consent_is_remembered_only_while_its_user_and_client_are_there,
                a_password_is_replaced,
                sessions_of_a_person_end,
                revocations_keep_the_order_of_commits,
                revocations_are_read_in_pages,
                the_end_of_the_feed_stays_when_revocations_are_swept,
            }
            history {
                concurrent_calls_agree_with_an_order,
            }
            lifetime {
                a_lifetime_is_recorded_until_no_token_of_it_can_live,
                what_was_revoked_outlives_a_lifetime_that_was_lowered,
                a_grant_is_kept_while_tokens_of_it_can_live,
                a_key_outlives_a_lifetime_that_was_lowered,
                a_seed_is_sown_once,
                a_seed_that_needs_not_be_sown_is_noted_once,
            }
            logout {
                the_end_of_a_session_queues_a_logout_token_for_each_client,
                a_session_that_has_ended_queues_nothing_more,
                the_end_of_every_session_of_a_person_queues_logout_tokens,
                a_grant_that_begins_after_its_session_queues_a_logout_token,
                a_grant_that_begins_beside_the_end_of_its_session_is_told,
                of_many_deliveries_one_is_leased,
                logout_tokens_that_wait_longest_are_due_first,
                logout_tokens_are_forgotten_with_their_client,
                queued_logout_tokens_are_there_after_reopening,
                a_grant_is_kept_until_its_client_need_not_be_told,
            }
            look {
                nothing_is_found_for_no_keys,
                absent_rows_are_none,
                a_grant_brings_its_user_and_its_session,
                a_cookie_brings_its_session_its_user_and_their_consent,
                a_name_brings_a_user_and_their_password,
                a_user_asked_for_comes_before_every_other,
                a_session_asked_for_comes_before_the_one_of_the_grant,
                every_kind_of_subject_is_found_in_the_feed,
                what_is_read_is_what_was_written,
            }
            pivot {
                a_code_is_redeemed_once,
                a_code_dies_with_a_change_of_its_user,
                a_code_dies_with_a_change_of_its_client,
                a_code_dies_with_its_consent,
                a_code_dies_with_its_session,
                a_rotation_needs_the_exact_state_before_it,
                a_revoked_grant_does_not_rotate,
                a_grant_is_revoked_once,
                a_digest_is_used_once,
                a_session_begins_only_for_an_unchanged_enabled_user,
                a_cookie_names_one_session,
                a_session_is_renewed_only_for_its_unchanged_enabled_user,
                a_session_that_ended_is_not_seen,
                the_last_use_of_a_session_never_goes_back,
                a_session_ends_once,
                a_client_id_is_given_once,
                a_client_changes_only_from_the_epoch_expected,
                a_client_changes_only_from_the_secrets_expected,
                a_client_is_deleted_once_with_its_consents,
                a_name_belongs_to_one_user,
                a_user_changes_only_from_the_epoch_expected,
                the_last_administrator_is_kept,
                a_user_is_deleted_once_with_password_and_consents,
                the_first_user_is_made_among_nobody,
                a_version_of_a_key_is_made_once,
                an_api_is_added_once_and_changes_only_from_the_epoch_expected,
                a_key_is_retired_once,
                a_key_is_dropped_once,
            }
            race {
                of_many_redemptions_one_wins_and_the_grant_ends_revoked_once,
                of_many_refreshes_one_rotates_and_all_get_its_successor,
                no_refresh_follows_a_revocation,
                no_redemption_follows_a_change_of_the_user,
                of_many_uses_one_wins,
                of_many_first_users_one_is_made,
                of_many_users_of_one_name_one_is_made,
                of_many_administrators_the_last_one_is_kept,
                concurrent_consents_lose_nothing,
                no_consent_follows_the_deletion_of_its_client,
            }
            status {
                a_place_is_leased_once,
                a_tried_write_changes_nothing,
                a_status_list_names_the_grants_that_were_revoked,
                a_status_list_begins_with_the_first_place_leased_in_it,
                a_revoked_grant_is_named_until_no_verifier_takes_its_tokens,
            }
        }
    };
    (@rules $empty:path; $($module:ident { $($rule:ident,)* })*) => {
        $(mod $module {
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $rule() {
                let home = $empty();
                $crate::contract::$module::$rule(&home).await;
            })*
        })*
    };
}
