//! A server on `webauthn-rs`, for the load of the example server: `load --peer PROGRAM` starts it.
//!
//! It is what the library's documentation leads to: the state of a ceremony and the passkeys are JSON in tables, and
//! each statement commits by itself. It has the paths and the database settings of the example server, and only what
//! the load uses.

mod database;
mod routes;

use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
};

use clap::Parser;
use tokio::net::TcpListener;

use crate::{database::Database, routes::App};

#[derive(Parser)]
struct Flags {
    #[arg(long, default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))]
    address: SocketAddr,
    /// A SQLite file, or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long)]
    database: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let flags = Flags::parse();
    let database = Database::open(&flags.database).await?;
    let listener = TcpListener::bind(flags.address).await?;
    let address = listener.local_addr()?;
    let app = App::new(database, address.port())?;
    println!("Listening on http://{address}");
    axum::serve(listener, routes::router(app)).await?;
    Ok(())
}
