//! A proxy between the store and its server, which can stall or cut the connections that go through it.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What the proxy does with the bytes that arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Forwards,
    /// Keeps the connections open and forwards nothing.
    Stalls,
    /// Closes the connections, and new ones at once.
    Cuts,
}

pub struct Proxy {
    pub port: u16,
    mode: Arc<watch::Sender<Mode>>,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = Arc::new(watch::Sender::new(Mode::Forwards));
        let current = Arc::clone(&mode);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, current.subscribe()));
                tokio::spawn(forward(from_server, to_client, current.subscribe()));
            }
        });
        Self { port, mode }
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn forward(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut mode: watch::Receiver<Mode>,
) {
    let mut buffer = vec![0; 65536];
    loop {
        let current = *mode.borrow_and_update();
        let count = match current {
            Mode::Cuts => return,
            Mode::Stalls => {
                // A connection that was stalled stays so: what was in flight is lost.
                let _ = mode.wait_for(|mode| *mode == Mode::Cuts).await;
                return;
            }
            Mode::Forwards => tokio::select! {
                biased;
                _ = mode.changed() => continue,
                count = from.read(&mut buffer) => count.unwrap_or(0),
            },
        };
        if count == 0 || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
