//! The limits of the server over real connections: clients that keep it waiting, that come in numbers, that come under
//! another name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "this is a test"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

#[path = "support/server.rs"]
mod server;
#[path = "support/visitor.rs"]
mod visitor;

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use server::Server;
use visitor::Visitor;

/// Far more than a limit of a second takes, and far less than the limits that a server has without flags take in all.
const PATIENCE: Duration = Duration::from_secs(8);

/// A server, and the folder with its database.
fn server(flags: &[&str]) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("passkeys.sqlite"), 0, flags);
    (server, folder)
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn page(host: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

/// Sends a whole request, for an answer that is the last on its connection.
fn answer(server: &Server, head: &str, body: &str) -> String {
    let mut stream = connect(server);
    let request = format!(
        "{head}Connection: close\r\nContent-Length: {}\r\nContent-Type: application/json\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    read_to_end(&mut stream, Duration::from_mins(1)).expect("the connection is closed")
}

/// What comes until the server closes the connection; nothing if it does not in time.
fn read_to_end(stream: &mut TcpStream, patience: Duration) -> Option<String> {
    let end = Instant::now() + patience;
    let mut text = Vec::new();
    loop {
        let left = end.checked_duration_since(Instant::now())?;
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1)))).unwrap();
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => text.extend_from_slice(&buffer[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return None;
            }
            Err(_) => break,
        }
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Sends a byte again and again until the server closes the connection; `None` if it does not in time.
fn drip(stream: &mut TcpStream, byte: u8) -> Option<String> {
    let end = Instant::now() + PATIENCE;
    let mut text = String::new();
    while Instant::now() < end {
        // Fails when the server has closed its end.
        let sent = stream.write_all(&[byte]);
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => return Some(text),
            Ok(length) => text.push_str(&String::from_utf8_lossy(&buffer[..length])),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                sent.ok()?;
            }
            Err(_) => return Some(text),
        }
    }
    None
}

#[test]
fn closes_a_connection_whose_head_stays_half_sent() {
    let (server, _folder) = server(&["--head-seconds", "1"]);
    let mut silent = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
    let mut dripping = connect(&server);
    dripping.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
    assert!(drip(&mut dripping, b'x').is_some(), "a head that never ends");
    assert!(read_to_end(&mut silent, PATIENCE).is_some(), "no head at all");
    assert!(read_to_end(&mut half, PATIENCE).is_some(), "half a head");
}

#[test]
fn closes_a_connection_that_is_idle_after_a_request() {
    let (server, _folder) = server(&["--head-seconds", "1"]);
    let mut stream = connect(&server);
    stream.write_all(page("localhost").as_bytes()).unwrap();
    let answered = read_to_end(&mut stream, PATIENCE).expect("the connection is closed");
    assert!(answered.starts_with("HTTP/1.1 200 "), "{answered}");
}

#[test]
fn refuses_a_request_whose_body_is_withheld() {
    let (server, _folder) = server(&["--request-seconds", "1"]);
    for path in ["/passkeys/sign-up/begin", "/passkeys/sign-in/finish"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
             Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{"
        );
        let [mut withheld, mut dripping] = [connect(&server), connect(&server)];
        withheld.write_all(head.as_bytes()).unwrap();
        dripping.write_all(head.as_bytes()).unwrap();
        let refused = drip(&mut dripping, b' ').expect("the connection is closed");
        assert!(refused.starts_with("HTTP/1.1 408 "), "{path}: {refused}");
        let refused = read_to_end(&mut withheld, PATIENCE).expect("the connection is closed");
        assert!(refused.starts_with("HTTP/1.1 408 "), "{path}: {refused}");
    }
}

#[test]
fn refuses_a_head_that_is_too_long() {
    let (server, _folder) = server(&[]);
    let mut stream = connect(&server);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    let line = [&b"X: "[..], &[b'x'; 1000], b"\r\n"].concat();
    // The server may close its end before all is sent.
    let sent = (0..1000).take_while(|_| stream.write_all(&line).is_ok()).count();
    let answer = read_to_end(&mut stream, PATIENCE).expect("the connection is closed");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{sent} lines, {answer}");
}

