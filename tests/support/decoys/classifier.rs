//! A naive Bayes classifier over what can be seen of an allow list.

use std::collections::HashMap;

use super::population::Seen;

/// How often each feature was seen.
#[derive(Default)]
struct Classifier {
    counts: HashMap<String, [f64; 2]>,
    totals: HashMap<char, [f64; 2]>,
}

/// Count, lengths, transports, both together, neighbours, marks of UUIDs, and the bytes: which there are at all, at both
/// ends, and one after the other. The first character is the kind of the feature.
fn features(list: &Seen) -> Vec<String> {
    let mut features = vec![format!("c{}", list.0.len())];
    let shape = |(id, transports): &(Vec<u8>, Vec<String>)| format!("{} {transports:?}", id.len());
    for (index, entry) in list.0.iter().enumerate() {
        let (id, transports) = entry;
        features.push(format!("l{}", id.len()));
        features.push(format!("t{transports:?}"));
        features.push(format!("s{}", shape(entry)));
        features.push(format!("p{index} {}", shape(entry)));
        if id.len() == 16 {
            features.push(format!("u{}", id[6] >> 4 == 4 && id[8] >> 6 == 2));
        }
        features.extend(id.iter().map(|byte| format!("b{byte}")));
        features.push(format!("f{}", id[0] >> 3));
        features.push(format!("e{}", id[id.len() - 1] >> 3));
        // The last eight bytes, as somebody would guess who knows that decoys have a tag.
        features.extend(id[id.len() - 8..].iter().map(|byte| format!("g{}", byte >> 4)));
    }
    features.extend(list.0.windows(2).map(|two| format!("n{} {}", shape(&two[0]), shape(&two[1]))));
    let distinct = list.0.iter().map(shape).collect::<std::collections::BTreeSet<_>>().len();
    features.push(format!("d{distinct} {}", list.0.len()));
    features
}

impl Classifier {
    fn learn(&mut self, list: &Seen, class: usize) {
        for feature in features(list) {
            let kind = feature.chars().next().unwrap();
            self.totals.entry(kind).or_default()[class] += 1.0;
            self.counts.entry(feature).or_default()[class] += 1.0;
        }
    }

    /// The class from which the list rather comes.
    fn judge(&self, list: &Seen) -> usize {
        let evidence = features(list).into_iter().map(|feature| {
            let kind = feature.chars().next().unwrap();
            let [total_0, total_1] = self.totals.get(&kind).copied().unwrap_or_default();
            let [seen_0, seen_1] = self.counts.get(&feature).copied().unwrap_or_default();
            ((seen_1 + 1.0) / (total_1 + 1.0)).ln() - ((seen_0 + 1.0) / (total_0 + 1.0)).ln()
        });
        usize::from(evidence.sum::<f64>() > 0.0)
    }
}

/// Learns from one half of each, and judges the other: how many it gets right.
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
