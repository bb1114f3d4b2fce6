//! A policy of several files: included ones, the files of a folder, and layers.
//!
//! Files of one layer are read as one policy, and their order means nothing. Layers decide each for itself, and the most
//! restrictive of their decisions holds: so a team's file cannot permit what the organisation's does not, nor the other
//! way round. What rules refer to (servers, identity, mode, audit) comes from the first layer or its frame; otherwise a
//! later layer could change what the first one's rules mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Component, Path, PathBuf},
};

use mcpgov_engine::table::{Table, format::LAYERS_MAX, write::write};

use crate::{
    analysis, check,
    diagnostic::{Code, Diagnostic, any_error},
    lower,
    policy::{Policy, Server, Text},
    read, schema,
    source::{Source, Span},
    syntax,
};

/// Most files of one policy.
pub const FILES_MAX: usize = 1000;

/// What stands at a path.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A file's text.
    File(String),
    /// Paths of a folder's files.
    Folder(Vec<PathBuf>),
}

/// The files of a policy, and what came of reading them.
#[derive(Debug, Default)]
pub struct Bundle {
    /// In the order read; the first is the one asked for.
    pub files: Vec<Source>,
    parts: Vec<(u8, Policy)>,
    /// The folder of each part.
    folders: Vec<PathBuf>,
    paths: Vec<PathBuf>,
    diagnostics: Vec<Diagnostic>,
    seen: BTreeSet<PathBuf>,
}

/// Files, each with what there is to say about it.
pub type ByFile = Vec<(Source, Vec<Diagnostic>)>;

/// Whether a file of a folder is part of the policy.
pub fn is_policy_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

impl Bundle {
    /// Reads the policy at `path`, a file or a folder, and all it refers to. `read` is asked for each path.
    ///
    /// # Errors
    /// That of reading `path` itself; what cannot be read further on is a diagnostic.
    pub fn load(path: &Path, read: &mut dyn FnMut(&Path) -> io::Result<Entry>) -> io::Result<Bundle> {
        let mut bundle = Bundle::default();
        let entry = read(path)?;
        let alone = matches!(entry, Entry::File(_));
        let mut queue: Vec<(PathBuf, u8, Span)> = Vec::new();
        bundle.take(path, entry, 0, alone, Span::default(), &mut queue);
        bundle.schemas(0, read);
        while let Some((path, layer, span)) = queue.pop() {
            let known = bundle.parts.len();
            match read(&path) {
                Ok(entry) => bundle.take(&path, entry, layer, false, span, &mut queue),
                Err(error) => bundle.unreadable(&path, &error, span),
            }
            bundle.schemas(known, read);
        }
        Ok(bundle)
    }

    /// The policy of one file that is not on a disk, and so refers to no other.
    pub fn alone(source: Source) -> Bundle {
        let mut bundle = Bundle::default();
        let path = PathBuf::from(&source.path);
        let mut queue = Vec::new();
        bundle.take(&path, Entry::File(source.text), 0, true, Span::default(), &mut queue);
        let schemas = bundle.parts.iter().flat_map(|(_, policy)| &policy.servers);
        let schemas = schemas.filter_map(|server| server.schema.as_ref().map(|schema| schema.span));
        let references: Vec<Span> = queue.into_iter().map(|(.., span)| span).chain(schemas).collect();
        for span in references {
            let message = "this policy is more than one file, and is read alone";
            bundle.diagnostics.push(Diagnostic::error(Code::Inconsistent, span, message));
        }
        bundle
    }

