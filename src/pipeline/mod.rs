//! The one door between feeds and outputs.

pub mod options;
