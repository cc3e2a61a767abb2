//! Why a command failed, and the exit code that says so.

use std::process::ExitCode;

use crate::app::AppError;
use crate::registry::RegistryError;
use crate::settings::Problems;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was typed makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The settings are wrong.
    #[error("{0}")]
    Config(#[from] Problems),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// 2 for usage and configuration, 1 for everything else.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Config(_) => ExitCode::from(2),
            Self::Io(_) | Self::Failed(_) => ExitCode::from(1),
        }
    }

    /// The text for standard error; a list of problems gets a line each below its heading.
    pub fn report(&self) -> String {
        match self {
            Self::Config(problems) if problems.len() == 1 => format!("configuration: {problems}"),
            Self::Config(problems) => {
                let heading = format!("{} problems in the configuration:", problems.len());
                problems.iter().fold(heading, |text, problem| text + &format!("\n  {problem}"))
            }
            other => other.to_string(),
        }
    }
}

impl From<AppError> for Error {
    fn from(error: AppError) -> Self {
        Self::Failed(format!("{error}; {}", error.hint()))
    }
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Self {
        AppError::from(error).into()
    }
}
