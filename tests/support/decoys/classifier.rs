//! A naive Bayes classifier over what is visible in an allow list.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher as _},
};

use super::population::Seen;

/// A kind of feature, and its value.
type Feature = (&'static str, u64);

/// How often each feature was seen.
#[derive(Default)]
struct Classifier {
    counts: HashMap<Feature, [f64; 2]>,
    totals: HashMap<&'static str, [f64; 2]>,
}

fn number(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Count, lengths, transports, both together, positions, neighbours, marks of UUIDs, and the bytes: which occur at all,
/// at both ends, and among the last eight, as an attacker would guess who knows that decoys have a tag.
fn features(list: &Seen) -> Vec<Feature> {
    let shape = |(id, transports): &(Vec<u8>, Vec<String>)| number((id.len(), transports));
    let mut features = vec![("count", number(list.0.len()))];
    for (index, entry) in list.0.iter().enumerate() {
        let (id, transports) = entry;
        features.push(("length", number(id.len())));
        features.push(("transports", number(transports)));
        features.push(("shape", shape(entry)));
        features.push(("place", number((index, shape(entry)))));
        if id.len() == 16 {
            features.push(("uuid", u64::from(id[6] >> 4 == 4 && id[8] >> 6 == 2)));
        }
        features.extend(id.iter().map(|byte| ("byte", u64::from(*byte))));
        features.push(("first", u64::from(id[0] >> 3)));
        features.push(("last", u64::from(id[id.len() - 1] >> 3)));
        features.extend(id[id.len() - 8..].iter().map(|byte| ("tag", u64::from(*byte >> 4))));
    }
    let neighbours = list.0.windows(2).map(|two| number((shape(&two[0]), shape(&two[1]))));
    features.extend(neighbours.map(|two| ("neighbours", two)));
    let distinct = list.0.iter().map(shape).collect::<BTreeSet<_>>().len();
    features.push(("distinct", number((distinct, list.0.len()))));
    features
}

impl Classifier {
    fn learn(&mut self, list: &Seen, class: usize) {
        for feature in features(list) {
            self.totals.entry(feature.0).or_default()[class] += 1.0;
            self.counts.entry(feature).or_default()[class] += 1.0;
        }
    }

    /// The class that the list more likely comes from.
    fn judge(&self, list: &Seen) -> usize {
        let evidence = features(list).into_iter().map(|feature| {
            let [total_0, total_1] = self.totals.get(feature.0).copied().unwrap_or_default();
            let [seen_0, seen_1] = self.counts.get(&feature).copied().unwrap_or_default();
            ((seen_1 + 1.0) / (total_1 + 1.0)).ln() - ((seen_0 + 1.0) / (total_0 + 1.0)).ln()
        });
        usize::from(evidence.sum::<f64>() > 0.0)
    }
}

/// Trains on one half of each, and tests on the other. Returns the accuracy.
pub(crate) fn accuracy(real: &[Seen], decoys: &[Seen]) -> f64 {
    let mut classifier = Classifier::default();
    let mut right = 0_u32;
    let mut judged = 0_u32;
    for (class, lists) in [real, decoys].into_iter().enumerate() {
        lists.iter().take(lists.len() / 2).for_each(|list| classifier.learn(list, class));
    }
    for (class, lists) in [real, decoys].into_iter().enumerate() {
        for list in lists.iter().skip(lists.len() / 2) {
            right += u32::from(classifier.judge(list) == class);
            judged += 1;
        }
    }
    f64::from(right) / f64::from(judged)
}
