//! `registry`: which items are pending or done.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::{Error, Global};
use crate::registry::{Archive, Counts, FeedRecord, Order, Registry};
use crate::time::{self, Timestamp};

/// What to do with the registry.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the feeds, with watermark and pending items
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one feed and its oldest pending items
    Show {
        /// The feed, as `list` shows it
        feed: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write everything as JSON, to standard output or a file
    Export {
        /// The file
        #[arg(short = 'o', long = "output", value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read what `export` wrote, in place of what is there
    Import {
        /// The file; `-` is standard input
        file: PathBuf,
        /// Replace a registry that is not empty
        #[arg(long)]
        force: bool,
    },
    /// Forget a feed, so that it starts again with `initial_lookback`
    Reset {
        /// The feed, as `list` shows it; default: all
        feed: Option<String>,
        /// Do it without asking
        #[arg(long)]
        force: bool,
    },
}

/// Carries it out. The collector must not run meanwhile: the registry is locked.
pub async fn run(command: &Command, global: &Global) -> Result<(), Error> {
    let folder = global.load()?.path.data;
    if !folder.join("registry.redb").exists() && !matches!(command, Command::Import { .. }) {
        return Err(Error::Failed(format!(
            "there is no registry in `{}` yet; `path.data` says where",
            folder.display()
        )));
    }
    let registry = Registry::open(&folder)?;
    match command {
        Command::List { json } => list(&registry, *json).await,
        Command::Show { feed, json } => show(&registry, feed, *json).await,
        Command::Export { output } => export(&registry, output.as_deref()).await,
        Command::Import { file, force } => import(&registry, file, *force).await,
        Command::Reset { feed, force } => reset(&registry, feed.as_deref(), *force).await,
    }
}

async fn list(registry: &Registry, as_json: bool) -> Result<(), Error> {
    let mut rows = Vec::new();
    for (name, record) in registry.feeds().await? {
        let counts = registry.counts(&name).await?;
        rows.push((name, record, counts));
    }
    if as_json {
        let rows: Vec<_> = rows.iter().map(|(name, record, counts)| as_object(name, record, counts)).collect();
        println!("{}", pretty(&rows));
        return Ok(());
    }
    println!("{:<62}{:<22}{:>8}{:>14}{:>6}", "feed", "watermark", "pending", "acknowledged", "lost");
    for (name, record, counts) in rows {
        let FeedRecord { watermark, acknowledged, lost, .. } = record;
        println!("{name:<62}{:<22}{:>8}{acknowledged:>14}{lost:>6}", instant(watermark), counts.pending);
    }
    Ok(())
}

async fn show(registry: &Registry, feed: &str, as_json: bool) -> Result<(), Error> {
    let known = registry.feeds().await?;
    let Some((_, record)) = known.iter().find(|(name, _)| name == feed) else {
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        return Err(Error::Usage(format!("there is no feed `{feed}`; known are {}", names.join(", "))));
    };
    let counts = registry.counts(feed).await?;
    let pending = registry.pending(feed, Order::Oldest, None, 100).await?;
    if as_json {
        let mut object = as_object(feed, record, &counts);
        object["pending_items"] = json!(pending);
        println!("{}", pretty(&object));
        return Ok(());
    }
    println!("feed             {feed}\nwatermark        {}", instant(record.watermark));
    println!("subscribed       {}", instant(record.subscribed));
    println!("acknowledged     {}\nlost             {}", record.acknowledged, record.lost);
    println!("known ids        {}\npending          {}", counts.known, counts.pending);
    for pending in pending {
        println!(
            "  {}  until {}  {}",
            instant(Some(pending.item.created)),
            instant(Some(pending.item.expires)),
            pending.item.id
        );
    }
    Ok(())
}

async fn export(registry: &Registry, output: Option<&Path>) -> Result<(), Error> {
    let text = pretty(&registry.export().await?);
    match output {
        Some(path) => {
            use std::os::unix::fs::OpenOptionsExt;
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
        }
        None => println!("{text}"),
    }
    Ok(())
}

async fn import(registry: &Registry, file: &Path, force: bool) -> Result<(), Error> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        std::fs::File::open(file)?.read_to_string(&mut text)?;
    }
    let archive: Archive = serde_json::from_str(&text)
        .map_err(|error| Error::Failed(format!("`{}` is no export of a registry: {error}", file.display())))?;
    let present = registry.feeds().await?.len();
    if present > 0 && !force {
        return Err(Error::Failed(format!("the registry holds {present} feeds; `--force` replaces them")));
    }
    let feeds = archive.feeds.len();
    registry.import(archive).await?;
    println!("imported {feeds} feeds");
    Ok(())
}

async fn reset(registry: &Registry, feed: Option<&str>, force: bool) -> Result<(), Error> {
    if !force {
        let what = feed.unwrap_or("all feeds");
        return Err(Error::Failed(format!(
            "`reset` forgets {what}: what Microsoft still has is collected again, as repeats; say `--force` to do it"
        )));
    }
    match registry.reset(feed).await? {
        0 => Err(Error::Failed(format!("there is no feed `{}`; `registry list` shows them", feed.unwrap_or_default()))),
        count => {
            println!("forgot {count} feeds");
            Ok(())
        }
    }
}

fn as_object(name: &str, record: &FeedRecord, counts: &Counts) -> serde_json::Value {
    json!({ "feed": name, "record": record, "counts": counts })
}

fn instant(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time::format(time)[..19].to_owned() + "Z")
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain JSON")
}
