//! The one bridge from tokio to rayon: a bounded number of jobs that need a processor.
//!
//! When all places are taken, a job is refused at once. A job whose caller has left is dropped before it starts, and can
//! ask in its course whether it still has one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::{Error, Result};

/// Says whether anybody still waits for a job's result.
#[derive(Clone, Debug, Default)]
pub struct Abandoned(Arc<AtomicBool>);

impl Abandoned {
    /// Whether the caller has left.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Marks the job as abandoned when the caller's future is dropped.
struct OnDrop(Abandoned);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs work on rayon's threads for tasks on tokio's.
#[derive(Clone, Debug)]
pub struct Analysis {
    places: Arc<Semaphore>,
    all: usize,
}

/// A place among those in work; left when it and its jobs are done.
#[derive(Debug)]
pub struct Place(Arc<OwnedSemaphorePermit>);

impl Analysis {
    /// With that many places.
    #[must_use]
    pub fn new(places: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places as usize)),
            all: places as usize,
        }
    }

    /// Jobs that run or wait.
    #[must_use]
    pub fn load(&self) -> usize {
        self.all.saturating_sub(self.places.available_permits())
    }

    /// Takes a place, or refuses.
    pub fn place(&self) -> Result<Place> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Error::unavailable("More audits are in work than can be computed at the moment. Nothing was recorded or counted; try again.")
        })?;
        Ok(Place(Arc::new(place)))
    }

    /// Takes a place, runs `job` and waits for its result.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Abandoned) -> T + Send + 'static,
    ) -> Result<T> {
        self.place()?.run(job).await
    }
}

impl Place {
    /// Runs `job` and waits for its result.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Abandoned) -> T + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.0);
        let abandoned = Abandoned::default();
        let guard = OnDrop(abandoned.clone());
        let (answer, result) = oneshot::channel();
        rayon::spawn(move || {
            let _place = place;
            if abandoned.get() {
                return;
            }
            // A panic must end this request and not the process; the sender is dropped by it.
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&abandoned)));
            if let Ok(value) = outcome {
                let _ = answer.send(value);
            }
        });
        let result = result
            .await
            .map_err(|_| Error::internal("the analysis panicked"));
        drop(guard);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemType;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let analysis = Analysis::new(1);
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let first = tokio::spawn({
            let analysis = analysis.clone();
            async move {
                analysis
                    .run(move |_| {
                        let _ = started.send(());
                        wait.recv().is_ok()
                    })
                    .await
            }
        });
        running.await.unwrap();
        let refused = analysis.run(|_| ()).await.unwrap_err();
        assert_eq!(refused.kind(), ProblemType::Unavailable);
        release.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        let error = Analysis::new(1)
            .run(|_| panic!("as a test"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ProblemType::Internal);
    }
}
