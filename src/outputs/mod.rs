//! Where events go.

pub mod console;
pub mod elasticsearch;
pub mod file;
pub mod options;