    /// Every file that was read or looked for.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error, span: Span) {
        let message = format!("cannot read `{}`: {error}", path.display());
        self.diagnostics.push(Diagnostic::error(Code::BadValue, span, message));
    }

    /// Reads the schemas that the servers of a part name; `known` parts have theirs.
    fn schemas(&mut self, known: usize, read: &mut dyn FnMut(&Path) -> io::Result<Entry>) {
        let mut parts = std::mem::take(&mut self.parts);
        for (number, (_, policy)) in parts.iter_mut().enumerate().skip(known) {
            let folder = self.folders.get(number).cloned().unwrap_or_default();
            for server in policy.servers.iter_mut() {
                self.schema(&folder, server, read);
            }
        }
        self.parts = parts;
    }

    fn schema(
        &mut self,
        folder: &Path,
        server: &mut Server,
        read: &mut dyn FnMut(&Path) -> io::Result<Entry>,
    ) {
        let Some(file) = &server.schema else { return };
        let path = folder.join(&file.value);
        self.paths.push(path.clone());
        let text = match read(&path) {
            Ok(Entry::File(text)) => text,
            Ok(Entry::Folder(_)) => {
                return self.unreadable(&path, &io::ErrorKind::IsADirectory.into(), file.span);
            }
            Err(error) => return self.unreadable(&path, &error, file.span),
        };
        let base = self.end();
        let mut listing = schema::read(&text, base, &mut self.diagnostics);
        if let Some(listing) = &mut listing
            && server.enforce_schema
        {
            schema::enforce::listing(&server.name.value, listing, &mut self.diagnostics);
        }
        server.listing = listing;
        self.files.push(Source { path: path.display().to_string(), text });
    }

    fn take(
        &mut self,
        path: &Path,
        entry: Entry,
        layer: u8,
        alone: bool,
        span: Span,
        queue: &mut Vec<(PathBuf, u8, Span)>,
    ) {
        self.paths.push(path.to_owned());
        let text = match entry {
            Entry::Folder(mut files) => {
                files.retain(|file| is_policy_file(file));
                // Taken from the end.
                files.sort_by(|a, b| b.cmp(a));
                if files.is_empty() {
                    let message = format!("there is no policy in `{}`", path.display());
                    self.diagnostics.push(Diagnostic::error(Code::BadValue, span, message));
                }
                queue.extend(files.into_iter().map(|file| (file, layer, span)));
                return;
            }
            Entry::File(text) => text,
        };
        if !self.seen.insert(plain(path)) {
            let message = format!("`{}` is read twice", path.display());
            self.diagnostics.push(
                Diagnostic::error(Code::Duplicate, span, message).help("each file is part of a policy once"),
            );
            return;
        }
        if self.files.len() >= FILES_MAX {
            let message = format!("a policy has at most {FILES_MAX} files");
            self.diagnostics.push(Diagnostic::error(Code::TooLarge, span, message));
            return;
        }
        let base = self.end();
        let source = Source { path: path.display().to_string(), text };
        let mut policy = Policy::default();
        if let Some(root) = syntax::parse_at(&source, base, &mut self.diagnostics) {
            let read = if alone { read::policy } else { read::part };
            policy = read(&root, &mut self.diagnostics);
        }
        self.files.push(source);
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut refer = |text: &Text, layer: u8| queue.push((folder.join(&text.value), layer, text.span));
        policy.includes.iter().for_each(|text| refer(text, layer));
        for (number, text) in (0_u8..).zip(policy.layered.iter().take(LAYERS_MAX)) {
            if alone {
                refer(text, number);
            } else {
                let message = "`layers` stand in the file that is compiled, not in a part of it";
                self.diagnostics.push(Diagnostic::error(Code::Inconsistent, text.span, message));
            }
        }
        self.parts.push((layer, policy));
        self.folders.push(folder.to_owned());
    }

    /// Where the next file begins in the text of all of them; a byte between them keeps empty spans apart.
    fn end(&self) -> usize {
        self.files.iter().map(|file| file.text.len() + 1).sum()
    }

    /// The policy, checked. It is there exactly if none of the diagnostics is an error.
    pub fn policy(mut self) -> (Option<Policy>, ByFile) {
        let (policy, diagnostics) = self.checked();
        (policy, self.by_file(diagnostics))
    }

    /// Compiles the policy. The bytes are there exactly if none of the diagnostics is an error. The diagnostics are
    /// those of each file, in the order of `files`. The same text gives the same bytes.
    pub fn compile(mut self) -> (Option<Vec<u8>>, ByFile) {
        let (policy, mut diagnostics) = self.checked();
        let table = policy.and_then(|policy| lowered(policy, &mut diagnostics));
        (table, self.by_file(diagnostics))
    }

    /// Compiles the policy, and looks also for what is suspicious about it, which takes longer.
    pub fn inspect(mut self) -> (Option<Vec<u8>>, ByFile) {
        let (policy, mut diagnostics) = self.checked();
        let table = policy.and_then(|policy| {
            let places = analysis::Places::of(&policy);
            let bytes = lowered(policy, &mut diagnostics)?;
            match Table::from_bytes(bytes) {
                Ok(table) => {
                    analysis::policy(&places, &table, &mut diagnostics);
                    Some(table.as_bytes().to_vec())
                }
                Err(error) => too_large(&error.to_string(), &mut diagnostics),
            }
        });
        (table, self.by_file(diagnostics))
    }

    fn checked(&mut self) -> (Option<Policy>, Vec<Diagnostic>) {
        let mut diagnostics = std::mem::take(&mut self.diagnostics);
        let policy = merge(std::mem::take(&mut self.parts), &mut diagnostics);
        check::policy(&policy, &mut diagnostics);
        ((!any_error(&diagnostics)).then_some(policy), diagnostics)
    }

    /// The diagnostics by the file they are about, with the spans of that file. Places in other files become words.
    fn by_file(self, diagnostics: Vec<Diagnostic>) -> ByFile {
        let mut starts = Vec::with_capacity(self.files.len());
        let mut end = 0;
        for file in &self.files {
            starts.push(end);
            end += file.text.len() + 1;
        }
        let file_of = |span: Span| starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        let start_of = |file: usize| starts.get(file).copied().unwrap_or_default();
        let mut by_file: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
        for mut diagnostic in diagnostics {
            let file = file_of(diagnostic.primary.span);
            let (near, far): (Vec<_>, Vec<_>) =
                diagnostic.secondary.into_iter().partition(|label| file_of(label.span) == file);
            diagnostic.secondary = near;
            for label in far {
                let other = file_of(label.span);
                let Some(source) = self.files.get(other) else { continue };
                let place = source.lines().position(label.span.start - start_of(other));
                let there = format!(" ({} at {}:{}:{})", label.text, source.path, place.line, place.column);
                diagnostic.message.push_str(&there);
            }
            let start = start_of(file);
            diagnostic.each_span(|span| *span = Span { start: span.start - start, end: span.end - start });
            by_file.entry(file).or_default().push(diagnostic);
        }
        let take = |(number, file)| {
            let mut found = by_file.remove(&number).unwrap_or_default();
            found.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.primary.span.end));
            (file, found)
        };
        self.files.into_iter().enumerate().map(take).collect()
    }
}

