//! The private folder that holds a connection's temporary tables on disk.
//!
//! It is removed with the connection. A process that dies leaves its folder behind; as the lock on a file in it dies
//! with the process, the next one that makes a folder finds and removes it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = "twilio-odbc-tables-";
const LOCK: &str = "lock";

/// A folder that nobody else can read.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Locked for as long as the folder is in use.
    lock: Option<File>,
    /// The process that made it. A child that it forks must leave it alone.
    process: u32,
}

impl Folder {
    /// Makes a folder in `parent`, and removes those that dead processes have left there.
    pub fn create(parent: &Path) -> io::Result<Folder> {
        let process = std::process::id();
        let path = loop {
            let unique = RandomState::new().hash_one(process);
            let path = parent.join(format!("{PREFIX}{process}-{unique:016x}"));
            match private_folder().create(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
                Ok(()) => break path,
            }
        };
        let mut folder = Folder { path, lock: None, process };
        // Under its name, the file is locked already: whoever looks for folders that are left must not find it free.
        let unnamed = folder.path.join("new");
        let lock = private_file().open(&unnamed)?;
        lock.lock()?;
        fs::rename(&unnamed, folder.path.join(LOCK))?;
        folder.lock = Some(lock);
        remove_left(parent, &folder.path);
        Ok(folder)
    }

    /// Makes an empty file in the folder.
    pub fn file(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        private_file().open(&path)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            return;
        }
        self.lock = None;
        if let Err(e) = fs::remove_dir_all(&self.path)
            && e.kind() != io::ErrorKind::NotFound
        {
            log::warn!("{} could not be removed: {e}", self.path.display());
        }
    }
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(false);
    builder
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true);
    options
}

/// Removes the folders of this user whose processes are gone.
fn remove_left(parent: &Path, own: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if !is_named || path == own || !is_ours(&path, own) {
            continue;
        }
        let Ok(lock) = File::open(path.join(LOCK)) else { continue };
        match lock.try_lock() {
            Ok(()) => drop(fs::remove_dir_all(&path)),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

/// Whether it is a folder, and no link, of the user to whom `own` belongs.
fn is_ours(path: &Path, own: &Path) -> bool {
    let (Ok(found), Ok(own)) = (fs::symlink_metadata(path), fs::symlink_metadata(own)) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if found.uid() != own.uid() {
            return false;
        }
    }
    #[cfg(not(unix))]
    let _ = own;
    found.is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of a test's own.
    fn parent(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("folder-test-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_folder_goes_with_its_owner() {
        let parent = parent("own");
        let folder = Folder::create(&parent).unwrap();
        let file = folder.file("tables").unwrap();
        assert!(file.exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder.path), mode(&file)), (0o700, 0o600));
        }
        drop(folder);
        assert_eq!(fs::read_dir(&parent).unwrap().count(), 0);
        fs::remove_dir_all(parent).unwrap();
    }

    #[test]
    fn what_the_dead_leave_is_removed_and_nothing_else() {
        let parent = parent("left");
        let living = Folder::create(&parent).unwrap();
        let left = parent.join(format!("{PREFIX}1-0"));
        let other = parent.join("other");
        let unfinished = parent.join(format!("{PREFIX}2-0"));
        for folder in [&left, &other, &unfinished] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("tables"), "x").unwrap();
        fs::write(other.join(LOCK), "").unwrap();
        let next = Folder::create(&parent).unwrap();
        assert!(!left.exists());
        assert!(living.path.exists() && next.path.exists() && other.exists() && unfinished.exists());
        drop((living, next));
        fs::remove_dir_all(parent).unwrap();
    }
}
