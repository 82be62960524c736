use alloc::{borrow::ToOwned, string::ToString as _, vec, vec::Vec};

use ciborium::Value;
use coset::{CborSerializable as _, RegisteredLabelWithPrivate};
use proptest::prelude::*;

use super::*;

/// A map in the given order. Keys may be repeated.
fn encode(entries: &[(i64, Value)]) -> Vec<u8> {
    let entries = entries.iter().map(|(label, value)| ((*label).into(), value.clone())).collect();
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(entries), &mut bytes).unwrap();
    bytes
}

fn zeros(length: usize) -> Value {
    Value::Bytes(vec![0; length])
}

fn ones(length: usize) -> Value {
    Value::Bytes(vec![0xff; length])
}

/// A key of each type with the right shape for its algorithm.
fn keys() -> [Vec<(i64, Value)>; 4] {
    let int = |value: i64| Value::from(value);
    [
        vec![(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, zeros(32)), (-3, zeros(32))],
        vec![(1, int(1)), (3, int(-8)), (-1, int(6)), (-2, zeros(32))],
        vec![(1, int(3)), (3, int(-257)), (-1, ones(256)), (-2, Value::Bytes(vec![1, 0, 1]))],
        vec![(1, int(7)), (3, int(-48)), (-1, zeros(1312))],
    ]
}

fn refused(entries: &[(i64, Value)]) {
    assert!(CoseKey::parse(&encode(entries)).is_err(), "{entries:?}");
}

#[test]
fn keys_of_every_type_are_read() {
    for entries in keys() {
        let bytes = encode(&entries);
        let key = CoseKey::parse(&bytes).unwrap();
        assert_eq!(key.check_shape(), Ok(()), "{key:?}");
        assert_eq!(CosePublicKey::try_from(&*bytes).unwrap().algorithm(), key.algorithm);
    }
}

/// A record cannot contain a key that is invalid for its algorithm, no matter who reads it.
#[test]
fn stored_key_has_the_shape_of_its_algorithm() {
    for mut entries in keys() {
        // RS1, which is not an algorithm for credentials.
        entries[1].1 = Value::from(-65_535);
        let refused = CosePublicKey::try_from(&*encode(&entries)).unwrap_err();
        assert_eq!(refused, InvalidPublicKey::Invalid(InvalidKey::Algorithm(Algorithm::RS1)));
    }
}

#[test]
fn stored_keys_are_equal_to_what_was_read_in_any_order() {
    for mut entries in keys() {
        for _ in 0..entries.len() {
            entries.rotate_left(1);
            let bytes = encode(&entries);
            let key = CoseKey::parse(&bytes).unwrap();
            let stored = CosePublicKey::try_from(&*bytes).unwrap();
            assert_eq!((stored.key(), stored.as_bytes()), (key, &*bytes));
            assert_eq!(CosePublicKey::from_key(&key).unwrap().key(), key);
        }
    }
}

/// Regardless of the parameters that a host puts together.
#[test]
fn key_needs_parameters_with_the_shape_of_its_algorithm() {
    for (entries, other) in keys().iter().zip(keys().iter().cycle().skip(1)) {
        let (bytes, other) = (encode(entries), encode(other));
        let (key, other) = (CoseKey::parse(&bytes).unwrap(), CoseKey::parse(&other).unwrap());
        assert!(CosePublicKey::from_key(&key).is_ok());
        let mixed = CoseKey { algorithm: key.algorithm, parameters: other.parameters };
        let refused = CosePublicKey::from_key(&mixed);
        assert_eq!(refused, Err(InvalidKey::Algorithm(key.algorithm)));
    }
    let short = KeyParameters::Ec2 { curve: 1, x: &[1; 31], y: &[2; 32] };
    let refused =
        CosePublicKey::from_key(&CoseKey { algorithm: Algorithm::ES256, parameters: short });
    assert!(matches!(refused, Err(InvalidKey::Value(_))), "{refused:?}");
}

#[test]
fn keys_can_only_be_stored_with_the_bytes_they_were_read_from() {
    for entries in keys() {
        let bytes = encode(&entries);
        let copy = bytes.clone();
        let key = CoseKey::parse(&copy).unwrap();
        assert!(CosePublicKey::of(&copy, &key).is_ok());
        assert!(CosePublicKey::of(&bytes, &key).is_err());
    }
}

#[test]
fn order_of_the_parameters_does_not_matter() {
    for mut entries in keys() {
        let bytes = encode(&entries);
        entries.reverse();
        assert_eq!(CoseKey::parse(&encode(&entries)), CoseKey::parse(&bytes));
    }
}

