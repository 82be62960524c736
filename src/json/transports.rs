//! How an authenticator says it can be reached: `transports` of a registration.

use alloc::vec::Vec;
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    enums::Transport,
    plain::{self, FromPlain, Plain},
};
use crate::limits::TRANSPORTS_MAX;

/// The text of a list of transports. What is kept of it is collected once the response is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transports<'a>(&'a [u8]);

impl<'de: 'a, 'a> Deserialize<'de> for Transports<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        serde_json::from_str::<KeptTransports>(text).map_err(de::Error::custom)?;
        Ok(Self(text.as_bytes()))
    }
}

impl<'a> FromPlain<'a> for Transports<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        json.text_of(|json| json.array(|json| json.string().map(drop))).map(Self)
    }
}

impl Transports<'_> {
    /// Those that are kept.
    pub(super) fn kept(self) -> Vec<Transport> {
        match plain::read(self.0) {
            Some(KeptTransports(kept)) => kept,
            // It was read when the response was.
            None => serde_json::from_slice(self.0)
                .map_or_else(|_| Vec::new(), |KeptTransports(kept)| kept),
        }
    }
}

/// Transports are hints, so that a list that is too long is cut rather than refused, and names that are too long are
/// dropped, as they are read: collected, an empty name of three bytes would take 24.
#[derive(Default)]
struct KeptTransports(Vec<Transport>);

impl KeptTransports {
    fn add(&mut self, transport: Transport) {
        if self.0.len() < TRANSPORTS_MAX && transport.is_reasonable() {
            self.0.push(transport);
        }
    }
}

impl FromPlain<'_> for KeptTransports {
    fn from_plain(json: &mut Plain<'_>) -> Option<Self> {
        let mut kept = Self::default();
        json.array(|json| {
            kept.add(Transport::from_plain(json)?);
            Some(())
        })?;
        Some(kept)
    }
}

impl<'de> Deserialize<'de> for KeptTransports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TransportsVisitor;

        impl<'de> Visitor<'de> for TransportsVisitor {
            type Value = KeptTransports;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of transports")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<KeptTransports, A::Error> {
                let mut kept = KeptTransports::default();
                while let Some(transport) = list.next_element::<Transport>()? {
                    kept.add(transport);
                }
                Ok(kept)
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

    /// Those of a registration with this list.
    fn transports(list: &str) -> Vec<Transport> {
        let json = format!(
            r#"{{"id":"AQID","rawId":"AQID","type":"public-key","response":{{"clientDataJSON":"e30","attestationObject":"oA","transports":{list}}}}}"#
        );
        RegistrationResponse::parse(json.as_bytes()).unwrap().transports()
    }

    #[test]
    fn transports_are_kept_alike_in_either_form() {
        let list = r#"["usb","nfc","ble","smart-card","hybrid","internal","cable",""]"#;
        let names = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable", ""];
        let expected = names.map(Transport::from);
        for known in &expected[..6] {
            assert!(!matches!(known, Transport::Unknown(_)), "{known}");
        }
        let KeptTransports(plain) = plain::read(list.as_bytes()).unwrap();
        assert_eq!(plain, expected);
        for list in [list, &list.replace(',', " , ")] {
            assert_eq!(transports(list), expected);
            assert_eq!(serde_json::from_str::<KeptTransports>(list).unwrap().0, expected);
        }
    }

    #[test]
    fn long_transport_lists_are_cut() {
        let many = alloc::vec!["\"x\""; 99].join(",");
        assert_eq!(transports(&format!("[{many}]")).len(), 16);
        assert_eq!(transports(&format!("[\"usb\",\"{}\"]", "x".repeat(33))), [Transport::Usb]);
    }
}
