//! The forms of the page.

use airside_page::escape;

use crate::theatre::state::TheatreState;

/// The hidden field that proves that a form is of this run.
pub fn run_token(state: &TheatreState) -> String {
    format!(
        "<input type=\"hidden\" name=\"token\" value=\"{}\">",
        escape(state.origin.token())
    )
}