#[test]
fn every_parameter_is_required() {
    for entries in keys() {
        for missing in 0..entries.len() {
            let mut entries = entries.clone();
            entries.remove(missing);
            refused(&entries);
        }
    }
    refused(&[]);
}

/// §5.8.5 requires y as bytes: a sign bit would be a compressed point.
#[test]
fn parameters_of_another_type_are_refused() {
    for entries in keys() {
        for at in 0..entries.len() {
            let others = [
                Value::Bool(true),
                Value::Null,
                Value::Text("1".to_owned()),
                Value::Float(1.0),
                Value::Array(vec![]),
                Value::Map(vec![]),
                Value::Tag(2, Value::Bytes(vec![1]).into()),
                match entries[at].1 {
                    Value::Bytes(_) => Value::from(1),
                    _ => Value::Bytes(vec![1]),
                },
            ];
            for other in others {
                let mut entries = entries.clone();
                entries[at].1 = other;
                refused(&entries);
            }
        }
    }
}

#[test]
fn private_key_members_are_refused() {
    // d of EC2 and OKP, d to t_i of RSA, priv of AKP.
    let private: [&[i64]; 4] =
        [&[-4], &[-4, -3], &[-3, -4, -5, -6, -7, -8, -9, -10, -11, -12], &[-2]];
    for (entries, private) in keys().into_iter().zip(private) {
        for label in private {
            refused(&[&entries[..], &[(*label, zeros(32))]].concat());
        }
    }
}

/// A parameter under another label does not replace a required one.
#[test]
fn required_parameters_have_their_own_labels() {
    for entries in keys() {
        for at in 0..entries.len() {
            for label in [0, 2, 4, 5, -4, -5, i64::MAX] {
                let mut entries = entries.clone();
                entries[at].0 = label;
                refused(&entries);
            }
        }
    }
}

/// §6.5.1.1: required parameters and no others.
#[test]
fn optional_parameters_are_refused() {
    for entries in keys() {
        for label in [0, 2, 4, 5, 6, -4, -5, -65_537, i64::MAX, i64::MIN] {
            for value in [zeros(1), Value::from(1), Value::Array(vec![Value::from(2)])] {
                refused(&[&entries[..], &[(label, value)]].concat());
            }
        }
    }
}

#[test]
fn rejects_duplicate_labels() {
    for entries in keys() {
        for at in 0..entries.len() {
            // The same value, and another one, in either order.
            refused(&[&entries[..], &entries[at..=at]].concat());
            let mut other = entries[at].clone();
            other.1 = if let Value::Bytes(_) = other.1 { zeros(1) } else { Value::from(2) };
            refused(&[&entries[..], core::slice::from_ref(&other)].concat());
            refused(&[core::slice::from_ref(&other), &entries[..]].concat());
        }
    }
}

#[test]
fn rejects_labels_that_are_not_numbers() {
    for entries in keys() {
        let mut map: Vec<_> =
            entries.iter().map(|(label, value)| ((*label).into(), value.clone())).collect();
        map.push((Value::Text("kty".to_owned()), Value::from(2)));
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(map), &mut bytes).unwrap();
        assert!(CoseKey::parse(&bytes).is_err());
    }
}

#[test]
fn other_key_types_are_refused() {
    for entries in keys() {
        for kty in [0, 4, 5, 6, 8, -1, 100, i64::MAX, i64::MIN] {
            let mut entries = entries.clone();
            entries[0].1 = kty.into();
            refused(&entries);
        }
    }
}

#[test]
fn algorithm_is_a_32_bit_number() {
    let mut entries = keys()[0].clone();
    for alg in [i64::from(i32::MIN), i64::from(i32::MAX), 0, -7] {
        entries[1].1 = alg.into();
        let bytes = encode(&entries);
        let key = CoseKey::parse(&bytes).unwrap();
        assert_eq!(i64::from(key.algorithm.identifier()), alg);
    }
    for alg in [i64::from(i32::MIN) - 1, i64::from(i32::MAX) + 1, i64::MIN, i64::MAX] {
        entries[1].1 = alg.into();
        refused(&entries);
    }
}

#[test]
fn rejects_bytes_after_the_key() {
    for entries in keys() {
        let bytes = encode(&entries);
        for end in 0..bytes.len() {
            assert!(CoseKey::parse(&bytes[..end]).is_err(), "{end} bytes");
        }
        for rest in [&[0][..], &[0xa0], &bytes] {
            assert!(CoseKey::parse(&[&bytes, rest].concat()).is_err());
        }
    }
}

