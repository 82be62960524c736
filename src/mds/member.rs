//! Parses the members of a JSON object one by one, so that one of the wrong type does not invalidate the others.

use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::omission::{OmissionReason, Omissions};

/// Parses a member, if it is present and has the right type.
pub(super) fn member<'a, T: Deserialize<'a>>(
    json: Option<&'a RawValue>,
    name: &'static str,
    omissions: &mut Omissions,
) -> Option<T> {
    let value = serde_json::from_str(json?.get()).ok();
    if value.is_none() {
        omissions.add(OmissionReason::Member(name));
    }
    value
}

/// Parses the elements of a list one by one. `take` gets `None` for an element of the wrong type, and returns whether
/// it could use the element.
pub(super) fn elements<'a, T: Deserialize<'a>>(
    json: Option<&'a RawValue>,
    name: &'static str,
    omissions: &mut Omissions,
    mut take: impl FnMut(Option<T>, &mut Omissions) -> bool,
) {
    let list = member::<Vec<&RawValue>>(json, name, omissions).unwrap_or_default();
    for element in list {
        if !take(serde_json::from_str(element.get()).ok(), omissions) {
            omissions.add(OmissionReason::Member(name));
        }
    }
}
