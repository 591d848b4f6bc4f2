//! Application memory: the only place that reads and writes it.
#![allow(unsafe_code)]

use std::fmt;

/// The address of application memory, as it came through the C boundary or lies in a bound length array.
///
/// It has the layout of a C pointer, so exported functions take it as an argument. Nothing but the C boundary
/// makes one: behind every address stands the application's promise that the memory is there, of the type and
/// length that the function's arguments (or the binding) say, for the call or for as long as it is bound. A null
/// address reads as `None` and swallows writes. No alignment is assumed.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Address(*mut u8);

// SAFETY: an address is a number until it is used; ODBC lets any thread of the application use a handle, and
// the connection's lock makes sure that one at a time does.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Default for Address {
    fn default() -> Self {
        Address::NULL
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.0)
    }
}

/// Integers that any bit pattern is a value of.
///
/// # Safety
/// The type has neither padding nor invalid bit patterns.
pub unsafe trait Plain: Copy + PartialEq + Default {}

macro_rules! plain {
    ($($t:ty)*) => {$(
        // SAFETY: a primitive integer.
        unsafe impl Plain for $t {}
    )*};
}
plain!(u8 u16 i16 u32 i32 i64 usize isize);

impl Address {
    pub const NULL: Address = Address(std::ptr::null_mut());

    /// Whether this is the null pointer.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The pointer's bits: attribute functions pass integers, and handles, as pointers.
    pub fn to_integer(self) -> usize {
        self.0 as usize
    }

    /// The address `bytes` further on; null stays null.
    #[must_use]
    pub fn offset(self, bytes: isize) -> Address {
        if self.is_null() { self } else { Address(self.0.wrapping_offset(bytes)) }
    }

    /// The value that is stored here, `None` for null.
    pub fn read<T: Plain>(self) -> Option<T> {
        // SAFETY: not null, and by the promise of this type at least as large as a `T`; every bit pattern is one.
        (!self.is_null()).then(|| unsafe { self.0.cast::<T>().read_unaligned() })
    }

    /// Stores a value; null swallows it.
    pub fn write<T: Plain>(self, value: T) {
        if !self.is_null() {
            // SAFETY: not null, and by the promise of this type at least as large as a `T`.
            unsafe { self.0.cast::<T>().write_unaligned(value) }
        }
    }

    /// A copy of `count` values, none from null.
    pub fn read_all<T: Plain>(self, count: usize) -> Vec<T> {
        if self.is_null() || count == 0 {
            return Vec::new();
        }
        let mut values = vec![T::default(); count];
        // SAFETY: the source holds `count` values by the promise of this type, the vector by its length; bytes
        // have no alignment, and fresh memory does not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(
                self.0.cast_const(),
                values.as_mut_ptr().cast::<u8>(),
                count * size_of::<T>(),
            );
        }
        values
    }

    /// Stores values one after the other; null swallows them.
    pub fn write_all<T: Plain>(self, values: &[T]) {
        if !self.is_null() {
            // SAFETY: the target holds as many values by the promise of this type; what the driver owns does not
            // overlap application memory.
            unsafe {
                std::ptr::copy_nonoverlapping(values.as_ptr().cast::<u8>(), self.0, size_of_val(values));
            }
        }
    }

    /// Stores ASCII characters as wider units, one after the other; null swallows them.
    #[inline]
    pub fn write_wider<T: Plain + From<u8>>(self, ascii: &[u8]) {
        self.write_each(ascii.iter().map(|&character| T::from(character)));
    }

    /// Stores the values of an iterator one after the other; null swallows them.
    #[inline]
    pub fn write_each<T: Plain>(self, values: impl Iterator<Item = T>) {
        if self.is_null() {
            return;
        }
        for (index, value) in values.enumerate() {
            // SAFETY: not null, and the target holds as many values by the promise of this type.
            unsafe { self.0.cast::<T>().add(index).write_unaligned(value) }
        }
    }

    /// The number of values before the first zero (SQL_NTS), 0 for null.
    pub fn length_to_zero<T: Plain>(self) -> usize {
        let mut length = 0;
        let mut here = self;
        while here.read::<T>().is_some_and(|value| value != T::default()) {
            length += 1;
            here = here.offset(size_of::<T>() as isize);
        }
        length
    }

    /// The address of a value of the driver's own, to stand for the application's in a test.
    #[cfg(test)]
    pub(crate) fn of<T: ?Sized>(value: &mut T) -> Address {
        Address(std::ptr::from_mut(value).cast())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unaligned_values_are_read_and_written() {
        let mut bytes = [0u8; 9];
        let address = Address::of(&mut bytes[1..]);
        address.write(-2isize);
        assert_eq!(address.read::<isize>(), Some(-2));
        address.write_all(&[1u16, 0x0203]);
        assert_eq!(address.read_all::<u16>(2), [1, 0x0203]);
        address.write_wider::<u16>(b"abc");
        address.offset(6).write_each([0x20ACu16].into_iter());
        assert_eq!(address.read_all::<u16>(4), [0x61, 0x62, 0x63, 0x20AC]);
    }

    #[test]
    fn null_swallows() {
        Address::NULL.write(1i32);
        Address::NULL.write_all(&[1u8]);
        Address::NULL.write_wider::<u32>(b"a");
        assert_eq!(Address::NULL.read::<i32>(), None);
        assert_eq!(Address::NULL.length_to_zero::<u8>(), 0);
        assert!(Address::NULL.offset(8).is_null());
        assert!(Address::NULL.read_all::<u8>(5).is_empty());
    }
}
