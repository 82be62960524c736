//! The extension in which Android describes a key in its keystore.

use der::{
    Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _,
    asn1::{AnyRef, OctetStringRef},
};

use crate::{assurance::AndroidSecurityLevel, attestation::StatementError};

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
///
/// Anything that no rule requires may have any value: versions, `uniqueId`, fields that a later version appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyDescription<'a> {
    /// Where the description was created.
    pub(super) attestation_security_level: AndroidSecurityLevel,
    /// Where the key is, if that place is known.
    pub(super) keymaster_security_level: Option<AndroidSecurityLevel>,
    pub(super) attestation_challenge: &'a [u8],
    /// What Android vouches for.
    pub(super) software_enforced: AuthorizationList,
    /// What the trusted environment or the `StrongBox` vouches for.
    pub(super) tee_enforced: AuthorizationList,
}

/// What a key may be used for, as far as §8.4 requires.
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
/// Every version of Android adds fields, so unknown fields are skipped anywhere. The order of the fields has no meaning
/// and is not checked. A field may occur more than once, which is how some key stores write `purpose`. Then all of them
/// apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AuthorizationList {
    /// Whether the purposes include signing, if there is such a field.
    pub(super) purpose_is_sign: Option<bool>,
    /// Whether all applications may use the key.
    pub(super) all_applications: bool,
    /// Whether the key was generated in place, rather than imported, if there is such a field.
    pub(super) origin_is_generated: Option<bool>,
}

const WHAT: &str = "KeyDescription";

const fn error(reason: &'static str) -> StatementError {
    StatementError::Structure { what: WHAT, reason }
}

/// The fields, before they are interpreted.
struct Fields<'a> {
    attestation_security_level: Option<AndroidSecurityLevel>,
    keymaster_security_level: Option<AndroidSecurityLevel>,
    attestation_challenge: &'a [u8],
    software_enforced: AuthorizationList,
    tee_enforced: AuthorizationList,
}

impl<'a> KeyDescription<'a> {
    /// Parses the value of the extension.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let fields = AnyRef::from_der(bytes)
            .and_then(|any| {
                any.tag().assert_eq(Tag::Sequence)?;
                Fields::read(&mut SliceReader::new(any.value())?)
            })
            .map_err(|_| error("does not match its grammar"))?;
        let level = fields.attestation_security_level;
        Ok(Self {
            attestation_security_level: level.ok_or(error("an unknown security level"))?,
            keymaster_security_level: fields.keymaster_security_level,
            attestation_challenge: fields.attestation_challenge,
            software_enforced: fields.software_enforced,
            tee_enforced: fields.tee_enforced,
        })
    }
}

impl<'a> Fields<'a> {
    /// Does not read anything after the last field.
    fn read(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let _attestation_version: AnyRef<'_> = reader.decode()?;
        let attestation_security_level = security_level(reader.decode()?)?;
        let _keymaster_version: AnyRef<'_> = reader.decode()?;
        let keymaster_security_level = security_level(reader.decode()?)?;
        let attestation_challenge: &OctetStringRef = reader.decode()?;
        let _unique_id: AnyRef<'_> = reader.decode()?;
        Ok(Self {
            attestation_security_level,
            keymaster_security_level,
            attestation_challenge: attestation_challenge.as_bytes(),
            software_enforced: reader.decode::<AnyRef<'_>>()?.sequence(AuthorizationList::read)?,
            tee_enforced: reader.decode::<AnyRef<'_>>()?.sequence(AuthorizationList::read)?,
        })
    }
}

/// A `SecurityLevel`, or `None` if it is unknown.
fn security_level(field: AnyRef<'_>) -> der::Result<Option<AndroidSecurityLevel>> {
    field.tag().assert_eq(Tag::Enumerated)?;
    Ok(match number(field) {
        Some(0) => Some(AndroidSecurityLevel::Software),
        Some(1) => Some(AndroidSecurityLevel::TrustedEnvironment),
        Some(2) => Some(AndroidSecurityLevel::StrongBox),
        _ => None,
    })
}

