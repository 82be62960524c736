//! Two servers, their database and their Redis, and how they break.

use std::{
    env,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::json;

use crate::{
    Ceremonies, Soak, database,
    faults::{KILLED, Kind},
    memory,
    postgres::Schema,
    proxy::{Proxy, Weather},
    redis_server,
    server_process::Server,
    tally::Tally,
    visitor::Visitor,
};

/// How long a ceremony is open. Longer than clocks are apart.
pub const LIFETIME: Duration = Duration::from_mins(2);

/// How far a clock jumps: as far as the servers' clocks may be apart.
pub const JUMP: Duration = Duration::from_mins(1);

/// How long something is broken. Longer than a server waits for its database.
const BROKEN: Duration = Duration::from_secs(6);

const SETTINGS: &str = r#"{"reverification":{"max_age":120000,"before":["delete","erase"]}}"#;

/// How many ceremonies in the database may have expired a while ago: servers sweep when others begin.
const UNSWEPT: i64 = 128;

pub struct Site {
    servers: [Server; 2],
    places: [Place; 2],
    to_database: [Proxy; 2],
    to_redis: [Proxy; 2],
    schema: Schema,
    database: database::Server,
    redis: redis_server::Server,
    ceremonies: Ceremonies,
    folder: tempfile::TempDir,
    /// How many faults there were.
    turn: usize,
}

impl Site {
    pub fn start(ceremonies: Ceremonies) -> Self {
        let mut database = database::Server::postgres(None).expect("PostgreSQL is installed");
        database.start();
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", database.port);
        let schema = until_it_works(|| {
            database.keep_running();
            Schema::at(&url)
        });
        let redis = redis_server::Server::start(&[]).expect("Redis is installed");
        until_it_works(|| count_in_redis(&redis));
        let at_redis = SocketAddr::from(([127, 0, 0, 1], redis.port));
        let to_database = [Proxy::new(schema.host()), Proxy::new(schema.host())];
        let to_redis = [Proxy::new(at_redis), Proxy::new(at_redis)];
        let library = libfaketime();
        if library.is_none() {
            println!("skipped: clocks do not jump, since libfaketime is not installed");
        }
        let folder = tempfile::tempdir().unwrap();
        let places = [0, 1].map(|at| Place {
            url: schema.url_at(to_database[at].port()),
            redis: (ceremonies == Ceremonies::Redis).then(|| to_redis[at].port()),
            clock: library.clone().map(|library| Clock::new(library, folder.path(), at)),
            log: env::temp_dir().join(format!("soak-server-{}.log", at + 1)),
        });
        println!("the servers write to {}, the second to …-2.log", places[0].log.display());
        let servers = [places[0].start(0), places[1].start(0)];
        let turn = 0;
        Self {
            servers,
            places,
            to_database,
            to_redis,
            schema,
            database,
            redis,
            ceremonies,
            folder,
            turn,
        }
    }

    pub fn ports(&self) -> [u16; 2] {
        [self.servers[0].port(), self.servers[1].port()]
    }

    pub fn memory(&self) -> [Option<u64>; 2] {
        [0, 1].map(|at| memory::of(self.servers[at].id(), "VmRSS"))
    }

    /// Breaks something and makes it whole.
    pub fn break_it(&mut self, kind: Kind, soak: &Soak) {
        let round = self.turn / crate::KINDS.len();
        self.turn += 1;
        let begin = |what: &str| {
            soak.tally.say(what);
            soak.faults.begin(kind, what.into());
        };
        match kind {
            Kind::Server => {
                begin("the second server is killed");
                let port = self.servers[KILLED].port();
                self.servers[KILLED].kill_now();
                thread::sleep(BROKEN / 2);
                self.servers[KILLED] = self.places[KILLED].start(port);
            }
            Kind::Database => {
                begin("the database is killed");
                self.database.kill();
                thread::sleep(BROKEN / 2);
                self.database.start();
                until_it_works(|| {
                    self.database.keep_running();
                    self.schema.try_number("SELECT count(*) FROM sessions")
                });
            }
            Kind::Network => {
                let at = round % 2;
                let weather = if round % 4 < 2 { Weather::Stalled } else { Weather::Cut };
                let to_redis = self.ceremonies == Ceremonies::Redis && round % 8 >= 4;
                let (to, proxy) = if to_redis {
                    ("Redis", &self.to_redis[at])
                } else {
                    ("the database", &self.to_database[at])
                };
                begin(&format!("server {} to {to}: {weather:?}", at + 1));
                proxy.set(weather);
                thread::sleep(BROKEN);
                proxy.set(Weather::Fair);
            }
            Kind::Redis => {
                begin("Redis is killed");
                self.redis.kill();
                thread::sleep(BROKEN / 2);
                self.redis.spawn().unwrap();
                until_it_works(|| count_in_redis(&self.redis));
            }
            Kind::Clock => {
                let at = round / 2 % 2;
                let Some(clock) = &self.places[at].clock else { return };
                let sign = if round.is_multiple_of(2) { '+' } else { '-' };
                let offset = format!("{sign}{}", JUMP.as_secs());
                begin(&format!("the clock of server {} jumps by {offset} s", at + 1));
                clock.set(&offset);
                thread::sleep(BROKEN);
                let shown = self.clock_error(at, &soak.tally);
                if shown.as_ref().ok() != offset.parse().ok().as_ref() {
                    soak.tally.wrong(format!("the clock is wrong by {shown:?} s, not {offset}"));
                }
                thread::sleep(BROKEN * 2);
                clock.set("+0");
            }
        }
        soak.faults.end();
    }

    /// By how many seconds a server's clock is wrong, as the time shows at which a ceremony expires.
    fn clock_error(&self, at: usize, tally: &Tally) -> Result<i64, String> {
        tally.begun();
        let request = json!({ "flow": "discoverable" });
        let path = "/passkeys/sign-in/begin";
        let answer = Visitor::new().call(self.servers[at].port(), "POST", path, &request)?;
        let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap();
        let expires = answer.body["expires_at"].as_i64().ok_or("no ceremony began")?;
        let error = expires - millis(LIFETIME) - millis(since_epoch());
        Ok((error + error.signum() * 500) / 1000)
    }

    /// How many ceremonies are stored, whether open or not. More than were begun while any of them is open, or some that
    /// expired long ago, are too many.
    pub fn stored_ceremonies(&self, tally: &Tally) -> Result<u64, String> {
        if self.ceremonies == Ceremonies::Redis {
            let stored = count_in_redis(&self.redis)?;
            // What was begun while nothing passed is stored later.
            let begun = tally.begun_within(LIFETIME + BROKEN * 2);
            if stored > begun {
                tally.wrong(format!("Redis has {stored} ceremonies, of {begun} that may be open"));
            }
            let others = self.schema.try_number("SELECT count(*) FROM passkey_ceremonies")?;
            if others != 0 {
                tally.wrong(format!("{others} ceremonies are in the database"));
            }
            return Ok(stored);
        }
        // Either clock may be behind.
        let long_ago = since_epoch().saturating_sub(JUMP * 2).as_millis();
        let expired =
            format!("SELECT count(*) FROM passkey_ceremonies WHERE expires_at < {long_ago}");
        let expired = self.schema.try_number(&expired)?;
        if expired > UNSWEPT {
            tally.wrong(format!("{expired} ceremonies expired long ago and are still stored"));
        }
        let stored = self.schema.try_number("SELECT count(*) FROM passkey_ceremonies")?;
        Ok(u64::try_from(stored).unwrap())
    }

    /// At the end, the database has the passkeys that users have, and no others.
    pub fn expect_passkeys(&self, held: i64, tally: &Tally) {
        let count = |table: &str| self.schema.number(&format!("SELECT count(*) FROM {table}"));
        let there = count("passkeys");
        println!("{held} passkeys acknowledged, {there} in the database");
        if held != there {
            tally.wrong(format!("{there} passkeys are in the database, and users have {held}"));
        }
        let orphans = self.schema.number(
            "SELECT count(*) FROM sessions WHERE user_handle IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM passkey_accounts WHERE name IS NOT NULL AND sessions.user_handle =
             rtrim(translate(encode(passkey_accounts.user_handle, 'base64'), E'+/\\n', '-_'), '='))",
        );
        println!("{} sessions, {orphans} of them of erased accounts", count("sessions"));
    }
}

