//! The parents that conditions use.

use super::{Links, TableMapper};
use crate::{RecordShape, RelationError, cedar::condition::RecordCondition};

impl TableMapper<'_> {
    /// Finds the parents that conditions use.
    pub(in crate::cedar) fn links<'c>(
        self,
        conditions: impl IntoIterator<Item = &'c RecordCondition>,
        record: RecordShape,
    ) -> Result<Links, RelationError> {
        let mut links = Links::default();
        for condition in conditions {
            self.add_links(&mut links, condition, record)?;
        }
        Ok(links)
    }

    fn add_links(
        self,
        links: &mut Links,
        condition: &RecordCondition,
        record: RecordShape,
    ) -> Result<(), RelationError> {
        match condition {
            RecordCondition::Always(_) | RecordCondition::Key(_) => Ok(()),
            RecordCondition::Columns(path, _)
            | RecordCondition::Refers(path, ..)
            | RecordCondition::Member(path, ..) => self.follow(links, path, record).map(drop),
            RecordCondition::In(path, entity) => {
                let (links, shape) = self.follow(links, path, record)?;
                self.add_ways(links, shape, &entity.kind)
            }
            RecordCondition::Not(inner) => self.add_links(links, inner, record),
            RecordCondition::And(all) | RecordCondition::Or(all) => {
                let mut all = all.iter();
                all.try_for_each(|one| self.add_links(links, one, record))
            }
        }
    }

    fn follow<'l>(
        self,
        mut links: &'l mut Links,
        path: &[String],
        mut shape: RecordShape,
    ) -> Result<(&'l mut Links, RecordShape), RelationError> {
        for attribute in path {
            links = links.0.entry(attribute.clone()).or_default();
            shape = self.parent(shape, attribute)?;
        }
        Ok((links, shape))
    }

    fn add_ways(
        self,
        links: &mut Links,
        shape: RecordShape,
        target: &str,
    ) -> Result<(), RelationError> {
        for link in self.ways(shape, target)? {
            let above = links.0.entry(link.column.to_owned()).or_default();
            if self.kinds.above(link.shape.kind).contains(target) {
                self.add_ways(above, link.shape, target)?;
            }
        }
        Ok(())
    }
}
