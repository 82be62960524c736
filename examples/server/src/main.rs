//! The example server: one page with passkeys, on SQLite or PostgreSQL. See `--help`.

use std::process::ExitCode;

use clap::Parser;
use server::config::Config;

#[tokio::main]
async fn main() -> ExitCode {
    match server::run(Config::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", server::error::chain(&*error));
            ExitCode::FAILURE
        }
    }
}
