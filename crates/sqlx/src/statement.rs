//! The statements, with the names of the tables, in the form that the database wants.

use std::sync::Arc;

use crate::{
    dialect::{Dialect, Value},
    rows::columns,
    tables::Tables,
};

/// A statement whose places for values are written `$1`, `$2`, … and may be repeated.
#[derive(Clone, Debug)]
pub struct Statement {
    sql: Arc<str>,
    /// For a database that counts its places by their order: the value of each.
    order: Option<Arc<[usize]>>,
}

impl Statement {
    pub(crate) fn new<DB: Dialect>(sql: &str, tables: &Tables) -> Self {
        let sql = tables.fill(&fill::<DB>(sql));
        if DB::NUMBERED {
            return Self { sql: sql.into(), order: None };
        }
        let mut order = Vec::new();
        let mut parts = sql.split('$');
        let mut positional = String::from(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            order.push(number.parse::<usize>().unwrap_or_default().saturating_sub(1));
            positional.push('?');
            positional.push_str(rest);
        }
        Self { sql: positional.into(), order: Some(order.into()) }
    }

    /// The text, which is the key of the driver's cache of prepared statements.
    pub(crate) fn sql(&self) -> Arc<str> {
        Arc::clone(&self.sql)
    }

    /// The statement that asks for the plan of this one.
    #[cfg(test)]
    pub(crate) fn explained(&self, explain: &str) -> Self {
        Self { sql: format!("{explain}{}", self.sql).into(), order: self.order.clone() }
    }

    /// The values in the order of their places.
    pub(crate) fn in_order<'v>(&self, values: &[Value<'v>]) -> impl Iterator<Item = Value<'v>> {
        let order = self.order.as_deref();
        let count = order.map_or(values.len(), <[usize]>::len);
        (0..count).filter_map(move |place| {
            let index = order.map_or(Some(place), |order| order.get(place).copied())?;
            values.get(index).copied()
        })
    }
}

/// How many ceremonies one statement sweeps.
pub(crate) const SWEEP_BATCH: usize = 64;

