//! The extension in which Android describes a key that its keystore holds.

use der::{
    Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _,
    asn1::{AnyRef, Null, OctetStringRef},
};

use crate::attestation::StatementError;

/// A key description (<https://source.android.com/docs/security/features/keystore/attestation>).
///
/// ```text
/// KeyDescription ::= SEQUENCE {
///     attestationVersion        INTEGER,
///     attestationSecurityLevel  SecurityLevel,
///     keymasterVersion          INTEGER,
///     keymasterSecurityLevel    SecurityLevel,
///     attestationChallenge      OCTET STRING,
///     uniqueId                  OCTET STRING,
///     softwareEnforced          AuthorizationList,
///     teeEnforced               AuthorizationList }
/// SecurityLevel ::= ENUMERATED { Software (0), TrustedEnvironment (1), StrongBox (2) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyDescription<'a> {
    pub(super) attestation_challenge: &'a [u8],
    /// What Android itself vouches for.
    pub(super) software_enforced: AuthorizationList,
    /// What the trusted environment, or the `StrongBox`, vouches for.
    pub(super) tee_enforced: AuthorizationList,
}

/// What a key may be used for, as far as §8.4 asks.
///
/// ```text
/// AuthorizationList ::= SEQUENCE {
///     purpose          [1]   EXPLICIT SET OF INTEGER OPTIONAL,
///     …
///     allApplications  [600] EXPLICIT NULL OPTIONAL,
///     …
///     origin           [702] EXPLICIT INTEGER OPTIONAL,
///     … }
/// ```
///
/// Every version of Android adds fields, so that unknown ones are skipped wherever they stand. The order of the
/// fields carries no meaning and is not judged; a known field that stands twice is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AuthorizationList {
    /// Whether the purposes include signing, if there is such a field.
    pub(super) purpose_is_sign: Option<bool>,
    /// Whether every application may use the key.
    pub(super) all_applications: bool,
    /// Whether the key was generated where it is, and not imported, if there is such a field.
    pub(super) origin_is_generated: Option<bool>,
}

const WHAT: &str = "KeyDescription";

const fn error(reason: &'static str) -> StatementError {
    StatementError::Structure { what: WHAT, reason }
}

impl<'a> KeyDescription<'a> {
    /// Reads the value of the extension.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        AnyRef::from_der(bytes)
            .and_then(|any| any.sequence(Self::read))
            .map_err(|_| error("not what its grammar says"))
    }

    fn read(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        for tag in [Tag::Integer, Tag::Enumerated, Tag::Integer, Tag::Enumerated] {
            reader.decode::<AnyRef<'_>>()?.tag().assert_eq(tag)?;
        }
        let attestation_challenge: &OctetStringRef = reader.decode()?;
        let _unique_id: &OctetStringRef = reader.decode()?;
        Ok(Self {
            attestation_challenge: attestation_challenge.as_bytes(),
            software_enforced: reader.decode::<AnyRef<'_>>()?.sequence(AuthorizationList::read)?,
            tee_enforced: reader.decode::<AnyRef<'_>>()?.sequence(AuthorizationList::read)?,
        })
    }
}

impl AuthorizationList {
    fn read(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        let mut list = Self::default();
        while !reader.is_finished() {
            let field: AnyRef<'_> = reader.decode()?;
            let Tag::ContextSpecific { constructed: true, number } = field.tag() else {
                return Err(field.tag().value_error().into());
            };
            let is_new = match number {
                PURPOSE => list.purpose_is_sign.replace(has_sign(field)?).is_none(),
                ALL_APPLICATIONS => {
                    Null::from_der(field.value())?;
                    !core::mem::replace(&mut list.all_applications, true)
                }
                ORIGIN => {
                    let is_generated = i64::from_der(field.value())? == KM_ORIGIN_GENERATED;
                    list.origin_is_generated.replace(is_generated).is_none()
                }
                _ => true,
            };
            if !is_new {
                return Err(field.tag().value_error().into());
            }
        }
        Ok(list)
    }
}

/// Whether the set holds `KM_PURPOSE_SIGN`. Its order is not judged: not every keystore sorts it.
fn has_sign(field: AnyRef<'_>) -> der::Result<bool> {
    let set = AnyRef::from_der(field.value())?;
    set.tag().assert_eq(Tag::Set)?;
    let mut reader = SliceReader::new(set.value())?;
    let mut has_sign = false;
    while !reader.is_finished() {
        has_sign |= reader.decode::<i64>()? == KM_PURPOSE_SIGN;
    }
    Ok(has_sign)
}

