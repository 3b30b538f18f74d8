//! Operations that one remark is about.

use airside_api::document::DescribedOperation;

/// Operations that share one remark.
#[derive(Default)]
pub(super) struct RemarkedOperations {
    first: Option<String>,
    count: usize,
}

impl RemarkedOperations {
    pub(super) fn add(&mut self, one: &DescribedOperation) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(format!("{} {}", one.method, one.path));
        }
    }

    pub(super) fn remark(self, what: &str) -> Option<String> {
        let (first, count) = (self.first?, self.count);
        Some(format!(
            "{what} ({count} operations, `{first}` for example)"
        ))
    }
}
