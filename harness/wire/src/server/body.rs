//! Reading a request's body within a size and a time.

use axum::body::{Body, Bytes, HttpBody};
use std::pin::Pin;
use std::time::Duration;

/// Why a body is not there.
#[derive(Debug)]
pub(super) enum BodyError {
    /// Larger than the limit.
    TooLarge,
    /// Not complete in time.
    Timeout,
    /// The connection broke, or the framing is wrong.
    Broken,
}

/// How many times the limit is read and thrown away, so that a sender who only listens when it has sent everything still
/// gets to hear that it was too much.
const DRAIN: usize = 16;

/// Reads a body. `announced` is the Content-Length; `waits` is set when the sender waits for leave to send.
pub(super) async fn read(
    mut body: Body,
    limit: usize,
    timeout: Duration,
    announced: Option<u64>,
    waits: bool,
) -> Result<Vec<u8>, BodyError> {
    if waits && announced.is_some_and(|n| n > limit as u64) {
        return Err(BodyError::TooLarge);
    }
    let mut kept: Vec<u8> = Vec::new();
    let mut seen = 0usize;
    let reading = async {
        while let Some(data) = chunk(&mut body).await? {
            seen += data.len();
            if seen <= limit {
                kept.extend_from_slice(&data);
            } else {
                kept = Vec::new();
                if seen > limit.saturating_mul(DRAIN) {
                    break;
                }
            }
        }
        Ok::<(), BodyError>(())
    };
    match tokio::time::timeout(timeout, reading).await {
        Ok(Ok(())) | Err(_) if seen > limit => Err(BodyError::TooLarge),
        Ok(Ok(())) => Ok(kept),
        Ok(Err(e)) => Err(e),
        Err(_) => Err(BodyError::Timeout),
    }
}

async fn chunk(body: &mut Body) -> Result<Option<Bytes>, BodyError> {
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(BodyError::Broken),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}