impl AuthorizationList {
    fn read(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        let mut list = Self::default();
        while !reader.is_finished() {
            let field: AnyRef<'_> = reader.decode()?;
            let Tag::ContextSpecific { number, .. } = field.tag() else {
                return Err(field.tag().value_error().into());
            };
            list = list.union(match number {
                PURPOSE => {
                    Self { purpose_is_sign: Some(has_sign(field.value())?), ..Self::default() }
                }
                // Only its presence matters.
                ALL_APPLICATIONS => Self { all_applications: true, ..Self::default() },
                ORIGIN => {
                    let is_generated = is_generated(field.value())?;
                    Self { origin_is_generated: Some(is_generated), ..Self::default() }
                }
                _ => Self::default(),
            });
        }
        Ok(list)
    }

    /// Combines both lists. Purposes add up. A key has one origin, so two origins must not contradict each other.
    pub(super) fn union(self, other: Self) -> Self {
        let both = |one: Option<bool>, other: Option<bool>, join: fn(bool, bool) -> bool| match (
            one, other,
        ) {
            (Some(one), Some(other)) => Some(join(one, other)),
            (one, other) => one.or(other),
        };
        Self {
            purpose_is_sign: both(self.purpose_is_sign, other.purpose_is_sign, |a, b| a || b),
            all_applications: self.all_applications || other.all_applications,
            origin_is_generated: both(
                self.origin_is_generated,
                other.origin_is_generated,
                |a, b| a && b,
            ),
        }
    }
}

/// Returns whether the set contains `KM_PURPOSE_SIGN`. Its order is not checked, because not every keystore sorts it.
fn has_sign(field: &[u8]) -> der::Result<bool> {
    let set = AnyRef::from_der(field)?;
    set.tag().assert_eq(Tag::Set)?;
    let mut reader = SliceReader::new(set.value())?;
    let mut has_sign = false;
    while !reader.is_finished() {
        let purpose: AnyRef<'_> = reader.decode()?;
        purpose.tag().assert_eq(Tag::Integer)?;
        has_sign |= number(purpose) == Some(KM_PURPOSE_SIGN);
    }
    Ok(has_sign)
}

/// Returns whether the origin is `KM_ORIGIN_GENERATED`.
fn is_generated(field: &[u8]) -> der::Result<bool> {
    let origin = AnyRef::from_der(field)?;
    origin.tag().assert_eq(Tag::Integer)?;
    Ok(number(origin) == Some(KM_ORIGIN_GENERATED))
}

/// A one-byte number. Leading zeros, which DER does not allow, do not change it.
fn number(field: AnyRef<'_>) -> Option<u8> {
    match field.value() {
        [zeros @ .., number @ ..0x80] if zeros.iter().all(|byte| *byte == 0) => Some(*number),
        _ => None,
    }
}