/// kty, alg and crv must match, in every combination.
#[test]
fn shapes_only_match_their_algorithm() {
    let long = [0xff; 2592];
    let shapes: Vec<(&str, KeyParameters<'_>)> = [(1, 32), (2, 48), (3, 66), (8, 32)]
        .map(|(curve, size)| {
            ("EC2", KeyParameters::Ec2 { curve, x: &long[..size], y: &long[..size] })
        })
        .into_iter()
        .chain(
            [(4, 32), (5, 56), (6, 32), (7, 57)]
                .map(|(curve, size)| ("OKP", KeyParameters::Okp { curve, x: &long[..size] })),
        )
        .chain([("RSA", KeyParameters::Rsa { n: &long[..256], e: &[3] })])
        .chain([1312, 1952, 2592].map(|size| ("AKP", KeyParameters::Akp { public: &long[..size] })))
        .collect();
    // By the index of the one shape that matches.
    let fitting: [(Algorithm, Option<usize>); 21] = [
        (Algorithm::ES256, Some(0)),
        (Algorithm::ESP256, Some(0)),
        (Algorithm::ES384, Some(1)),
        (Algorithm::ESP384, Some(1)),
        (Algorithm::ES512, Some(2)),
        (Algorithm::ESP512, Some(2)),
        (Algorithm::ES256K, Some(3)),
        (Algorithm::EdDSA, Some(6)),
        (Algorithm::Ed25519, Some(6)),
        (Algorithm::Ed448, Some(7)),
        (Algorithm::RS256, Some(8)),
        (Algorithm::RS384, Some(8)),
        (Algorithm::RS512, Some(8)),
        (Algorithm::PS256, Some(8)),
        (Algorithm::PS384, Some(8)),
        (Algorithm::PS512, Some(8)),
        (Algorithm::ML_DSA_44, Some(9)),
        (Algorithm::ML_DSA_65, Some(10)),
        (Algorithm::ML_DSA_87, Some(11)),
        (Algorithm::RS1, None),
        (Algorithm::new(-4711), None),
    ];
    for (algorithm, fits) in fitting {
        for (place, (kty, parameters)) in shapes.iter().enumerate() {
            let checked = CoseKey { algorithm, parameters: *parameters }.check_shape();
            let what = format_args!("{algorithm} with {kty} at {place}: {checked:?}").to_string();
            if Some(place) == fits {
                assert_eq!(checked, Ok(()), "{what}");
            } else if *kty == "AKP" && fits.is_some_and(|fits| shapes[fits].0 == "AKP") {
                assert!(matches!(checked, Err(InvalidKey::Value(_))), "{what}");
            } else {
                assert_eq!(checked, Err(InvalidKey::Algorithm(algorithm)), "{what}");
            }
        }
        assert_eq!(algorithm.is_for_credentials(), fits.is_some());
    }
}

#[test]
fn each_coordinate_has_the_length_of_its_curve() {
    let long = [0xff; 33];
    for (x, y, fits) in [(32, 32, true), (31, 32, false), (32, 31, false), (33, 32, false)] {
        let parameters = KeyParameters::Ec2 { curve: 1, x: &long[..x], y: &long[..y] };
        let checked = CoseKey { algorithm: Algorithm::ES256, parameters }.check_shape();
        assert_eq!(checked.is_ok(), fits, "{x} {y}: {checked:?}");
    }
}

#[test]
fn rsa_keys_must_be_within_limits() {
    let check = |n: &[u8], e: &[u8]| {
        CoseKey { algorithm: Algorithm::RS256, parameters: KeyParameters::Rsa { n, e } }
            .check_shape()
            .is_ok()
    };
    let bits = |bits: usize| {
        let mut n = vec![0xff; bits.div_ceil(8)];
        n[0] >>= 8 * n.len() - bits;
        n
    };
    for (bits_of_n, fits) in [
        (1, false),
        (1024, false),
        (2047, false),
        (2048, true),
        (2049, true),
        (3482, true),
        (8192, true),
        (8193, false),
        (65_536, false),
    ] {
        assert_eq!(check(&bits(bits_of_n), &[3]), fits, "{bits_of_n} bits");
    }
    let n = bits(2048);
    for (e, fits) in [
        (&[][..], false),
        (&[0], false),
        (&[1], false),
        (&[2], false),
        (&[3], true),
        (&[0, 3], false),
        (&[1, 0, 1], true),
        (&[1, 0, 0], false),
        (&[1, 0xff, 0xff], true),
        (&[2, 0, 1], false),
        (&[0xff; 4], false),
        (&[1, 0, 0, 0, 1], false),
    ] {
        assert_eq!(check(&n, e), fits, "exponent {e:?}");
    }
    for n in [&[][..], &[0], &[0; 256], &[&[0], &n[..]].concat(), &[&n[..255], &[0xfe]].concat()] {
        assert!(!check(n, &[3]));
    }
}

#[test]
fn curves_name_their_ecdsa_algorithm() {
    for (curve, algorithm) in [
        (1, Some(Algorithm::ES256)),
        (2, Some(Algorithm::ES384)),
        (3, Some(Algorithm::ES512)),
        (8, Some(Algorithm::ES256K)),
        (0, None),
        (6, None),
        (-1, None),
    ] {
        assert_eq!(KeyParameters::Ec2 { curve, x: &[], y: &[] }.ecdsa_algorithm(), algorithm);
        assert_eq!(KeyParameters::Okp { curve, x: &[] }.ecdsa_algorithm(), None);
    }
}

/// kty, alg and the parameters by their labels.
#[derive(Debug, PartialEq)]
struct Read(i64, i64, Vec<(i64, Value)>);

/// What the general-purpose library reads.
fn as_read_by_coset(bytes: &[u8]) -> Option<Read> {
    let key = coset::CoseKey::from_slice(bytes).ok()?;
    let coset::KeyType::Assigned(kty) = key.kty else { return None };
    let Some(RegisteredLabelWithPrivate::Assigned(alg)) = key.alg else { return None };
    let parameters = key.params.into_iter().map(|(label, value)| match label {
        coset::Label::Int(label) => Some((label, value)),
        coset::Label::Text(_) => None,
    });
    let mut parameters = parameters.collect::<Option<Vec<_>>>()?;
    parameters.sort_by_key(|(label, _)| *label);
    Some(Read(kty.to_i64(), alg.to_i64(), parameters))
}

fn as_read_here(key: &CoseKey<'_>) -> Read {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    let (kty, parameters) = match key.parameters {
        KeyParameters::Ec2 { curve, x, y } => {
            (KeyType::EC2, vec![(-3, bytes(y)), (-2, bytes(x)), (-1, curve.into())])
        }
        KeyParameters::Okp { curve, x } => (KeyType::OKP, vec![(-2, bytes(x)), (-1, curve.into())]),
        KeyParameters::Rsa { n, e } => (KeyType::RSA, vec![(-2, bytes(e)), (-1, bytes(n))]),
        KeyParameters::Akp { public } => (KeyType::AKP, vec![(-1, bytes(public))]),
    };
    Read(kty.to_i64(), i64::from(key.algorithm.identifier()), parameters)
}

