//! The same over a real socket.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;

/// Sends a request as any HTTP client would, and reads until the server closes.
async fn exchange(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset ends the answer too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into()
}

#[tokio::test]
async fn a_client_logs_in_lists_and_sees_a_broken_blob() {
    let world = World::new().await;
    let simulator = world.simulator.clone();
    simulator.publish(Blob::new(SHAREPOINT, "a").created(noon()).failing([Fault::Truncated]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let Tenant { tenant_id, .. } = &world.tenant;
    let get = |path: &str| {
        let feed = format!("/api/v1.0/{tenant_id}/activity/feed/{path}");
        format!(
            "GET {feed} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            world.token
        )
    };
    let client = async {
        let window = "startTime=2026-11-21T12:00:00&endTime=2026-11-21T13:00:00";
        let listed = exchange(address, &get(&format!("subscriptions/content?contentType={SHAREPOINT}&{window}"))).await;
        assert!(listed.contains(&format!("http://{address}/api/v1.0/{tenant_id}/activity/feed/audit/a")), "{listed}");

        let broken = exchange(address, &get("audit/a")).await;
        let (head, body) = broken.split_once("\r\n\r\n").unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        assert!(body.starts_with('[') && body.len() < length.parse().unwrap(), "{broken}");

        let whole = exchange(address, &get("audit/a")).await;
        assert!(whole.ends_with(']'), "{whole}");
    };
    tokio::select! {
        served = simulator.serve(listener) => panic!("the server ended: {served:?}"),
        () = client => {}
    }
}
