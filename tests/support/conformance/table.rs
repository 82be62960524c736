//! A table in memory, with a lock as the transaction.

use std::{collections::HashMap, sync::Mutex};

use relying_party::{
    StoredPasskey, StoredPasskeyError,
    store::{AsyncPasskeyTable, Change, PasskeyTable, Rows},
};

/// Which rows the table reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reads {
    /// Only the requested rows.
    Asked,
    /// All rows.
    All,
}

#[derive(Debug)]
pub(crate) struct MemoryTable {
    rows: Mutex<HashMap<Vec<u8>, StoredPasskey>>,
    reads: Reads,
}

impl MemoryTable {
    pub(crate) fn new(reads: Reads) -> Self {
        Self { rows: Mutex::default(), reads }
    }

    pub(crate) fn put(&self, row: StoredPasskey) {
        self.rows.lock().unwrap().insert(row.id.clone(), row);
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.lock().unwrap().len()
    }
}

impl PasskeyTable for MemoryTable {
    type Error = StoredPasskeyError;

    fn change<O>(
        &self,
        rows: Rows<'_>,
        decide: impl Fn(Vec<StoredPasskey>) -> Change<O>,
    ) -> Result<O, StoredPasskeyError> {
        let mut table = self.rows.lock().unwrap();
        let is_read = |row: &&StoredPasskey| matches!(self.reads, Reads::All) || rows.contain(row);
        let read = || table.values().filter(is_read).cloned().collect();
        // Called twice, as by a database that has to repeat a transaction.
        drop(decide(read()));
        let change = decide(read());
        table.extend(change.put.map(|row| (row.id.clone(), row)));
        for id in change.delete {
            table.remove(&id);
        }
        Ok(change.outcome)
    }
}

impl AsyncPasskeyTable for MemoryTable {
    type Error = StoredPasskeyError;

    async fn change<O: Send>(
        &self,
        rows: Rows<'_>,
        decide: impl Fn(Vec<StoredPasskey>) -> Change<O> + Send + Sync,
    ) -> Result<O, StoredPasskeyError> {
        PasskeyTable::change(self, rows, decide)
    }
}