fn lowered(policy: Policy, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<u8>> {
    match write(&lower::policy(policy)) {
        Ok(bytes) => Some(bytes),
        Err(error) => too_large(&error.to_string(), diagnostics),
    }
}

fn too_large<T>(message: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<T> {
    diagnostics.push(Diagnostic::error(Code::TooLarge, Span::default(), message));
    None
}

/// The path without `.` and `..`, so that a file is the same however it is referred to.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// One policy of all parts.
fn merge(parts: Vec<(u8, Policy)>, diagnostics: &mut Vec<Diagnostic>) -> Policy {
    let mut whole = Policy::default();
    let mut names: BTreeMap<(&'static str, String), (usize, Span)> = BTreeMap::new();
    let mut unique =
        |what: &'static str, part: usize, name: &Text, diagnostics: &mut Vec<Diagnostic>| match names
            .get(&(what, name.value.clone()))
        {
            // Twice in one file is a key twice, and reported as that.
            Some((other, _)) if *other == part => {}
            Some((_, first)) => diagnostics.push(
                Diagnostic::error(Code::Duplicate, name.span, format!("duplicate {what} `{}`", name.value))
                    .also(*first, "first defined"),
            ),
            None => {
                names.insert((what, name.value.clone()), (part, name.span));
            }
        };
    let mut settings: Option<Span> = None;
    for (number, (layer, mut part)) in parts.into_iter().enumerate() {
        part.servers.iter().for_each(|server| unique("server", number, &server.name, diagnostics));
        part.roles.iter().for_each(|role| unique("role", number, &role.name, diagnostics));
        part.conditions.iter().for_each(|named| unique("condition", number, &named.name, diagnostics));
        part.detectors.iter().for_each(|detector| unique("detector", number, &detector.name, diagnostics));
        if layer > 0 {
            for server in &part.servers {
                let message = format!("server `{}` is defined in a later layer", server.name.value);
                diagnostics
                    .push(Diagnostic::error(Code::Inconsistent, server.name.span, message).help(
                        "move it to the first layer: what a server is must not change under its rules",
                    ));
            }
        }
        for span in &part.settings {
            match (layer, settings) {
                (0, None) => {}
                (0, Some(first)) => diagnostics.push(
                    Diagnostic::error(
                        Code::Duplicate,
                        *span,
                        "a setting of the whole policy is given in two files",
                    )
                    .also(first, "the other"),
                ),
                _ => diagnostics.push(
                    Diagnostic::error(
                        Code::Inconsistent,
                        *span,
                        "a setting of the whole policy stands in a later layer",
                    )
                    .help("`mode`, `identity` and `audit` belong to the first layer"),
                ),
            }
        }
        if let Some(span) = part.settings.first() {
            settings = settings.or(Some(*span));
            whole.shadow = part.shadow;
            whole.identity = part.identity;
            whole.capture = part.capture;
        }
        whole.layers = whole.layers.max(layer + 1);
        part.rules.iter_mut().for_each(|rule| rule.layer = layer);
        whole.servers.append(&mut part.servers);
        whole.roles.append(&mut part.roles);
        whole.conditions.append(&mut part.conditions);
        whole.rules.append(&mut part.rules);
        whole.detectors.append(&mut part.detectors);
        whole.protections.append(&mut part.protections);
        whole.orphans.append(&mut part.orphans);
    }
    whole
}
