//! A network between a server and its database, which can be cut, can stall, and can be slow.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

/// What the network does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Fair,
    /// Nothing passes, and neither side is told.
    Stalled,
    /// Everything passes, each piece after this long.
    Slow(Duration),
    /// Everything passes after 200 milliseconds. Of each 20 pieces one is lost at first, and comes when the sender has
    /// noticed and sent it again.
    Poor,
    /// Connections are closed, old ones and new ones.
    Cut,
}

/// What a poor network adds to each piece.
const LATENCY: Duration = Duration::from_millis(200);

/// How long a TCP sender waits before it sends again (RFC 6298 §2.1).
const RETRANSMISSION: Duration = Duration::from_secs(1);

/// A proxy; closed when dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    weather: Mutex<Weather>,
    connections: Mutex<Vec<TcpStream>>,
    is_closed: AtomicBool,
    passed: AtomicU32,
}

impl State {
    fn weather(&self) -> Weather {
        *self.weather.lock().unwrap()
    }
}

impl Proxy {
    pub fn new(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            weather: Mutex::new(Weather::Fair),
            connections: Mutex::default(),
            is_closed: AtomicBool::new(false),
            passed: AtomicU32::new(0),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                if shared.is_closed.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(to)) else { continue };
                let mut connections = shared.connections.lock().unwrap();
                connections.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                drop(connections);
                let clones = (client.try_clone().unwrap(), server.try_clone().unwrap());
                for (from, to) in [clones, (server, client)] {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || pass(from, to, &shared));
                }
            }
        });
        Self { port, state }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn set(&self, weather: Weather) {
        *self.state.weather.lock().unwrap() = weather;
        if weather == Weather::Cut {
            self.close_connections();
        }
    }

    fn close_connections(&self) {
        for connection in self.state.connections.lock().unwrap().drain(..) {
            // Fails where it is closed already.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_closed.store(true, Ordering::SeqCst);
        self.close_connections();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Passes on what comes, one direction of a connection.
fn pass(mut from: TcpStream, mut to: TcpStream, state: &State) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        loop {
            if state.is_closed.load(Ordering::SeqCst) {
                break;
            }
            match state.weather() {
                Weather::Fair => break,
                Weather::Slow(delay) => {
                    thread::sleep(delay);
                    break;
                }
                Weather::Poor => {
                    let is_lost = state.passed.fetch_add(1, Ordering::Relaxed) % 20 == 19;
                    thread::sleep(if is_lost { LATENCY + RETRANSMISSION } else { LATENCY });
                    break;
                }
                Weather::Stalled => thread::sleep(Duration::from_millis(5)),
                Weather::Cut => {
                    // Fails where it is closed already.
                    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                    return;
                }
            }
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
