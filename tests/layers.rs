//! The house stands: a room uses only floors below its own. The table is the one in `src/lib.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// Rooms by name, each with its floor: the lines `//! 4  microsoft  registry    what they are` of the crate's page.
fn floors() -> BTreeMap<String, u32> {
    let page = read(&Path::new(SRC).join("lib.rs"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("//! ")?.split_once("  "));
    let mut floors = BTreeMap::new();
    for (floor, row) in rows {
        let Ok(floor) = floor.parse() else { continue };
        // Rooms stand two blanks apart; a wider gap begins the remark.
        for room in row.split("   ").next().unwrap_or_default().split_whitespace() {
            assert_eq!(floors.insert(room.to_owned(), floor), None, "`{room}` stands on two floors");
        }
    }
    floors
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// The room that a file belongs to: the first part of its path.
fn room(file: &Path) -> String {
    let inside = file.strip_prefix(SRC).expect("a source");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a text names behind `crate::`, each with its line; also those of `crate::{a::B, c}`.
fn named(text: &str) -> Vec<(usize, String)> {
    let word = |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let mut found = Vec::new();
    for (start, mark) in text.match_indices("crate::") {
        let line = text[..start].lines().count().max(1);
        let comment = text[..start].rsplit('\n').next().is_some_and(|before| before.trim_start().starts_with("//"));
        // `$crate` and words that only end like this are somebody else's; comments may look anywhere.
        if comment || text[..start].ends_with(|letter: char| letter.is_alphanumeric() || "_$".contains(letter)) {
            continue;
        }
        let rest = &text[start + mark.len()..];
        match rest.strip_prefix('{') {
            None => found.push((line, word(rest))),
            Some(group) => found.extend(members(group).into_iter().map(|member| (line, word(member)))),
        }
    }
    found
}

/// What stands between the commas of a group, whose inner groups do not count.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(group[start..at].trim());
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty());
    found
}

/// Every breach of a text, as it is told.
fn breaches(file: &str, room: &str, text: &str, floors: &BTreeMap<String, u32>) -> Vec<String> {
    let Some(own) = floors.get(room) else { return vec![format!("{file}: `{room}` has no floor in src/lib.rs")] };
    let uses = named(text).into_iter().filter(|(_, other)| other != room);
    uses.filter_map(|(line, other)| match floors.get(&other) {
        None => Some(format!("{file}:{line}: `{other}` has no floor in src/lib.rs")),
        Some(floor) if floor >= own => Some(format!("{file}:{line}: `{room}` ({own}) uses `{other}` ({floor})")),
        Some(_) => None,
    })
    .collect()
}

#[test]
fn a_room_uses_only_floors_below_its_own() {
    let floors = floors();
    let mut files = Vec::new();
    sources(Path::new(SRC), &mut files);
    let mut all = Vec::new();
    for file in files.iter().filter(|file| room(file) != "lib") {
        let name = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a source").display().to_string();
        all.extend(breaches(&name, &room(file), &read(file), &floors));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn the_table_names_the_rooms_that_there_are() {
    let declared = read(&Path::new(SRC).join("lib.rs"));
    let declared = declared.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut rooms: Vec<String> = declared.map(str::to_owned).chain(["main".to_owned()]).collect();
    rooms.sort();
    assert_eq!(floors().into_keys().collect::<Vec<_>>(), rooms);
}

#[test]
fn a_breach_is_told_with_file_and_line() {
    let floors = [("net", 2), ("oauth", 3), ("event", 1), ("stats", 1)].map(|(room, floor)| (room.to_owned(), floor));
    let floors = floors.into();
    let check = |room, text| breaches("f.rs", room, text, &floors);
    assert_eq!(check("net", "use crate::event::Event;\n//! [`crate::oauth`]\n"), [""; 0]);
    assert_eq!(check("net", "\nuse crate::oauth::Token;"), ["f.rs:2: `net` (2) uses `oauth` (3)"]);
    assert_eq!(check("stats", "fn f(e: &crate::event::Event) {}"), ["f.rs:1: `stats` (1) uses `event` (1)"]);
    assert_eq!(
        check("net", "use crate::{event::{A, B}, oauth, cellar::C};"),
        ["f.rs:1: `net` (2) uses `oauth` (3)", "f.rs:1: `cellar` has no floor in src/lib.rs"]
    );
    assert_eq!(check("attic", ""), ["f.rs: `attic` has no floor in src/lib.rs"]);
}
