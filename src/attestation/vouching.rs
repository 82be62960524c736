//! What vouches for an AAGUID.

/// What vouches for the AAGUID of the authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vouching {
    /// The attester: its key signs the authenticator data, or its certificate contains the AAGUID or the hash of the
    /// data.
    Attester,
    /// Only an anchor that was configured for this AAGUID. The attester does not know the AAGUID.
    Anchor,
    /// Nothing.
    Nothing,
}
