//! The limit of connections from one address, and the peers that are exempt.

use super::*;
use crate::server::listener::Stream;

#[test]
fn an_address_gets_its_places_back() {
    // D02
    let addresses = Addresses::new(2, TrustedProxies::default());
    let enter = |text: &str| addresses.enter(PeerAddress::Tcp(text.parse().unwrap()));
    let first = enter("1.2.3.4:1").unwrap();
    let _second = enter("1.2.3.4:2").unwrap();
    assert!(enter("1.2.3.4:3").is_none());
    assert!(enter("1.2.3.5:1").is_some());
    drop(first);
    assert!(enter("1.2.3.4:3").is_some());
}

#[test]
fn an_ipv6_network_of_64_bits_counts_as_one_address() {
    let addresses = Addresses::new(1, TrustedProxies::default());
    let enter = |text: &str| addresses.enter(PeerAddress::Tcp(text.parse().unwrap()));
    let _first = enter("[2606:4700::1]:1").unwrap();
    assert!(enter("[2606:4700::2]:1").is_none());
    assert!(enter("[2606:4700:0:1::2]:1").is_some());
    let _loopback = (enter("127.0.0.1:1").unwrap(), enter("127.0.0.1:2").unwrap());
}

/// D02
#[test]
fn a_proxy_brings_the_connections_of_many() {
    let proxies = TrustedProxies::parse(&["10.0.0.0/8".to_owned()]).unwrap();
    let addresses = Addresses::new(1, proxies);
    let enter = |text: &str| addresses.enter(PeerAddress::Tcp(text.parse().unwrap()));
    let _proxied = (enter("10.1.2.3:1").unwrap(), enter("10.1.2.3:2").unwrap());
    let _mapped = enter("[::ffff:10.1.2.3]:3").unwrap();
    let _other = enter("1.2.3.4:1").unwrap();
    assert!(enter("1.2.3.4:2").is_none());
}

/// D02
#[tokio::test]
async fn behind_a_load_balancer_whoever_it_names_is_limited() {
    let limits = Limits {
        connections_per_address: 2,
        ..Limits::default()
    };
    let balancers = TrustedProxies::parse(&["127.0.0.0/8".to_owned()]).unwrap();
    let running = serve_within(limits, |listener| listener.behind(balancers)).await;
    let request = async |header: &str| {
        let text = format!("{header}\r\n{}", get("/", ""));
        running.send(&text).await
    };
    let many = "PROXY TCP4 203.0.113.7 192.0.2.9 56324 443";
    let mut first = request(many).await;
    let mut second = request(many).await;
    assert!(head(&mut first).await.ends_with("203.0.113.7 tls=false"));
    assert!(head(&mut second).await.ends_with("203.0.113.7 tls=false"));
    let refused = timeout(Duration::from_secs(5), all(request(many).await));
    assert_eq!(refused.await.unwrap(), "");
    let mut other = request("PROXY TCP4 203.0.113.8 192.0.2.9 56324 443").await;
    assert!(head(&mut other).await.ends_with("203.0.113.8 tls=false"));
    let mut check = request("PROXY UNKNOWN").await;
    assert!(head(&mut check).await.ends_with("127.0.0.1 tls=false"));
    drop(first);
    // its place is free as soon as the server has seen that it went
    let served = async { while request(many).await.read_u8().await.is_err() {} };
    timeout(Duration::from_secs(5), served).await.unwrap();
}

/// D02
#[tokio::test]
async fn a_load_balancer_takes_no_place_itself() {
    let proxies = |text: &str| TrustedProxies::parse(&[text.to_owned()]).unwrap();
    let addresses = Addresses::new(0, TrustedProxies::default());
    let bound = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _client = TcpStream::connect(bound.local_addr().unwrap())
        .await
        .unwrap();
    let (stream, _) = bound.accept().await.unwrap();
    let peer = "203.0.113.7:1".parse().unwrap();
    let own = Some(Arc::new(proxies("203.0.113.7")));
    let mut connection = Stream::Tcp(stream, peer, None, own);
    assert!(connection.enter(&addresses).is_some());
    for others in [None, Some(Arc::new(proxies("203.0.113.8")))] {
        let Stream::Tcp(.., balancers) = &mut connection else {
            panic!("not the connection");
        };
        *balancers = others;
        assert!(connection.enter(&addresses).is_none());
    }
}