const PURPOSE: TagNumber = TagNumber(1);
const ALL_APPLICATIONS: TagNumber = TagNumber(600);
const ORIGIN: TagNumber = TagNumber(702);
const KM_ORIGIN_GENERATED: i64 = 0;
const KM_PURPOSE_SIGN: i64 = 2;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::attestation::test_kit::der::{explicit, integer, octets, sequence, set, tlv};

    fn described(software: &[Vec<u8>], tee: &[Vec<u8>]) -> Vec<u8> {
        sequence(&[
            integer(300),
            tlv(0x0a, &[1]),
            integer(41),
            tlv(0x0a, &[1]),
            octets(b"challenge"),
            octets(b""),
            sequence(software),
            sequence(tee),
        ])
    }

    fn purpose(purposes: &[i64]) -> Vec<u8> {
        explicit(1, &set(&purposes.iter().map(|purpose| integer(*purpose)).collect::<Vec<_>>()))
    }

    fn origin(origin: i64) -> Vec<u8> {
        explicit(702, &integer(origin))
    }

    fn tee(fields: &[Vec<u8>]) -> Result<AuthorizationList, StatementError> {
        KeyDescription::parse(&described(&[], fields)).map(|description| description.tee_enforced)
    }

    #[test]
    fn both_lists_and_the_challenge_are_found() {
        let bytes = described(&[explicit(600, &tlv(5, b""))], &[purpose(&[2, 3]), origin(0)]);
        let description = KeyDescription::parse(&bytes).unwrap();
        assert_eq!(description.attestation_challenge, b"challenge");
        assert_eq!(
            description.software_enforced,
            AuthorizationList { all_applications: true, ..AuthorizationList::default() },
        );
        assert_eq!(
            description.tee_enforced,
            AuthorizationList {
                purpose_is_sign: Some(true),
                all_applications: false,
                origin_is_generated: Some(true),
            },
        );
    }

    #[test]
    fn unknown_fields_are_skipped_wherever_they_stand() {
        let root_of_trust = explicit(704, &sequence(&[octets(&[7; 32])]));
        let fields = [
            explicit(2, &integer(3)),
            purpose(&[2]),
            explicit(503, &tlv(5, b"")),
            origin(0),
            root_of_trust,
            explicit(100_000, &octets(&[1; 300])),
        ];
        let list = tee(&fields).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(true), Some(true)));
    }

    #[test]
    fn fields_and_purposes_out_of_order_are_read() {
        let list = tee(&[origin(0), purpose(&[3, 2])]).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(true), Some(true)));
    }

    #[test]
    fn other_values_are_told_from_missing_fields() {
        assert_eq!(tee(&[]), Ok(AuthorizationList::default()));
        let list = tee(&[purpose(&[3]), origin(2)]).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(false), Some(false)));
    }

    #[test]
    fn what_is_not_the_grammar_is_refused() {
        let whole = described(&[], &[purpose(&[2])]);
        let table = [
            tee(&[purpose(&[2]), purpose(&[2])]).map(drop),
            tee(&[origin(0), origin(0)]).map(drop),
            tee(&[explicit(600, &tlv(5, b"")), explicit(600, &tlv(5, b""))]).map(drop),
            tee(&[explicit(600, &integer(0))]).map(drop),
            tee(&[explicit(1, &integer(2))]).map(drop),
            tee(&[explicit(702, &[integer(0), integer(0)].concat())]).map(drop),
            tee(&[integer(2)]).map(drop),
            KeyDescription::parse(&whole[..whole.len() - 1]).map(drop),
            KeyDescription::parse(&[&whole[..], &[0]].concat()).map(drop),
            KeyDescription::parse(&sequence(&[whole, integer(1)])).map(drop),
        ];
        for result in table {
            assert!(matches!(result, Err(StatementError::Structure { what: WHAT, .. })));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..100),
            at: prop::sample::Index,
            byte: u8,
        ) {
            let _ = KeyDescription::parse(&bytes);
            let mut bent = described(&[purpose(&[2, 3])], &[origin(0)]);
            *at.get_mut(&mut bent) = byte;
            let _ = KeyDescription::parse(&bent);
        }
    }
}
