//! One service under axum, under actix-web, and under plain hyper: no framework is assumed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::{convert::Infallible, net::SocketAddr, thread};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn, service::service_fn};
use hyper_util::rt::TokioIo;
use relying_party::limits::POSTED_JSON_MAX;
use relying_party_http::Endpoints;
use serde_json::json;
use support::{FaultyStore, TestHost, Visitor, World};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

type Service = Endpoints<FaultyStore, TestHost>;

/// A browser that talks to an address.
fn visitor_of(address: SocketAddr) -> Visitor {
    let runtime = Runtime::new().unwrap();
    Visitor::new(move |request| runtime.block_on(send(address, request)).unwrap())
}

async fn send(address: SocketAddr, request: Request<Bytes>) -> hyper::Result<Response<Bytes>> {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = conn::http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(parts, body))
}

/// The same of every server.
fn drive(world: &World, address: SocketAddr) {
    let mut ada = visitor_of(address);
    ada.cookie = Some(world.host.sign_in(world.host.account("ada")));
    let created = ada.ceremony("create", json!({})).expect(200);
    let id = created.body["passkey"]["id"].as_str().unwrap();
    ada.cookie = None;
    let signed_in = ada.ceremony("sign-in", json!({ "flow": "autofill" })).expect(200);
    assert!(signed_in.header("set-cookie").starts_with("session="));
    assert_eq!(ada.get("/passkeys").expect(200).body["total_count"], 1);
    ada.rename(id, "Renamed").expect(200);
    ada.delete(id).expect(200);
    ada.post("/passkeys/sign-in/begin", json!("x".repeat(POSTED_JSON_MAX))).expect(413);
    ada.get("/passkeys/create/begin").expect(405);
    ada.get("/passkeys/browser/index.js").expect(200);
    ada.get("/nothing").expect(404);
    let head = ada.call(&http::Method::HEAD, "/passkeys/settings", None).expect(200);
    assert_eq!(head.text, "");
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[test]
fn axum() {
    let world = World::new();
    let runtime = Runtime::new().unwrap();
    let app = axum::Router::new()
        .route("/", axum::routing::get(|| async { "the host's own page" }))
        .fallback_service(world.endpoints.clone());
    let (listener, address) = runtime.block_on(listen());
    runtime.spawn(async { axum::serve(listener, app).await });
    drive(&world, address);
    assert_eq!(visitor_of(address).get("/").expect(200).text, "the host's own page");
}

#[test]
fn plain_hyper() {
    let world = World::new();
    let runtime = Runtime::new().unwrap();
    let (listener, address) = runtime.block_on(listen());
    let endpoints = world.endpoints.clone();
    runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper_util::service::TowerToHyperService::new(endpoints.clone());
            let http = hyper::server::conn::http1::Builder::new();
            tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
        }
    });
    drive(&world, address);
}

#[test]
fn plain_hyper_without_tower() {
    async fn answer(
        endpoints: Service,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let body = http_body_util::Limited::new(body, POSTED_JSON_MAX + 1).collect().await;
        // Longer ones are refused as those of this length are.
        let body = body.map_or_else(
            |_| vec![0; POSTED_JSON_MAX + 1].into(),
            http_body_util::Collected::to_bytes,
        );
        Ok(endpoints.handle(Request::from_parts(parts, body)).await.map(Full::new))
    }
    let world = World::new();
    let runtime = Runtime::new().unwrap();
    let (listener, address) = runtime.block_on(listen());
    let endpoints = world.endpoints.clone();
    runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let endpoints = endpoints.clone();
            let service = service_fn(move |request| answer(endpoints.clone(), request));
            let http = hyper::server::conn::http1::Builder::new();
            tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
        }
    });
    drive(&world, address);
}

/// actix-web has its own types, of an older version of `http`.
mod actix {
    use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

    use super::*;

    pub(super) async fn passkeys(
        endpoints: web::Data<Service>,
        request: HttpRequest,
        body: Result<Bytes, actix_web::Error>,
    ) -> HttpResponse {
        let mut ours = Request::builder().method(request.method().as_str());
        ours = ours.uri(request.uri().to_string());
        for (name, value) in request.headers() {
            ours = ours.header(name.as_str(), value.as_bytes());
        }
        // What is over actix-web's limit is over that of the endpoints.
        let body = body.unwrap_or_else(|_| vec![0; POSTED_JSON_MAX + 1].into());
        let (parts, body) = endpoints.handle(ours.body(body).unwrap()).await.into_parts();
        let mut response =
            HttpResponse::build(StatusCode::from_u16(parts.status.as_u16()).unwrap());
        for (name, value) in &parts.headers {
            response.append_header((name.as_str(), value.as_bytes()));
        }
        response.body(body)
    }
}

#[test]
fn actix_web() {
    use actix_web::{App, HttpServer, web};

    let world = World::new();
    let endpoints = web::Data::new(world.endpoints.clone());
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let app = move || {
                let limit = web::PayloadConfig::new(POSTED_JSON_MAX + 1);
                let app = App::new().app_data(endpoints.clone()).app_data(limit);
                app.default_service(web::to(actix::passkeys))
            };
            let server = HttpServer::new(app).workers(1).disable_signals();
            let server = server.bind("127.0.0.1:0").unwrap();
            tell.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    drive(&world, told.recv().unwrap());
}