/// `$1, $2, …`
fn places(count: usize) -> String {
    (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// Replaces what is written in braces.
fn fill<DB: Dialect>(sql: &str) -> String {
    sql.replace("{ceremonies}", "/*schema*//*prefix*/passkey_ceremonies")
        .replace("{accounts}", "/*schema*//*prefix*/passkey_accounts")
        .replace("{passkeys}", "/*schema*//*prefix*/passkeys")
        .replace("{columns}", columns!())
        .replace("{same}", DB::SAME)
        .replace("{for update}", DB::FOR_UPDATE)
        .replace("{or nothing}", DB::OR_NOTHING)
        .replace("{returning record}", if DB::RETURNING { "RETURNING record" } else { "" })
}

/// Declares the statements by name, so that tests can go through all of them.
macro_rules! statements {
    ($database:ident; $($(#[$doc:meta])* $name:ident: $sql:expr,)*) => {
        /// Every statement of the crate, apart from those of migrations.
        #[derive(Debug)]
        pub(crate) struct Statements {
            $($(#[$doc])* pub(crate) $name: Statement,)*
        }

        impl Statements {
            pub(crate) fn new<$database: Dialect>(tables: &Tables) -> Self {
                Self { $($name: Statement::new::<$database>(AsRef::<str>::as_ref(&$sql), tables),)* }
            }

            #[cfg(test)]
            pub(crate) fn all(&self) -> Vec<(&'static str, &Statement)> {
                vec![$((stringify!($name), &self.$name),)*]
            }
        }
    };
}

statements! {
    DB;
    put_ceremony: format!(
        "INSERT INTO {{ceremonies}} (id, rp_id, user_handle, expires_at, record) VALUES ($1, $2, $3, $4, $5){}",
        DB::or_replace("id", &["rp_id", "user_handle", "expires_at", "record"])
    ),
    expired: "SELECT id FROM {ceremonies} WHERE expires_at < $1 ORDER BY expires_at LIMIT $2",
    /// Deletes a batch by ID. `DELETE … WHERE expires_at < …` would lock the index by expiry first and the row second,
    /// and deadlock in MySQL with a statement that takes a ceremony.
    sweep: format!("DELETE FROM {{ceremonies}} WHERE id IN ({})", places(SWEEP_BATCH)),
    /// For databases that cannot return what they delete.
    read_ceremony: "SELECT record FROM {ceremonies} WHERE id = $1",
    take_ceremony: "DELETE FROM {ceremonies} WHERE id = $1 {returning record}",
    erase_ceremonies: "DELETE FROM {ceremonies} WHERE rp_id = $1 AND user_handle = $2",

    /// Creates the row that is locked, if it is missing, and locks it.
    lock_account: format!(
        "INSERT INTO {{accounts}} (rp_id, user_handle) VALUES ($1, $2){}",
        DB::or_replace("rp_id, user_handle", &["user_handle"])
    ),
    /// Locks the row if it is there.
    lock_known_account: "SELECT user_handle, name IS NOT NULL FROM {accounts} WHERE rp_id = $1 AND user_handle = $2 \
        {for update}",
    insert_account: "INSERT INTO {accounts} (rp_id, user_handle, name, display_name, created_at) \
        VALUES ($1, $2, $3, $4, $5) {or nothing}",
    account: "SELECT user_handle, name, display_name, created_at FROM {accounts} WHERE rp_id = $1 AND user_handle = $2 \
        AND name IS NOT NULL",
    account_by_name: "SELECT user_handle, name, display_name, created_at FROM {accounts} WHERE rp_id = $1 AND name = $2",
    erase_account: "DELETE FROM {accounts} WHERE rp_id = $1 AND user_handle = $2",

    passkeys_of: "SELECT {columns} FROM {passkeys} WHERE rp_id = $1 AND user_handle = $2 ORDER BY created_at, id",
    ids_of: "SELECT id FROM {passkeys} WHERE rp_id = $1 AND user_handle = $2",
    credentials_of: "SELECT credential_id FROM {passkeys} WHERE rp_id = $1 AND user_handle = $2",
    passkey: "SELECT {columns} FROM {passkeys} WHERE rp_id = $1 AND credential_id = $2",
    passkey_by_id: "SELECT {columns} FROM {passkeys} WHERE id = $1",
    /// Whether the credential is registered, and how many passkeys the account has.
    counts: "SELECT (SELECT count(*) FROM {passkeys} WHERE rp_id = $1 AND credential_id = $3), \
        (SELECT count(*) FROM {passkeys} WHERE rp_id = $1 AND user_handle = $2)",
    insert: "INSERT INTO {passkeys} (id, rp_id, user_handle, credential_id, name, created_at, updated_at, last_used_at, \
        sign_count, backup_eligible, backup_state, uv_initialized, record, aaguid, anchor, last_active_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) {or nothing}",
    record_use: "UPDATE {passkeys} SET sign_count = $2, backup_eligible = $3, backup_state = $4, uv_initialized = $5, \
        last_used_at = $6, last_active_at = $6 \
        WHERE id = $1 AND sign_count = $7 AND backup_eligible {same} $8 AND backup_state {same} $9 \
        AND uv_initialized = $10",
    exists: "SELECT id FROM {passkeys} WHERE id = $1",
    rename: "UPDATE {passkeys} SET name = $4, updated_at = $5 WHERE id = $1 AND rp_id = $2 AND user_handle = $3",
    delete: "DELETE FROM {passkeys} WHERE id = $1 AND rp_id = $2 AND user_handle = $3",
    erase_passkeys: "DELETE FROM {passkeys} WHERE rp_id = $1 AND user_handle = $2",

    /// One page of an operator's look-up: the first passkeys behind the last one of the page before.
    by_model: "SELECT {columns} FROM {passkeys} WHERE aaguid = $1 AND id > $2 ORDER BY id LIMIT $3",
    by_anchor: "SELECT {columns} FROM {passkeys} WHERE anchor = $1 AND id > $2 ORDER BY id LIMIT $3",
    unused_since: "SELECT {columns} FROM {passkeys} WHERE last_active_at < $1 AND last_active_at >= $2 \
        AND (last_active_at > $2 OR id > $3) ORDER BY last_active_at, id LIMIT $4",
    /// Reads the whole index by model.
    count_by_model: "SELECT aaguid, count(*) FROM {passkeys} GROUP BY aaguid ORDER BY 2 DESC, 1",
}
