//! ML-DSA (ML-DSA-44, ML-DSA-65, ML-DSA-87; FIPS 204).

use ml_dsa::{EncodedVerifyingKey, MlDsaParams, Signature, VerifyingKey};

use crate::{cose::KeyParameters, crypto::SignatureError};

/// Verifies over the message itself, not its hash, with the empty context.
pub(super) fn verify<P: MlDsaParams>(
    parameters: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let KeyParameters::Akp { public } = *parameters else { return Err(SignatureError::Invalid) };
    let key = <&EncodedVerifyingKey<P>>::try_from(public).map_err(|_| SignatureError::Invalid)?;
    let signature = Signature::<P>::try_from(signature).map_err(|_| SignatureError::Invalid)?;
    if VerifyingKey::<P>::decode(key).verify_with_context(message, &[], &signature) {
        Ok(())
    } else {
        Err(SignatureError::Invalid)
    }
}
