//! Who calls the library: a driver manager, or an application by itself.
//!
//! Nothing that a driver is told when an environment is allocated says whose it is, and nothing else can be asked: the
//! driver manager may be linked into a program, or loaded where no look-up by name finds its symbols (Python does so). The
//! stack shows it.
#![allow(unsafe_code)]

use std::path::PathBuf;

/// The file of the library or program that called into this library; `None` where it cannot be found.
#[cfg(all(unix, not(target_arch = "arm")))]
pub(super) fn file() -> Option<PathBuf> {
    stack::caller()
}

/// Windows has one driver manager; 32-bit ARM walks its stack by other functions.
#[cfg(not(all(unix, not(target_arch = "arm"))))]
pub(super) fn file() -> Option<PathBuf> {
    None
}

#[cfg(all(unix, not(target_arch = "arm")))]
mod stack {
    use std::ffi::{CStr, OsStr, c_int, c_void};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;
    use std::path::PathBuf;

    /// `_URC_NO_REASON`: go on to the next frame.
    const GO_ON: c_int = 0;
    /// `_URC_NORMAL_STOP`.
    const STOP: c_int = 4;

    /// Between the exported function and this one there are fewer frames.
    const MOST_FRAMES: usize = 64;

    // The unwinder that every Rust program holds already, because panics need it (Itanium C++ ABI, exception handling).
    unsafe extern "C" {
        fn _Unwind_Backtrace(
            callback: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
            data: *mut c_void,
        ) -> c_int;
        fn _Unwind_GetIP(context: *mut c_void) -> usize;
    }

    #[derive(Default)]
    struct Search {
        own: usize,
        frames: usize,
        found: Option<PathBuf>,
    }

    /// The first file on the stack that is not this library's own.
    pub(super) fn caller() -> Option<PathBuf> {
        let (own, _) = module(caller as *const () as usize)?;
        let mut search = Search { own, ..Search::default() };
        // SAFETY: the callback has the type that the unwinder asks for and does not unwind; it gets the address of
        // `search`, which lives longer than the call and which nothing else uses during it.
        unsafe { _Unwind_Backtrace(frame, (&raw mut search).cast()) };
        search.found
    }

    extern "C" fn frame(context: *mut c_void, data: *mut c_void) -> c_int {
        // SAFETY: `caller` passes the address of its `Search` through the unwinder, and waits for it.
        let search = unsafe { &mut *data.cast::<Search>() };
        // SAFETY: the unwinder gives its callback a context that is valid during the callback.
        let address = unsafe { _Unwind_GetIP(context) };
        search.frames += 1;
        // A return address may lie behind the last byte of the function that called.
        match module(address.wrapping_sub(1)) {
            Some((base, _)) if base == search.own && search.frames < MOST_FRAMES => GO_ON,
            Some((base, file)) if base != search.own => {
                search.found = Some(file);
                STOP
            }
            _ => STOP,
        }
    }

    /// The loaded file that an address lies in: where it begins in memory, and its name.
    fn module(address: usize) -> Option<(usize, PathBuf)> {
        let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
        // SAFETY: `dladdr` takes any address, and writes to the structure only.
        let found = unsafe { libc::dladdr(address as *const c_void, info.as_mut_ptr()) };
        // SAFETY: zeroes are a valid `Dl_info`: null pointers.
        let info = unsafe { info.assume_init() };
        if found == 0 || info.dli_fname.is_null() {
            return None;
        }
        // SAFETY: a file's name is a terminated string that stays as long as the file is loaded. What is on the stack is.
        let name = unsafe { CStr::from_ptr(info.dli_fname) };
        Some((info.dli_fbase as usize, OsStr::from_bytes(name.to_bytes()).into()))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_called_is_another_file() {
            let own = module(caller as *const () as usize).unwrap().1;
            let found = caller().expect("the C library starts threads");
            assert_ne!(found, own);
        }
    }
}
