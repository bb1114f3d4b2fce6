//! The files of a folder.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use mcpgov_engine::glob;

use super::super::{Failure, files};

/// What is below a folder, and what of it is not looked at.
#[derive(Default)]
pub(super) struct Walk {
    /// Regular files, sorted by name in each folder.
    pub(super) files: Vec<Entry>,
    /// Symbolic links. None is followed: what it leads to is either below the folder anyway, or none of its business.
    pub(super) links: usize,
    /// Pipes, sockets and devices, which might never end.
    pub(super) special: usize,
    /// Folders that cannot be read.
    pub(super) failures: Vec<Failure>,
}

pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// What reports call it: the way from the folder that was named, with that folder's name in front.
    pub(super) shown: String,
}

/// Walks through `folder`; `exclude` are globs of names, or of ways from the folder.
pub(super) fn walk(folder: &Path, exclude: &[String]) -> Walk {
    let mut walk = Walk::default();
    let mut open = vec![(folder.to_owned(), String::new())];
    let named = named(folder);
    while let Some((path, way)) = open.pop() {
        let kind = match fs::symlink_metadata(&path) {
            // The folder itself was named, so it may be a link.
            Ok(_) if way.is_empty() => Kind::Folder,
            Ok(metadata) => Kind::of(metadata.file_type()),
            Err(error) => {
                walk.failures.push(files::unreadable(&path, &error));
                continue;
            }
        };
        match kind {
            Kind::Folder => match children(&path, &way, exclude) {
                Ok(children) => open.extend(children.into_iter().rev()),
                Err(error) => walk.failures.push(files::unreadable(&path, &error)),
            },
            Kind::File => walk.files.push(Entry { shown: format!("{named}{way}"), path }),
            Kind::Link => walk.links += 1,
            Kind::Special => walk.special += 1,
        }
    }
    walk
}

enum Kind {
    Folder,
    File,
    Link,
    Special,
}

impl Kind {
    fn of(kind: fs::FileType) -> Self {
        if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            Self::File
        } else if kind.is_symlink() {
            Self::Link
        } else {
            Self::Special
        }
    }
}

/// What is in a folder, by name, each with its way from the folder that was named.
fn children(folder: &Path, way: &str, exclude: &[String]) -> io::Result<Vec<(PathBuf, String)>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let way = if way.is_empty() { name.clone() } else { format!("{way}/{name}") };
        // What git keeps is the same texts once more, packed.
        let is_left_out = |glob: &String| glob::matches(glob, &name) || glob::matches(glob, &way);
        if name != ".git" && !exclude.iter().any(is_left_out) {
            children.push((entry.path(), way));
        }
    }
    children.sort();
    Ok(children)
}

/// The folder's name to put in front of ways: empty for `.`, which says nothing.
fn named(folder: &Path) -> String {
    let parts = folder.components().filter(|part| *part != Component::CurDir);
    let path: PathBuf = parts.collect();
    match path.display().to_string() {
        empty if empty.is_empty() => empty,
        root if root.ends_with(std::path::MAIN_SEPARATOR) => root,
        path => format!("{path}/"),
    }
}