/// Where a server finds things.
struct Place {
    url: String,
    redis: Option<u16>,
    clock: Option<Clock>,
    /// Where it writes what it refuses.
    log: PathBuf,
}

impl Place {
    fn start(&self, port: u16) -> Server {
        let seconds = LIFETIME.as_secs().to_string();
        let flags = [
            "--database-seconds",
            "3",
            "--database-connections",
            "8",
            "--ceremony-seconds",
            &seconds,
            "--settings",
            SETTINGS,
        ];
        Server::start_with(&self.url, port, &flags, |command| {
            command.env("PASSKEYS_DECOY_SECRET", "the same secret on both servers, for decoys");
            // The machine's own Redis is left alone.
            command.env_remove("REDIS_URL");
            if let Some(port) = self.redis {
                command.env("REDIS_URL", format!("redis://127.0.0.1:{port}/"));
            }
            if let Some(clock) = &self.clock {
                clock.give_to(command);
            }
            let log = File::options().create(true).append(true).open(&self.log).unwrap();
            command.stderr(log);
        })
    }
}

/// The clock of a server, which `libfaketime` reads from a file.
struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    fn new(library: PathBuf, folder: &Path, at: usize) -> Self {
        let clock = Self { library, file: folder.join(format!("clock-{at}")) };
        clock.set("+0");
        clock
    }

    /// Makes it wrong by so many seconds.
    fn set(&self, offset: &str) {
        // In one step, since the server reads it all the time.
        let new = self.file.with_extension("new");
        fs::write(&new, offset).unwrap();
        fs::rename(new, &self.file).unwrap();
    }

    /// The server reads it again every second. How long it waits for something is not affected.
    fn give_to(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_CACHE_DURATION", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
}

/// `libfaketime`, where `LIBFAKETIME` or Debian has it.
fn libfaketime() -> Option<PathBuf> {
    if let Some(library) = env::var_os("LIBFAKETIME") {
        return Some(library.into());
    }
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok);
    let mut libraries = folders.map(|it| it.path().join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.exists())
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

fn count_in_redis(redis: &redis_server::Server) -> Result<u64, String> {
    let count = || -> redis::RedisResult<u64> {
        let client = redis::Client::open(redis.url())?;
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(2))?;
        let keys: Vec<String> =
            redis::cmd("KEYS").arg("passkeys:ceremony:*").query(&mut connection)?;
        Ok(u64::try_from(keys.len()).unwrap())
    };
    count().map_err(|error| error.to_string())
}

fn until_it_works<T>(mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let started = Instant::now();
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(error) => {
                assert!(started.elapsed() < Duration::from_mins(1), "{error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
