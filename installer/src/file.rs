//! An ini file on disk: read whole, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::ini::Document;

/// Mode of a new file that may hold secrets.
pub(crate) const PRIVATE: u32 = 0o600;
/// Mode of a new file that every user's applications read.
pub(crate) const SHARED: u32 = 0o644;

/// An ini file and what it held when it was read.
pub(crate) struct IniFile {
    pub(crate) path: PathBuf,
    pub(crate) document: Document,
    stored: Option<Document>,
}

impl IniFile {
    /// Reads the file; one that does not exist is empty.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        // A link stays a link: what it points to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let stored = match fs::read(&path) {
            Ok(bytes) => Some(parse(&path, &bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::io("read", &path, &error)),
        };
        Ok(Self { path, document: stored.clone().unwrap_or_default(), stored })
    }

    /// Writes the document if it differs from what is stored. An existing file keeps its mode and owner,
    /// a new one gets `mode`. Readers see the old file or the new one, never a part.
    pub(crate) fn save(&self, mode: u32) -> Result<(), Failure> {
        if self.stored.as_ref() == Some(&self.document) {
            return Ok(());
        }
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = self.path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let written = create_private(&temporary)
            .and_then(|mut file| {
                file.write_all(&self.document.to_bytes())?;
                take_over_owner_and_mode(&self.path, &file, mode)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            Failure::io("write", &self.path, &error)
        })
    }

    /// Whether users other than the owner may read the file.
    #[cfg(unix)]
    pub(crate) fn is_readable_by_others(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(&self.path).is_ok_and(|meta| meta.permissions().mode() & 0o044 != 0)
    }

    #[cfg(not(unix))]
    pub(crate) fn is_readable_by_others(&self) -> bool {
        false
    }
}

/// Creates the folder (and those above it) for its owner alone; an existing one stays as it is.
pub(crate) fn create_private_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::io("create", path, &error))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Document, Failure> {
    Document::parse(bytes).map_err(|unreadable| {
        Failure::new(format!(
            "{} line {}: content before the first [section], for which unixODBC ignores the whole file; \
             repair it first",
            path.display(),
            unreadable.line
        ))
    })
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE);
    options.open(path)
}

#[cfg(unix)]
fn take_over_owner_and_mode(old: &Path, new: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mode = match fs::metadata(old) {
        Ok(old) => {
            let own = new.metadata()?;
            if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
                fchown(new, Some(old.uid()), Some(old.gid()))?;
            }
            old.permissions().mode() & 0o7777
        }
        Err(_) => mode,
    };
    new.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn take_over_owner_and_mode(_old: &Path, _new: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}
