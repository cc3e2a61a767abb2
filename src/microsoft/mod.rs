//! What Microsoft answers, and how we ask.

pub mod cloud;
pub mod options;
