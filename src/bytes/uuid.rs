//! User handles that are UUIDs.

use uuid::Uuid;

use super::{InvalidBytes, UserHandle};

/// The 16 bytes of the UUID, most significant first.
impl From<Uuid> for UserHandle {
    fn from(uuid: Uuid) -> Self {
        Self::from(uuid.into_bytes())
    }
}

/// Fails if the handle does not have 16 bytes.
impl TryFrom<UserHandle> for Uuid {
    type Error = InvalidBytes;

    fn try_from(handle: UserHandle) -> Result<Self, InvalidBytes> {
        let bytes = handle.as_bytes();
        let invalid = InvalidBytes::Length { what: "UUID", found: bytes.len(), min: 16, max: 16 };
        Self::from_slice(bytes).map_err(|_| invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_user_handles_of_16_bytes_become_uuids() {
        for uuid in [Uuid::nil(), Uuid::max(), Uuid::from_u128(1 << 120 | 7)] {
            let handle = UserHandle::from(uuid);
            assert_eq!(handle.as_bytes(), uuid.as_bytes());
            assert_eq!(Uuid::try_from(handle), Ok(uuid));
        }
        for length in [1, 15, 17, 32, 64] {
            let handle = UserHandle::try_from(&*alloc::vec![7; length]).unwrap();
            let error = InvalidBytes::Length { what: "UUID", found: length, min: 16, max: 16 };
            assert_eq!(Uuid::try_from(handle), Err(error));
        }
    }
}
