//! Objects such as another one, by which is seen what lists show of them when they are new.

use std::{collections::BTreeSet, sync::Arc};

use super::Session;
use crate::{
    document::Kind,
    exchange::{IdentityIndex, Recorded},
    world::Object,
};

impl Session {
    /// Makes an object as another one was made, reads these lists again as a caller, and returns the names of
    /// its canaries in them; `None` if no list has it. An object that was there for longer may have left the
    /// first page of a list.
    pub async fn listed_of_sibling(
        &self,
        object: &Object,
        caller: IdentityIndex,
        lists: &[Recorded],
    ) -> Option<BTreeSet<String>> {
        let maker = self.operation(object.made_by?)?;
        let is_usual = maker.kind == Kind::Create && maker.administrative.is_none();
        if !is_usual || !self.allow_writes || lists.is_empty() {
            return None;
        }
        let key = (maker.index, object.owner, caller);
        // one at a time: others that are made meanwhile would come before it
        let mut known = self.siblings.lock().await;
        if let Some(names) = known.get(&key) {
            return names.clone();
        }
        let sibling = self.create(maker, object.owner, None).await.ok()?;
        // nothing is below it, as there is below those that are attacked
        self.world.lock().retire(&sibling);
        let names = self.listed_names(&sibling, caller, lists).await;
        known.insert(key, names.clone());
        names
    }

    async fn listed_names(
        &self,
        sibling: &Arc<Object>,
        caller: IdentityIndex,
        lists: &[Recorded],
    ) -> Option<BTreeSet<String>> {
        let mut names: Option<BTreeSet<String>> = None;
        for list in lists {
            let Ok(list) = self.send(Some(caller), list.request.clone()).await else {
                continue;
            };
            let list = [list];
            if self.is_listed(sibling, &list) || self.is_in_other_list(sibling, &list) {
                let canaries = sibling.canaries.iter();
                let [list] = &list;
                let shown = canaries.filter(|one| list.answer.text.contains(&one.text));
                let shown = shown.map(|one| one.name.clone());
                names.get_or_insert_default().extend(shown);
            }
        }
        names
    }
}
