//! What an account has to switch on at Twilio before some tables can be read.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Table;

/// A product, or a part of one, that is not on by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The first label of the host name.
    pub product: String,
    /// How the paths of the lists begin that need it.
    paths: Vec<String>,
    /// What Twilio calls it.
    pub name: String,
    /// Path of the object that says whether it is on.
    pub settings: String,
    /// The field of that object, a boolean.
    pub field: String,
    /// What to do where it is off, in a sentence.
    pub advice: String,
}

/// What the table cannot be read without.
pub fn feature_of(table: &Table) -> Option<&'static Feature> {
    static FEATURES: LazyLock<Vec<Feature>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("data/products.json")).expect("a test reads the file")
    });
    let is_meant = |f: &&Feature| {
        f.product == table.product
            && table.list != f.settings
            && f.paths.iter().any(|path| table.list.starts_with(path.as_str()))
    };
    FEATURES.iter().find(is_meant)
}

#[cfg(test)]
mod tests {
    use super::super::Model;
    use super::*;

    #[test]
    fn calls_have_insights_where_they_are_on() {
        let model = Model::builtin();
        let feature = |name| feature_of(model.table(None, name).unwrap()).map(|f| f.field.as_str());
        for name in ["CallEvents", "CallMetrics", "CallSummaries"] {
            assert_eq!(feature(name), Some("advanced_features"), "{name}");
        }
        assert_eq!(feature("Calls"), None);
        let settings = model.tables().find(|t| t.list == "/v1/Voice/Settings").unwrap();
        assert!(
            feature_of(settings).is_none() && settings.columns.iter().any(|c| c.json == "advanced_features")
        );
    }
}
