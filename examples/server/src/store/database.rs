//! Which database to use, as a flag names it.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// A file, or the address of a PostgreSQL server.
#[derive(Clone)]
pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Postgres(Box<PgConnectOptions>),
}

/// The address of a database is not one.
#[derive(Debug, thiserror::Error)]
#[error("this is not the address of a PostgreSQL database")]
pub struct InvalidAddress;

impl FromStr for Database {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            // The reason is not told: it may quote the password.
            let options = text.parse().map_err(|_| InvalidAddress)?;
            return Ok(Self::Postgres(Box::new(options)));
        }
        let Ok(path) = text.parse().map_err(|never: Infallible| match never {});
        Ok(Self::File(path))
    }
}

/// Names the database, without a password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(options) => {
                let name = options.get_database().unwrap_or(options.get_username());
                write!(f, "the PostgreSQL database {name} at {}", options.get_host())
            }
        }
    }
}

/// The same: the options would show the password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgres_address_is_told_from_a_file_and_shown_without_its_password() {
        for text in
            ["postgres://ada:secret@db.example/keys", "postgresql://ada:secret@db.example/keys"]
        {
            let database = text.parse::<Database>().unwrap();
            assert_eq!(database.to_string(), "the PostgreSQL database keys at db.example");
            assert!(!format!("{database:?}").contains("secret"));
        }
        let file = "data/postgres.sqlite".parse::<Database>().unwrap();
        assert_eq!(file.to_string(), "data/postgres.sqlite");
        assert!("postgres://db.example:port/".parse::<Database>().is_err());
    }
}
