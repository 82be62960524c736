//! Base64 decoders with the leniency that front ends need, for either alphabet.

use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

pub(super) use self::engines::{Lenient, STANDARD, URL_SAFE};

/// Padding is allowed: hand-written front ends use encoders that add it. White space and non-zero trailing bits are
/// not: no client sends them, and the latter would give one value several spellings.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(false);

/// Uses vector instructions if the processor has them.
#[cfg(all(
    feature = "simd",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
))]
mod engines {
    extern crate std;

    use std::sync::LazyLock;

    use base64::engine::Simd;

    use super::CONFIG;

    pub(crate) type Lenient = Simd;

    pub(crate) static URL_SAFE: LazyLock<Lenient> = LazyLock::new(|| Simd::url_safe(CONFIG));

    /// The standard alphabet, for hand-written front ends that use the output of `btoa`.
    pub(crate) static STANDARD: LazyLock<Lenient> = LazyLock::new(|| Simd::standard(CONFIG));
}

#[cfg(not(all(
    feature = "simd",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
)))]
mod engines {
    use base64::{alphabet, engine::GeneralPurpose};

    use super::CONFIG;

    pub(crate) type Lenient = GeneralPurpose;

    pub(crate) static URL_SAFE: Lenient = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

    /// The standard alphabet, for hand-written front ends that use the output of `btoa`.
    pub(crate) static STANDARD: Lenient = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use base64::{
        Engine as _, alphabet,
        engine::{
            GeneralPurpose,
            general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
        },
    };
    use proptest::prelude::*;

    use super::{CONFIG, STANDARD, URL_SAFE};

    proptest! {
        /// Vector instructions must give the same result as the plain decoder, wherever the error is.
        #[test]
        fn texts_are_read_or_refused_as_the_plain_decoder_does(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            tampered in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            padding in 0_usize..4,
        ) {
            let scalar = |alphabet| GeneralPurpose::new(alphabet, CONFIG);
            let tamper = |text: alloc::string::String| {
                let mut text = [text.as_bytes(), &b"==="[..padding]].concat();
                for (at, byte) in &tampered {
                    if !text.is_empty() {
                        let at = at.index(text.len());
                        text[at] = *byte;
                    }
                }
                text
            };
            let text: Vec<u8> = tamper(URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert_eq!(URL_SAFE.decode(&text), scalar(&alphabet::URL_SAFE).decode(&text));
            let text: Vec<u8> = tamper(STANDARD_NO_PAD.encode(&bytes));
            prop_assert_eq!(STANDARD.decode(&text), scalar(&alphabet::STANDARD).decode(&text));
        }
    }
}
