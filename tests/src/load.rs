//! Callers that cost little, because they share the processors with what they call: HTTP/1.1 spoken
//! by hand over one connection each, with bodies that are prepared and only differ in a number.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Formulas in the body of [`Audit`].
pub const FORMULAS: usize = 20;
/// The numbers in bodies have this many digits, so that every body has the same length.
const DIGITS: usize = 6;

/// After a refusal, a caller tries again after this time: much sooner than it is told.
const IMPATIENCE: Duration = Duration::from_millis(100);

/// A request for an audit. Each number makes another body.
#[derive(Clone, Debug)]
pub struct Audit {
    request: Vec<u8>,
    /// Where the number stands.
    places: Vec<usize>,
}

impl Audit {
    /// Of [`FORMULAS`] formulas, by a person in an organization.
    #[must_use]
    pub fn by(who: (&str, &str)) -> Self {
        let (organization, user) = who;
        Self::with_headers(&format!(
            "x-user-org: {organization}\r\nx-user-id: {user}\r\n"
        ))
    }

    /// Of [`FORMULAS`] formulas, none like another: all but two without findings. With these
    /// headers, each ending with a line break.
    #[must_use]
    pub fn with_headers(headers: &str) -> Self {
        let mark = mark();
        let column =
            (1..FORMULAS - 1).map(|row| format!("=SUM(B{row}:D{row})*E{}+F{mark}", row + 1));
        let others = [
            format!("=VLOOKUP(A{mark}, Rates!A1:C99, 2)"),
            format!("=IF(B2>C{mark}, TODAY(), D2)"),
        ];
        let formulas: Vec<String> = column.chain(others).collect();
        Self::of(&formulas, headers)
    }

    /// Of a number alone: next to nothing is to be checked.
    #[must_use]
    pub fn of_a_number(headers: &str) -> Self {
        Self::of(&[format!("={}", mark())], headers)
    }

    fn of(formulas: &[String], headers: &str) -> Self {
        let mark = mark();
        let formulas: Vec<String> = formulas.iter().map(|text| format!("\"{text}\"")).collect();
        let body = format!("{{\"formulas\":[{}]}}", formulas.join(","));
        let request = format!(
            "POST /api/audit HTTP/1.1\r\nhost: localhost\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let places = request
            .match_indices(&mark)
            .map(|(place, _)| place)
            .collect();
        Self {
            request: request.into_bytes(),
            places,
        }
    }

    /// The request with that number in its body.
    pub fn numbered(&mut self, number: u64) -> &[u8] {
        // The first digit is never 0: rows have no leading zeros.
        let digits = (100_000 + number % 900_000).to_string();
        for place in &self.places {
            self.request[*place..place + DIGITS].copy_from_slice(digits.as_bytes());
        }
        &self.request
    }
}

/// What is replaced by the number.
fn mark() -> String {
    "0".repeat(DIGITS)
}

/// An answer, as far as callers look at it.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Whether the answer says when to try again.
    pub says_when: bool,
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    /// Connects to `127.0.0.1:…`.
    pub async fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(16 << 10),
        })
    }

    /// Sends a request and reads the answer to its end.
    pub async fn send(&mut self, request: &[u8]) -> std::io::Result<Reply> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let mut head = None;
        loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            head = head.or_else(|| Head::read(&self.read));
            if let Some(head) = &head
                && self.read.len() >= head.length
            {
                return Ok(Reply {
                    status: head.status,
                    says_when: head.says_when,
                });
            }
        }
    }

    /// What was answered last.
    #[must_use]
    pub fn answer(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }
}

/// What an answer's head says.
struct Head {
    status: u16,
    says_when: bool,
    /// Of the whole answer, in bytes.
    length: usize,
}

impl Head {
    /// `None` as long as its end has not come.
    fn read(answer: &[u8]) -> Option<Self> {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&answer[..end]).expect("a head is plain text");
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let mut length = None;
        let mut says_when = false;
        for line in head.lines() {
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse::<usize>().ok();
            }
            says_when |= line.starts_with("retry-after: ");
        }
        Some(Self {
            status: status.expect("an answer has a status"),
            says_when,
            length: end + 4 + length.expect("an answer has a length"),
        })
    }
}

/// What callers were told in a while.
#[derive(Debug, Default)]
pub struct Tally {
    /// How long each answer with 200 took.
    pub times: Vec<Duration>,
    /// Answers with 429 or 503 that say when to try again.
    pub refused: usize,
    /// Other answers and connections that broke, the first ten in words.
    pub wrong: Vec<String>,
    /// How long all of it took.
    pub took: Duration,
}

impl Tally {
    /// Answers with 200 in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let count = self.times.len() as f64;
        count / self.took.as_secs_f64()
    }

    /// The time within which 99 of 100 answers came.
    #[must_use]
    pub fn p99(&mut self) -> Duration {
        self.times.sort_unstable();
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * 99 / 100).copied().unwrap_or_default()
    }

    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.refused += other.refused;
        self.wrong.extend(other.wrong);
        self.wrong.truncate(10);
    }
}

/// Audits on `connections` connections at the same time, as fast as answers come, for that long.
/// The callers take turns with `audits`, each as somebody's request.
///
/// All run on one thread of their own, so that they cost the least and disturb no test.
pub async fn audit(address: &str, audits: &[Audit], connections: usize, time: Duration) -> Tally {
    let (address, audits) = (address.to_owned(), audits.to_vec());
    let callers = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be made");
        runtime.block_on(call(&address, &audits, connections, time))
    });
    callers.await.expect("the callers do not panic")
}

async fn call(address: &str, audits: &[Audit], connections: usize, time: Duration) -> Tally {
    let local = tokio::task::LocalSet::new();
    let began = Instant::now();
    let callers: Vec<_> = (0..connections)
        .map(|caller| {
            let audit = audits[caller % audits.len()].clone();
            // Numbers of one caller are far from those of others.
            let first = caller as u64 * 900_000 / connections as u64;
            local.spawn_local(call_as(address.to_owned(), audit, first, began + time))
        })
        .collect();
    let mut tally = Tally::default();
    local
        .run_until(async {
            for caller in callers {
                tally.add(caller.await.expect("a caller does not panic"));
            }
        })
        .await;
    tally.took = began.elapsed();
    tally
}

async fn call_as(address: String, mut audit: Audit, first: u64, end: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut open = None;
    for number in first.. {
        let began = Instant::now();
        if began >= end {
            break;
        }
        let mut connection = match open.take() {
            Some(connection) => connection,
            None => match Connection::open(&address).await {
                Ok(connection) => connection,
                Err(error) => {
                    tally.wrong.push(error.to_string());
                    continue;
                }
            },
        };
        match connection.send(audit.numbered(number)).await {
            Ok(reply) if reply.status == 200 => tally.times.push(began.elapsed()),
            Ok(reply) if matches!(reply.status, 429 | 503) && reply.says_when => {
                tally.refused += 1;
                tokio::time::sleep(IMPATIENCE).await;
            }
            Ok(_) => tally.wrong.push(connection.answer()),
            Err(error) => {
                tally.wrong.push(error.to_string());
                continue;
            }
        }
        open = Some(connection);
    }
    tally
}
