//! A map whose values are shared between its copies until they are changed: a copy costs little, and what did not change
//! can be told by looking at where it is.

use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(super) struct Shared<K, V> {
    all: BTreeMap<K, Arc<V>>,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self {
            all: BTreeMap::new(),
        }
    }
}

impl<K: Ord, V: Clone> Shared<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.all.get(key).map(Arc::as_ref)
    }

    /// The value as it is shared.
    pub(super) fn shared(&self, key: &K) -> Option<&Arc<V>> {
        self.all.get(key)
    }

    /// The value to be changed; copies of the map keep theirs.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.all.get_mut(key).map(Arc::make_mut)
    }

    pub(super) fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        Arc::make_mut(self.all.entry(key).or_default())
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.all.insert(key, Arc::new(value));
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.all.remove(key);
    }

    pub(super) fn contains_key(&self, key: &K) -> bool {
        self.all.contains_key(key)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.all.iter().map(|(k, v)| (k, v.as_ref()))
    }

    pub(super) fn all_shared(&self) -> impl DoubleEndedIterator<Item = (&K, &Arc<V>)> {
        self.all.iter()
    }

    pub(super) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.all.values().map(Arc::as_ref)
    }
}

/// Whether two values are the same; those that are shared are not looked into.
pub(super) fn same<V: PartialEq>(a: &Arc<V>, b: &Arc<V>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

/// The same of values that may not be there.
pub(super) fn alike<V: PartialEq>(a: Option<&Arc<V>>, b: Option<&Arc<V>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}