/// The general-purpose library only knows registered algorithms. An unregistered number is read here, and rejected
/// later.
fn check_against_coset(key: &CoseKey<'_>, bytes: &[u8]) -> Result<(), TestCaseError> {
    let Some(read) = as_read_by_coset(bytes) else {
        prop_assert_eq!(key.algorithm.name(), None);
        return Ok(());
    };
    prop_assert_eq!(as_read_here(key), read);
    Ok(())
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..70).prop_map(Value::Bytes),
        3 => (-10_i64..10).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::Bool),
    ]
}

/// Keys, almost keys, and maps with arbitrary content.
fn map() -> impl Strategy<Value = Vec<(i64, Value)>> {
    let keys = proptest::sample::select(keys().to_vec());
    let algorithm = proptest::sample::select(vec![-7_i64, -8, -19, -35, -36, -47, -50, -257]);
    let changes = proptest::collection::vec((-5_i64..6, value()), 0..2);
    (keys, algorithm, changes, any::<bool>()).prop_map(|(mut map, algorithm, changes, replace)| {
        map[1].1 = algorithm.into();
        for (label, value) in changes {
            match map.iter_mut().find(|(found, _)| *found == label) {
                Some(entry) if replace => entry.1 = value,
                _ => map.push((label, value)),
            }
        }
        map
    })
}

proptest! {
    #[test]
    fn what_is_accepted_a_general_reader_reads_the_same(map in map()) {
        let bytes = encode(&map);
        if let Ok(key) = CoseKey::parse(&bytes) {
            check_against_coset(&key, &bytes)?;
        }
    }

    #[test]
    fn mutated_keys_never_panic_and_are_read_the_same_or_refused(
        which in 0..keys().len(),
        at in any::<proptest::sample::Index>(),
        byte: u8,
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = encode(&keys()[which]);
        *at.get_mut(&mut bytes) = byte;
        if let Ok(key) = CoseKey::parse(&bytes) {
            let _ = key.check_shape();
            check_against_coset(&key, &bytes)?;
        }
        bytes.truncate(cut.index(bytes.len()));
        let _ = CoseKey::parse(&bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = CoseKey::parse(&bytes);
        let _ = CosePublicKey::try_from(&*bytes);
        let as_map = [&[0xa4][..], &bytes].concat();
        let _ = CoseKey::parse(&as_map);
    }
}
