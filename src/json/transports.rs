//! The transports of a registration: how the authenticator says it can be reached.

use alloc::vec::Vec;
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::enums::Transport;
use crate::{limits::TRANSPORTS_MAX, text::Text};

/// A list of transports as JSON text. The transports to keep are only collected once the response is verified.
///
/// Transports are hints, so anything that is not a list of names is treated as absent: hand-written front ends send
/// `""`, `{}` and `[null]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transports<'a>(&'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Transports<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|value| Self(value.get()))
    }
}

impl Transports<'_> {
    /// Returns the transports to keep.
    pub(super) fn kept(self) -> Vec<Transport> {
        serde_json::from_str(self.0).map_or_else(|_| Vec::new(), |KeptTransports(kept)| kept)
    }
}

/// Excess entries, and entries that are not a name of reasonable length, are dropped while parsing: if all were
/// collected, an empty name of three bytes would take 24.
struct KeptTransports(Vec<Transport>);

impl<'de> Deserialize<'de> for KeptTransports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TransportsVisitor;

        impl<'de> Visitor<'de> for TransportsVisitor {
            type Value = KeptTransports;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of transports")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<KeptTransports, A::Error> {
                let mut kept = Vec::new();
                while let Some(element) = list.next_element::<&RawValue>()? {
                    let name = serde_json::from_str::<Text<'_>>(element.get()).ok();
                    let name = name.filter(|name| Transport::is_reasonable(name));
                    if let Some(name) = name.filter(|_| kept.len() < TRANSPORTS_MAX) {
                        kept.push(Transport::from(&*name));
                    }
                }
                Ok(KeptTransports(kept))
            }
        }

        deserializer.deserialize_seq(TransportsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::json::RegistrationResponse;

    /// Returns the transports of a registration with this list.
    fn transports(list: &str) -> Vec<Transport> {
        let json = format!(
            r#"{{"id":"AQID","rawId":"AQID","type":"public-key","response":{{"clientDataJSON":"e30","attestationObject":"oA","transports":{list}}}}}"#
        );
        RegistrationResponse::parse(json.as_bytes()).unwrap().transports()
    }

    #[test]
    fn keeps_known_and_unknown_transports() {
        let list = r#"["usb","nfc","ble","smart-card","hybrid","internal","cable"]"#;
        let names = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable"];
        let expected = names.map(Transport::from);
        for known in &expected[..6] {
            assert!(!matches!(known, Transport::Unknown(_)), "{known}");
        }
        assert_eq!(transports(list), expected);
        assert_eq!(transports(&list.replace(',', " , ")), expected);
        assert_eq!(transports(r#"["\u0075sb"]"#), [Transport::Usb]);
    }

    #[test]
    fn transports_of_the_wrong_type_count_as_absent() {
        for list in [
            "null",
            "\"\"",
            "\"usb\"",
            "{}",
            "{\"0\":\"usb\"}",
            "7",
            "true",
            "[]",
            "[null]",
            "[7,[]]",
        ] {
            assert_eq!(transports(list), [], "{list}");
        }
        assert_eq!(transports(r#"[null,"usb",{},"nfc"]"#), [Transport::Usb, Transport::Nfc]);
    }

    /// Transports are stored and sent back, and end up in logs and pages.
    #[test]
    fn drops_names_that_are_not_1_to_32_printable_ascii_characters() {
        let long = "x".repeat(32);
        assert_eq!(transports(&format!("[\"{long}\"]")), [Transport::from(&*long)]);
        for name in ["", &format!("{long}x"), "a b", "\\u0000", "\\u007f", "\u{202e}bsu", "é"] {
            assert_eq!(transports(&format!("[\"{name}\",\"usb\"]")), [Transport::Usb], "{name}");
        }
    }

    #[test]
    fn long_transport_lists_are_cut() {
        let many = alloc::vec!["\"x\""; 99].join(",");
        assert_eq!(transports(&format!("[{many}]")).len(), 16);
    }
}
