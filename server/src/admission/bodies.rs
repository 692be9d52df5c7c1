//! The memory that the bodies of audits take, bounded for all of them together: an audit needs many
//! times its body, so this bounds what a server needs at most.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::extract;

/// The unit that is counted in.
const KIB: usize = 1024;
/// So much of a body is not counted: clients that send little are not refused for those who send much.
const UNCOUNTED: usize = 16 * KIB;

/// What bodies may take.
#[derive(Clone, Debug)]
pub struct Bodies {
    free: Arc<Semaphore>,
}

/// A body, counted until it is dropped.
#[derive(Debug)]
pub struct Held {
    /// The body.
    pub bytes: Bytes,
    _counted: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// That many bytes for all bodies together.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new((bytes / KIB).min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Reads the whole body, `most` bytes. It is counted as it comes, so that nobody takes the room of
    /// others by announcing a long one.
    pub async fn read(&self, request: Request, most: usize) -> Result<Held> {
        let mut body = request.into_body();
        let mut counted = None;
        let mut read = Vec::new();
        while let Some(data) = next(&mut body).await? {
            let length = read.len() + data.len();
            if length > most {
                return Err(extract::too_large());
            }
            if length > UNCOUNTED {
                self.count(&mut counted, length)?;
            }
            if read.is_empty() && body.is_end_stream() {
                // It came in one piece.
                return Ok(Held {
                    bytes: data,
                    _counted: counted,
                });
            }
            read.extend_from_slice(&data);
        }
        Ok(Held {
            bytes: read.into(),
            _counted: counted,
        })
    }

    /// Counts a body of that length so far.
    fn count(&self, counted: &mut Option<OwnedSemaphorePermit>, length: usize) -> Result<()> {
        let before = counted
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(length.div_ceil(KIB).saturating_sub(before)).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.free).try_acquire_many_owned(more);
        let more = more.map_err(|_| {
            Error::unavailable("More long audits are in work than there is memory for. Nothing was recorded or counted; try again.")
        })?;
        match counted {
            Some(counted) => counted.merge(more),
            None => *counted = Some(more),
        }
        Ok(())
    }
}

/// The next piece of a body; `None` at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(extract::incomplete()),
            // Trailers are not of interest.
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemType;

    async fn read(bodies: &Bodies, length: usize) -> Result<Held> {
        let request = Request::new(Body::from(vec![b' '; length]));
        bodies.read(request, 64 * KIB).await
    }

    #[tokio::test]
    async fn a_body_takes_room_until_it_is_dropped() {
        let bodies = Bodies::new(100 * KIB);
        let first = read(&bodies, 60 * KIB).await.unwrap();
        let refused = read(&bodies, 60 * KIB).await.unwrap_err();
        assert_eq!(refused.kind(), ProblemType::Unavailable);
        drop(first);
        assert!(read(&bodies, 60 * KIB).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_too_large() {
        let refused = read(&Bodies::new(100 * KIB), 65 * KIB).await.unwrap_err();
        assert_eq!(refused.kind(), ProblemType::TooLarge);
    }

    #[tokio::test]
    async fn a_short_body_is_read_when_there_is_no_room() {
        let bodies = Bodies::new(0);
        let held = read(&bodies, UNCOUNTED).await.unwrap();
        assert_eq!(held.bytes.len(), UNCOUNTED);
    }
}