#[test]
fn serves_connections_beyond_the_limit_when_others_are_closed() {
    let (server, _folder) = server(&["--connections", "3", "--head-seconds", "3"]);
    let open = [(); 3].map(|()| {
        let mut stream = connect(&server);
        stream.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
        stream
    });
    let mut waiting = connect(&server);
    waiting.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(read_to_end(&mut waiting, Duration::from_millis(800)), None, "one too many");
    let answered = read_to_end(&mut waiting, PATIENCE).expect("the others were closed");
    assert!(answered.starts_with("HTTP/1.1 200 "), "{answered}");
    drop(open);
}

/// Begins a sign-in.
const DISCOVERABLE: &str = r#"{"flow":"discoverable"}"#;

fn post(server: &Server, path: &str, more: &str, body: &str) -> String {
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n{more}");
    answer(server, &head, body)
}

#[test]
fn refuses_an_address_that_begins_too_much_and_serves_it_all_else() {
    let (server, _folder) = server(&["--begins-per-minute", "5"]);
    let begin = |path| post(&server, path, "", DISCOVERABLE);
    for _ in 0..5 {
        let answer = begin("/passkeys/sign-in/begin");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    // It does not get another allowance by naming another address itself.
    for (path, more) in [
        ("/passkeys/sign-in/begin", ""),
        ("/passkeys/sign-in/begin", "X-Forwarded-For: 198.51.100.1\r\n"),
        ("/passkeys/sign-up/begin", ""),
        ("/passkeys/create/begin", ""),
    ] {
        let refused = post(&server, path, more, "{}");
        assert!(refused.starts_with("HTTP/1.1 429 "), "{path}: {refused}");
        assert!(refused.contains("retry-after: 60\r\n"), "{refused}");
        assert!(refused.contains("\"too_many_requests\""), "{refused}");
    }
    let page = answer(&server, "GET / HTTP/1.1\r\nHost: localhost\r\n", "");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    let finish = begin("/passkeys/sign-in/finish");
    assert!(finish.starts_with("HTTP/1.1 400 "), "{finish}");
}

#[test]
fn counts_addresses_that_a_proxy_tells_apart() {
    let (server, _folder) = server(&["--begins-per-minute", "2", "--behind-proxy"]);
    let begin = |from: &str| {
        let answer = post(
            &server,
            "/passkeys/sign-in/begin",
            &format!("X-Forwarded-For: {from}\r\n"),
            DISCOVERABLE,
        );
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!([(); 3].map(|()| begin("198.51.100.1")), ["200", "200", "429"]);
    // What stands before the proxy's own observation may be the client's invention.
    assert_eq!(begin("203.0.113.9, 198.51.100.1"), "429");
    assert_eq!(begin("198.51.100.2"), "200");
}

#[test]
fn refuses_requests_under_the_name_of_another() {
    let (server, _folder) = server(&[]);
    let port = server.port();
    let page = |hosts: &str| {
        let answer = answer(&server, &format!("GET /api/session HTTP/1.1\r\n{hosts}"), "");
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(page(&format!("Host: localhost:{port}\r\n")), "200");
    assert_eq!(page(&format!("Host: 127.0.0.1:{port}\r\n")), "200");
    assert_eq!(page(&format!("Host: rebound.example:{port}\r\n")), "421");
    assert_eq!(page("Host: localhost\r\nHost: rebound.example\r\n"), "421");
    assert_eq!(page(""), "421");

    // The pair that a rebound page sends.
    let head = format!(
        "POST /passkeys/sign-up/begin HTTP/1.1\r\nHost: rebound.example:{port}\r\nOrigin: http://rebound.example:{port}\r\n"
    );
    let refused = answer(&server, &head, "{\"name\":\"Ada\"}");
    assert!(refused.starts_with("HTTP/1.1 421 "), "{refused}");
    assert!(refused.contains("\"host_invalid\""), "{refused}");
    assert!(refused.contains("x-content-type-options: nosniff"), "{refused}");
}

/// On a single worker, which each of them would keep from everybody else.
#[test]
fn serves_the_page_while_hostile_registrations_are_verified() {
    let settings = r#"{"attestation":"direct","attestation_level":"statement"}"#;
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--settings", settings, "--begins-per-minute", "1000"];
    let server = Server::start_with(folder.path().join("passkeys.sqlite"), 0, &flags, |command| {
        command.env("TOKIO_WORKER_THREADS", "1");
    });
    let port = server.port();
    let finishes = (0..6).map(|number| {
        let mut visitor = Visitor::new();
        let begin = json!({ "name": format!("Mallory {number}") });
        let start = visitor.post(port, "/passkeys/sign-up/begin", &begin).ok();
        (visitor, visitor::finish(&start, hostile::registration(&start["publicKey"])))
    });
    let finishes = finishes.collect::<Vec<_>>();
    thread::scope(|scope| {
        let hostile = finishes.into_iter().map(|(mut visitor, finish)| {
            scope.spawn(move || visitor.post(port, "/passkeys/sign-up/finish", &finish))
        });
        let hostile = hostile.collect::<Vec<_>>();
        let mut slowest = Duration::ZERO;
        while hostile.iter().any(|finish| !finish.is_finished()) {
            let start = Instant::now();
            let page = answer(&server, "GET / HTTP/1.1\r\nHost: localhost\r\n", "");
            assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
            slowest = slowest.max(start.elapsed());
        }
        println!("the slowest page took {slowest:?}");
        for finish in hostile {
            let refused = finish.join().unwrap();
            assert_ne!(refused.status, 500, "{}", refused.body);
        }
    });
}

/// Registrations whose certificates ask for as much work as there is.
mod hostile {
    use relying_party::test_authenticator::{
        TestAttestation, TestAttester, TestAuthenticator, TestCertificate, TestExtension, TestKey,
        TestName,
    };
    use serde_json::Value;

    use super::visitor::ORIGIN;

    const NAME_CONSTRAINTS: &str = "2.5.29.30";

    /// A leaf with thousands of names, by many CAs of one name and key, below one that excludes as many names.
    pub fn registration(options: &Value) -> String {
        let attester = TestAttester::new("hostile").unwrap();
        let key = attester.key.clone();
        let mut authenticator = TestAuthenticator::new("hostile")
            .with(|it| it.attestation = TestAttestation::Packed(attester));
        let registration = authenticator.create_tampered(options, ORIGIN, |parts| {
            parts.tamper_statement(move |statement| {
                let names = sequence(&b"\x82\x00".repeat(8000));
                let names = TestExtension::new(TestExtension::SUBJECT_ALT_NAME, false, names);
                statement.certificate.extensions.push(names);
                statement.certificate.issuer = name("repeated");
                statement.chain =
                    (0..13).map(|serial| authority("repeated", "other", serial, &key)).collect();
                statement.chain.push(authority("other", "nobody", 0, &key));
            });
        });
        registration.unwrap()
    }

    fn name(common_name: &str) -> TestName {
        TestName::of(&[(TestName::COMMON_NAME, common_name)])
    }

    fn authority(subject: &str, issuer: &str, serial: u8, key: &TestKey) -> Vec<u8> {
        let mut certificate = TestCertificate::new(name(issuer), name(subject), key).unwrap();
        certificate.serial = vec![1, serial];
        certificate.set_extension(TestExtension::BASIC_CONSTRAINTS, true, *b"\x30\x03\x01\x01\xff");
        if subject == "other" {
            // excludedSubtrees
            let subtrees = b"\x30\x02\x81\x00".repeat(4000);
            let excluded = [&[0xa1, 0x82][..], &length(&subtrees), &subtrees].concat();
            certificate.set_extension(NAME_CONSTRAINTS, true, sequence(&excluded));
        }
        certificate.sign(key).unwrap()
    }

    fn sequence(content: &[u8]) -> Vec<u8> {
        [&[0x30, 0x82][..], &length(content), content].concat()
    }

    fn length(content: &[u8]) -> [u8; 2] {
        u16::try_from(content.len()).unwrap().to_be_bytes()
    }
}
