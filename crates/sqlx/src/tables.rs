//! What the tables are called, and what they refer to.

use std::fmt;

/// The names of the tables: `passkeys`, `passkey_ceremonies`, `passkey_accounts` and `passkey_migrations`, with a
/// prefix or in a schema.
///
/// ```
/// use relying_party_sqlx::Tables;
/// let tables = Tables::new().schema("auth")?.prefix("my_")?.foreign_key("public.users", "handle")?;
/// assert_eq!(tables.to_string(), "auth.my_passkeys");
/// # Ok::<(), relying_party_sqlx::InvalidName>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    schema: String,
    prefix: String,
    /// The table and the column of the host's users, each checked.
    users: Option<(String, String)>,
}

/// A name that is not an identifier: ASCII letters, digits and underscores, up to 40 characters, and no digit first.
///
/// The check protects hosts that build a name from configuration: names become part of SQL statements.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a table name: use up to 40 ASCII letters, digits and underscores, not starting with a digit"
)]
pub struct InvalidName(String);

/// PostgreSQL truncates names beyond 63 bytes, and MySQL rejects them beyond 64. The longest suffix has 29.
const NAME_MAX: usize = 40;

impl Tables {
    /// The default names, in the connection's default schema.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the tables in a schema (in MySQL and SQLite: a database), which must exist.
    ///
    /// # Errors
    ///
    /// The name is not an identifier.
    pub fn schema(mut self, schema: &str) -> Result<Self, InvalidName> {
        self.schema = identifier(schema)?;
        self.schema.push('.');
        Ok(self)
    }

    /// Starts the name of every table and index with a prefix.
    ///
    /// # Errors
    ///
    /// The prefix is not an identifier.
    pub fn prefix(mut self, prefix: &str) -> Result<Self, InvalidName> {
        self.prefix = identifier(prefix)?;
        Ok(self)
    }

    /// Makes [`migrate`](crate::SqlxStore::migrate) add a foreign key from the accounts that have passkeys to your
    /// users table, on whose `column` are the user handles. Deleting a user then deletes the user's passkeys, and a
    /// passkey of a missing user is refused ([`SqlxError::NoAccount`](crate::SqlxError::NoAccount)).
    ///
    /// The column must be unique and have the type of `user_handle` in the migration: `BLOB`, `bytea` or
    /// `VARBINARY(64)`. `table` may have a schema: `public.users`.
    ///
    /// # Errors
    ///
    /// A name is not an identifier.
    pub fn foreign_key(mut self, table: &str, column: &str) -> Result<Self, InvalidName> {
        let parts = table.split('.').map(identifier).collect::<Result<Vec<_>, _>>()?;
        self.users = Some((parts.join("."), identifier(column)?));
        Ok(self)
    }

    /// Fills the markers of a migration or a statement.
    pub(crate) fn fill(&self, sql: &str) -> String {
        let foreign_key = self.users.as_ref().map_or_else(String::new, |(table, column)| {
            format!(", FOREIGN KEY (user_handle) REFERENCES {table} ({column}) ON DELETE CASCADE")
        });
        sql.replace("/*schema*/", &self.schema)
            .replace("/*prefix*/", &self.prefix)
            .replace("/*foreign key*/", &foreign_key)
    }
}

/// The qualified name of the passkeys' table.
impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}passkeys", self.schema, self.prefix)
    }
}

fn identifier(name: &str) -> Result<String, InvalidName> {
    let characters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let first = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if characters && first && name.len() <= NAME_MAX {
        Ok(name.into())
    } else {
        Err(InvalidName(name.chars().take(NAME_MAX).collect()))
    }
}