const PURPOSE: TagNumber = TagNumber(1);
const ALL_APPLICATIONS: TagNumber = TagNumber(600);
const ORIGIN: TagNumber = TagNumber(702);
const KM_ORIGIN_GENERATED: u8 = 0;
const KM_PURPOSE_SIGN: u8 = 2;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::attestation::test_kit::der::{explicit, integer, octets, sequence, set, tlv};

    fn fields(software: &[Vec<u8>], tee: &[Vec<u8>]) -> [Vec<u8>; 8] {
        [
            integer(300),
            tlv(0x0a, &[1]),
            integer(41),
            tlv(0x0a, &[2]),
            octets(b"challenge"),
            octets(b""),
            sequence(software),
            sequence(tee),
        ]
    }

    fn described(software: &[Vec<u8>], tee: &[Vec<u8>]) -> Vec<u8> {
        sequence(&fields(software, tee))
    }

    /// Returns the description with one field replaced.
    fn with(at: usize, field: Vec<u8>) -> Vec<u8> {
        let mut fields = fields(&[], &[purpose(&[2]), origin(0)]);
        fields[at] = field;
        sequence(&fields)
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
        let levels = (description.attestation_security_level, description.keymaster_security_level);
        let expected =
            (AndroidSecurityLevel::TrustedEnvironment, Some(AndroidSecurityLevel::StrongBox));
        assert_eq!(levels, expected);
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
    fn other_values_differ_from_missing_fields() {
        assert_eq!(tee(&[]), Ok(AuthorizationList::default()));
        let list = tee(&[purpose(&[3]), origin(2)]).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(false), Some(false)));
    }

    #[test]
    fn repeated_fields_all_apply() {
        let list = tee(&[purpose(&[3]), purpose(&[2]), origin(0), origin(0)]).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(true), Some(true)));
        let list = tee(&[purpose(&[3]), purpose(&[1]), origin(0), origin(2)]).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(false), Some(false)));
        let list = tee(&[origin(2), origin(0), explicit(5, b""), explicit(5, b"")]).unwrap();
        assert_eq!(list.origin_is_generated, Some(false));
    }

    #[test]
    fn all_applications_counts_in_any_encoding() {
        let primitive = [&[0x9f, 0x84, 0x58][..], &[0]].concat();
        for field in [explicit(600, &integer(0)), explicit(600, b""), primitive] {
            assert!(tee(&[field.clone(), field]).unwrap().all_applications);
        }
    }

    #[test]
    fn accepts_numbers_with_leading_zeros() {
        let purpose = explicit(1, &set(&[tlv(2, &[0, 0, 2])]));
        let list = tee(&[purpose, explicit(702, &tlv(2, &[0, 0]))]).unwrap();
        assert_eq!((list.purpose_is_sign, list.origin_is_generated), (Some(true), Some(true)));
        let level = with(1, tlv(0x0a, &[0, 2]));
        let level = KeyDescription::parse(&level).unwrap();
        assert_eq!(level.attestation_security_level, AndroidSecurityLevel::StrongBox);
        // Not the same as without the leading bytes.
        for other in [&[1, 2][..], &[0xff, 2], &[0x82], &[]] {
            let list = tee(&[explicit(1, &set(&[tlv(2, other)]))]).unwrap();
            assert_eq!(list.purpose_is_sign, Some(false), "{other:?}");
        }
    }

    #[test]
    fn accepts_anything_in_fields_that_no_rule_requires() {
        for (at, field) in [
            (0, tlv(2, &[])),
            (0, tlv(0x0a, &[1])),
            (2, tlv(2, &[1; 40])),
            (3, tlv(0x0a, &[99])),
            (5, tlv(5, &[])),
        ] {
            assert!(KeyDescription::parse(&with(at, field)).is_ok(), "{at}");
        }
        let appended = [&fields(&[], &[])[..], &[integer(1), octets(b"new")]].concat();
        assert!(KeyDescription::parse(&sequence(&appended)).is_ok());
    }

    #[test]
    fn rejects_unknown_security_levels() {
        for level in [&[3][..], &[99], &[0xff], &[1, 1], &[]] {
            let description = with(1, tlv(0x0a, level));
            let parsed = KeyDescription::parse(&description);
            assert_eq!(parsed, Err(error("an unknown security level")), "{level:?}");
        }
        let description = with(3, tlv(0x0a, &[99]));
        let description = KeyDescription::parse(&description).unwrap();
        assert_eq!(description.keymaster_security_level, None);
    }

    #[test]
    fn rejects_descriptions_that_do_not_match_the_grammar() {
        let whole = described(&[], &[purpose(&[2])]);
        let table = [
            KeyDescription::parse(&with(1, integer(1))).map(drop),
            KeyDescription::parse(&with(3, integer(1))).map(drop),
            KeyDescription::parse(&with(4, tlv(0x0c, b"challenge"))).map(drop),
            KeyDescription::parse(&with(7, set(&[]))).map(drop),
            KeyDescription::parse(&sequence(&fields(&[], &[])[..7])).map(drop),
            tee(&[explicit(1, &integer(2))]).map(drop),
            tee(&[explicit(1, &set(&[octets(&[2])]))]).map(drop),
            tee(&[explicit(702, &octets(&[0]))]).map(drop),
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
            let mut tampered = described(&[purpose(&[2, 3])], &[origin(0)]);
            *at.get_mut(&mut tampered) = byte;
            let _ = KeyDescription::parse(&tampered);
        }
    }
}
