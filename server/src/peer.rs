//! Which address a request counts for, and what one address may have: requests in a second, and
//! connections at a time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;
use tower_governor::governor::{GovernorConfig, GovernorConfigBuilder};
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};

use crate::error::Error;
use crate::problem::ProblemType;

/// Bursts are this many times the rate.
const BURST: u32 = 4;

/// Finds the address that a request came from: the connection's, or what trusted proxies say.
#[derive(Clone, Debug)]
pub struct Address {
    trusted: Arc<[IpNet]>,
}

impl Address {
    /// `trusted` are the proxies whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn behind(trusted: &[IpNet]) -> Self {
        Self {
            trusted: trusted.into(),
        }
    }

    /// The address to count for. Each proxy appends the address that it saw, so the list is read
    /// from the right as long as the one who wrote an entry is trusted; what stands further left
    /// was written by the client and means nothing.
    fn of(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = connection;
        let entries = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let entries: Vec<&str> = entries.flat_map(|value| value.split(',')).collect();
        for entry in entries.iter().rev() {
            let is_trusted = self
                .trusted
                .iter()
                .any(|network| network.contains(&address));
            let Ok(earlier) = entry.trim().parse::<IpAddr>() else {
                break;
            };
            if !is_trusted {
                break;
            }
            address = earlier.to_canonical();
        }
        address
    }
}

/// One person's network: an IPv6 customer holds a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl KeyExtractor for Address {
    type Key = IpAddr;

    fn extract<T>(&self, request: &Request<T>) -> Result<IpAddr, GovernorError> {
        let connection = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .ok_or(GovernorError::UnableToExtractKey)?;
        Ok(network(self.of(connection.ip(), request.headers())))
    }
}

/// Counts the connections of each address.
#[derive(Clone, Debug)]
pub struct Connections {
    most: usize,
    trusted: Arc<[IpNet]>,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection of an address; ends the count when dropped.
#[derive(Debug)]
pub struct Connected {
    address: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Connections {
    /// At most `most` for each address, but for `trusted` proxies, and for this machine, where a
    /// proxy may run too: they stand for many clients.
    #[must_use]
    pub fn limited(most: usize, trusted: &[IpNet]) -> Self {
        Self {
            most,
            trusted: trusted.into(),
            open: Arc::default(),
        }
    }

    /// Counts a connection; `None` when the address has as many as it may.
    #[must_use]
    pub fn connect(&self, address: IpAddr) -> Option<Connected> {
        let address = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        let stands_for_many = address.is_loopback()
            || self
                .trusted
                .iter()
                .any(|network| network.contains(&address));
        if *count >= self.most && !stands_for_many {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Connected {
            address,
            open: Arc::clone(&self.open),
        })
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

type Config =
    GovernorConfig<Address, governor::middleware::NoOpMiddleware<governor::clock::QuantaInstant>>;

/// The limit of `per_second` requests from one address; `None` when it is 0, which is off.
///
/// Also starts the thread that forgets addresses which have been quiet for a while.
#[must_use]
pub fn limit(
    per_second: u32,
    trusted: &[IpNet],
) -> Option<
    GovernorLayer<
        Address,
        governor::middleware::NoOpMiddleware<governor::clock::QuantaInstant>,
        axum::body::Body,
    >,
> {
    if per_second == 0 {
        return None;
    }
    let config: Config = GovernorConfigBuilder::default()
        .period(Duration::from_secs(1) / per_second)
        .burst_size(per_second.saturating_mul(BURST))
        .key_extractor(Address::behind(trusted))
        .finish()?;
    let config = Arc::new(config);
    forget_quiet_addresses(&config);
    Some(GovernorLayer::new(config).error_handler(refusal))
}

fn forget_quiet_addresses(config: &Arc<Config>) {
    let limiter = Arc::downgrade(config.limiter());
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_mins(1));
        loop {
            tick.tick().await;
            let Some(limiter) = limiter.upgrade() else {
                return;
            };
            limiter.retain_recent();
        }
    });
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form of an error handler"
)]
fn refusal(error: GovernorError) -> Response {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => Error::new(
            ProblemType::RateLimited,
            "Too many requests came from your address in a short time.",
        )
        .with_retry_after(wait_time.max(1))
        .into_response(),
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => {
            Error::internal("the address of a request is not known").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(connection: &str, forwarded: &str) -> String {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        network(Address::behind(&trusted).of(connection.parse().unwrap(), &headers)).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(counted("203.0.113.9", "198.51.100.1"), "203.0.113.9");
    }

    #[test]
    fn the_address_that_the_last_trusted_proxy_saw_counts() {
        assert_eq!(
            counted("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2"),
            "198.51.100.1"
        );
    }

    #[test]
    fn an_address_may_connect_again_when_one_of_its_connections_is_gone() {
        let connections = Connections::limited(1, &[]);
        let address: IpAddr = "203.0.113.9".parse().unwrap();
        let first = connections.connect(address);
        assert!(first.is_some());
        assert!(connections.connect(address).is_none());
        drop(first);
        assert!(connections.connect(address).is_some());
    }

    #[test]
    fn a_trusted_proxy_connects_as_often_as_it_likes() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let connections = Connections::limited(1, &trusted);
        let open: Vec<_> = (0..9)
            .map(|_| connections.connect("10.0.0.1".parse().unwrap()))
            .collect();
        assert!(open.iter().all(Option::is_some));
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        assert_eq!(counted("2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::");
    }
}
