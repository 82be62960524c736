//! Which database to use, as it is told by a flag.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

use tokio_postgres::config::Host;

/// A file, or the address of a PostgreSQL server.
#[derive(Clone, Debug)]
pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Postgres(Box<tokio_postgres::Config>),
}

impl FromStr for Database {
    type Err = tokio_postgres::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return text.parse().map(Box::new).map(Self::Postgres);
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
            Self::Postgres(config) => {
                let name = config.get_dbname().or(config.get_user()).unwrap_or("postgres");
                write!(f, "the PostgreSQL database {name}")?;
                for (number, host) in config.get_hosts().iter().enumerate() {
                    f.write_str(if number == 0 { " at " } else { ", " })?;
                    match host {
                        Host::Tcp(host) => f.write_str(host)?,
                        #[cfg(unix)]
                        Host::Unix(folder) => folder.display().fmt(f)?,
                    }
                }
                Ok(())
            }
        }
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
