//! A soak of the example server: users who do everything, all the time, while something breaks every minute.
//!
//! ```text
//! cargo run --release -p server --example soak -- --minutes 60
//! cargo run --release -p server --example soak -- --minutes 6 --ceremonies database --seed 7
//! ```
//!
//! Two servers share a PostgreSQL and a Redis that the soak starts itself; the machine's own are left alone. Each user
//! keeps a record of what was acknowledged and compares the service with it. The soak fails, and says what is wrong, if
//! something acknowledged is lost, a ceremony counts twice, an answer is not documented, a request fails although
//! nothing is broken, or something grows that should not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what cannot go on has failed"
)]
#![allow(dead_code, unreachable_pub, reason = "it does not need all of the tests' support")]

#[path = "../../../../crates/sqlx/tests/support/server.rs"]
mod database;
mod documented;
mod faults;
mod growth;
#[path = "../../tests/support/memory.rs"]
mod memory;
#[path = "../../tests/support/postgres.rs"]
mod postgres;
#[path = "../../tests/support/proxy.rs"]
mod proxy;
#[path = "../../../../crates/redis/tests/support/server.rs"]
mod redis_server;
#[path = "../../tests/support/server.rs"]
mod server_process;
mod site;
mod tally;
mod user;
#[path = "../../tests/support/visitor.rs"]
mod visitor;

use std::{
    env,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use documented::Documented;
use faults::{Faults, KINDS};
use growth::Growth;
use server::config::Config;
use server_process::SERVE;
use site::Site;
use tally::Tally;
use user::User;

/// How much load, and for how long.
#[derive(Parser)]
struct Arguments {
    /// How long; a fault a minute
    #[arg(long, default_value_t = 6)]
    minutes: u64,
    /// Requests a second, of all users together
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// How many users there are
    #[arg(long, default_value_t = 8)]
    users: u64,
    /// What users do, and in what order, follows from it; when exactly does not
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where open ceremonies are
    #[arg(long, value_enum, default_value_t = Ceremonies::Redis)]
    ceremonies: Ceremonies,
}

/// Where open ceremonies are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ceremonies {
    /// In Redis
    Redis,
    /// In PostgreSQL, with the passkeys
    Database,
}

/// What users and faults share.
struct Soak {
    ports: [u16; 2],
    faults: Faults,
    tally: Tally,
    documented: Documented,
    pace: Pace,
    stop: AtomicBool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == SERVE) {
        return match server::run(Config::parse_from(arguments)).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{}", server::error::chain(&*error));
                ExitCode::FAILURE
            }
        };
    }
    let arguments = Arguments::parse();
    let is_good = tokio::task::spawn_blocking(move || run(&arguments)).await.unwrap();
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(arguments: &Arguments) -> bool {
    let mut site = Site::start(arguments.ceremonies);
    let soak = Soak {
        ports: site.ports(),
        faults: Faults::default(),
        tally: Tally::new(),
        documented: Documented::new(),
        pace: Pace::new(arguments.rate),
        stop: AtomicBool::new(false),
    };
    let started = Instant::now();
    let mut growth = Growth::default();
    let held = thread::scope(|scope| {
        let soak = &soak;
        let working = (0..arguments.users)
            .map(|number| scope.spawn(move || User::new(soak, arguments.seed, number).work()))
            .collect::<Vec<_>>();
        // Users stop even if this panics.
        let stop = scopeguard::guard((), |()| soak.stop.store(true, Ordering::Relaxed));
        for (minute, kind) in (0..arguments.minutes).zip(KINDS.into_iter().cycle()) {
            let started = started + Duration::from_secs(60 * minute);
            growth.watch(soak, &site, started + Duration::from_secs(25));
            site.break_it(kind, soak);
            growth.watch(soak, &site, started + Duration::from_mins(1));
            soak.tally.print();
        }
        drop(stop);
        let mut held = Some(0);
        for (number, user) in working.into_iter().enumerate() {
            if let Ok(passkeys) = user.join() {
                held = held.map(|held| held + passkeys);
            } else {
                soak.tally.wrong(format!("user {number} panicked"));
                held = None;
            }
        }
        held
    });
    if let Some(held) = held {
        site.expect_passkeys(held, &soak.tally);
    }
    growth.judge(&soak.tally);
    soak.tally.print();
    soak.faults.print();
    growth.print();
    soak.tally.verdict()
}

/// Lets so many requests pass in a second.
struct Pace {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    fn new(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1), next: Mutex::new(Instant::now()) }
    }

    fn wait(&self) {
        let mut next = self.next.lock().unwrap();
        // What was not used is not made up for.
        let turn = (*next).max(Instant::now());
        *next = turn + self.interval;
        drop(next);
        thread::sleep(turn.saturating_duration_since(Instant::now()));
    }
}
