//! What may be asked of a running collector: for now, to stop.

use tokio::sync::watch;

/// Asks everybody who holds a [`Stop`] to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Tells whether, and when, to stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// A switch and its line.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Another line to this switch.
    pub fn line(&self) -> Stop {
        Stop(self.0.subscribe())
    }
}

impl Stop {
    /// Whether it was asked for.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked for, or until nobody can ask any more.
    pub async fn asked(&self) {
        let mut line = self.0.clone();
        let _ = line.wait_for(|is_asked| *is_asked).await;
    }
}
