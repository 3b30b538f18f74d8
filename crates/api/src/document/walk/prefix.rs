//! The prefixes of paths: those of the nearest servers.

use super::Walk;
use crate::document::{object::Object, server};

impl<'a> Walk<'a> {
    pub(super) fn prefixes(&mut self, holders: &[&Object<'a>]) -> Result<Vec<String>, String> {
        if let Some(prefix) = self.path_prefix {
            return Ok(vec![prefix.trim_end_matches('/').to_owned()]);
        }
        let nearest = holders.iter().find_map(|holder| holder.member("servers"));
        let servers = nearest.or_else(|| self.root.member("servers"));
        let prefixes = server::prefixes(servers, &self.references)?;
        self.remark_prefixes(&prefixes);
        Ok(prefixes)
    }

    /// Remarks on servers that have several prefixes.
    fn remark_prefixes(&mut self, prefixes: &[String]) {
        if prefixes.len() > 1 {
            let remark = format!(
                "its servers have several prefixes, and operations count below each of them (`{}`): set `path_prefix` if the API has one",
                prefixes
                    .iter()
                    .map(|prefix| if prefix.is_empty() { "/" } else { prefix })
                    .collect::<Vec<_>>()
                    .join("`, `")
            );
            if !self.document.remarks.contains(&remark) && self.document.remarks.len() < MAX_REMARKS
            {
                self.document.remarks.push(remark);
            }
        }
    }
}

const MAX_REMARKS: usize = 20;
