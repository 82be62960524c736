//! What the user was shown, as the host expects it and as the client data say (SPC
//! `CollectedClientAdditionalPaymentData`).

use alloc::vec::Vec;

use serde::{Deserialize, Deserializer};

use super::PaymentError;
use crate::{malformed::Malformed, object, policy::RpId, text::Text};

/// What the user should have been shown, compared with the client data byte by byte. Addresses and origins are spelled
/// as browsers serialize them. [The module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentDetails<'a> {
    /// The origin of the outermost page, such as `https://shop.example`.
    pub top_origin: &'a str,
    /// The name of the payee, if one was to be shown.
    pub payee_name: Option<&'a str>,
    /// The origin of the payee, if one was to be shown.
    pub payee_origin: Option<&'a str>,
    /// `paymentEntitiesLogos`, in their order.
    pub logos: &'a [Logo<'a>],
    /// The amount.
    pub total: Total<'a>,
    /// The card or account that pays.
    pub instrument: Instrument<'a>,
}

/// An amount (Payment Request `PaymentCurrencyAmount`). [The module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total<'a> {
    /// The code of the currency, such as `EUR`. Browsers write it in upper case.
    pub currency: &'a str,
    /// The amount, such as `12.50`. `12.5` is another text, and so another amount.
    pub value: &'a str,
}

/// A card or account (SPC `PaymentCredentialInstrument`). [The module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instrument<'a> {
    /// The name that is shown.
    pub display_name: &'a str,
    /// The URL of the icon.
    pub icon: &'a str,
    /// `details`, a further line of text in browsers that show one.
    pub details: Option<&'a str>,
}

/// The logo of a party to the payment, such as the card network (SPC `PaymentEntityLogo`).
/// [The module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logo<'a> {
    /// The URL of the logo. Empty if the browser could not show it, and you accept that.
    pub url: &'a str,
    /// The text that stands for the logo.
    pub label: &'a str,
}

/// ```text
/// dictionary CollectedClientAdditionalPaymentData {
///     required USVString rpId;  required USVString topOrigin;  USVString payeeName;  USVString payeeOrigin;
///     sequence<PaymentEntityLogo> paymentEntitiesLogos;  required PaymentCurrencyAmount total;
///     required PaymentCredentialInstrument instrument;  USVString browserBoundPublicKey;
/// };
/// ```
///
/// For historical reasons, some clients also write `rpId` as `rp`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedDetails<'a> {
    #[serde(borrow)]
    rp_id: Text<'a>,
    #[serde(borrow, default)]
    rp: Option<Text<'a>>,
    #[serde(borrow)]
    top_origin: Text<'a>,
    #[serde(borrow, default)]
    payee_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    payee_origin: Option<Text<'a>>,
    #[serde(borrow, default, rename = "paymentEntitiesLogos", deserialize_with = "logos")]
    logos: Vec<SignedLogo<'a>>,
    #[serde(borrow, deserialize_with = "object::object")]
    total: SignedTotal<'a>,
    #[serde(borrow, deserialize_with = "object::object")]
    instrument: SignedInstrument<'a>,
    #[serde(borrow, default)]
    browser_bound_public_key: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct SignedTotal<'a> {
    #[serde(borrow)]
    currency: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedInstrument<'a> {
    #[serde(borrow)]
    display_name: Text<'a>,
    #[serde(borrow)]
    icon: Text<'a>,
    #[serde(borrow, default)]
    details: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct SignedLogo<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    label: Text<'a>,
}

/// A list of objects, empty if it is `null`.
fn logos<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SignedLogo<'de>>, D::Error> {
    #[derive(Deserialize)]
    struct Item<'a>(#[serde(borrow, deserialize_with = "object::object")] SignedLogo<'a>);
    let items = Option::<Vec<Item<'de>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(items.into_iter().map(|item| item.0).collect())
}

/// Reads the member `payment` of the client data.
pub(super) fn read(client_data_json: &[u8]) -> Result<SignedDetails<'_>, Malformed> {
    #[derive(Deserialize)]
    struct ClientData<'a> {
        #[serde(borrow, deserialize_with = "object::object")]
        payment: SignedDetails<'a>,
    }
    let json = client_data_json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(client_data_json);
    let data = object::from_slice::<ClientData<'_>>(json);
    data.map(|data| data.payment).map_err(|error| Malformed::json("clientDataJSON", &error))
}

impl SignedDetails<'_> {
    pub(super) fn browser_bound_public_key(&self) -> Option<&str> {
        self.browser_bound_public_key.as_deref()
    }

    /// The steps that SPC inserts into §7.2 after the origin.
    pub(super) fn check(
        &self,
        rp_id: &RpId,
        expected: &PaymentDetails<'_>,
    ) -> Result<(), PaymentError> {
        let (total, instrument) = (&self.total, &self.instrument);
        let is_rp_id = |text: &str| text == rp_id.as_str();
        let table = [
            ("rpId", is_rp_id(&self.rp_id)),
            ("rp", self.rp.as_deref().is_none_or(is_rp_id)),
            ("topOrigin", *self.top_origin == *expected.top_origin),
            ("payeeName", self.payee_name.as_deref() == expected.payee_name),
            ("payeeOrigin", self.payee_origin.as_deref() == expected.payee_origin),
            ("paymentEntitiesLogos", self.has_logos(expected.logos)),
            ("total.currency", *total.currency == *expected.total.currency),
            ("total.value", *total.value == *expected.total.value),
            (
                "instrument.displayName",
                *instrument.display_name == *expected.instrument.display_name,
            ),
            ("instrument.icon", *instrument.icon == *expected.instrument.icon),
            ("instrument.details", instrument.details.as_deref() == expected.instrument.details),
        ];
        match table.into_iter().find(|(_, is_equal)| !is_equal) {
            Some((member, _)) => Err(PaymentError::Details { member }),
            None => Ok(()),
        }
    }

    fn has_logos(&self, expected: &[Logo<'_>]) -> bool {
        let found = self.logos.iter().map(|logo| Logo { url: &logo.url, label: &logo.label });
        found.eq(expected.iter().copied())
    }
}
