//! The parts of an OpenAPI document that the generator reads. Everything else is skipped.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// A JSON object as a list, in the order of the document: columns stand in the order of Twilio's fields.
#[derive(Debug)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Ordered(Vec::new())
    }
}

impl<T> Ordered<T> {
    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Ordered(pairs))
            }
        }
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

/// One document: one version of one product.
#[derive(Debug, serde::Deserialize)]
pub struct Document {
    #[serde(default)]
    pub servers: Vec<Server>,
    #[serde(default)]
    pub paths: Ordered<PathItem>,
    #[serde(default)]
    pub components: Components,
}

#[derive(Debug, serde::Deserialize)]
pub struct Server {
    pub url: String,
}

#[derive(Debug, Default, serde::Deserialize)]
pub struct Components {
    #[serde(default)]
    pub schemas: Ordered<Schema>,
}

/// The operations of one path.
#[derive(Debug, serde::Deserialize)]
pub struct PathItem {
    pub get: Option<Operation>,
    pub post: Option<Operation>,
    pub put: Option<Operation>,
    pub patch: Option<Operation>,
    pub delete: Option<Operation>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    #[serde(default)]
    pub operation_id: String,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    pub request_body: Option<Body>,
    #[serde(default)]
    pub responses: Ordered<Body>,
    #[serde(default, rename = "x-twilio")]
    extension: OperationExtension,
}

/// What Twilio says of an operation beyond OpenAPI.
#[derive(Debug, Default, serde::Deserialize)]
struct OperationExtension {
    /// Sets of parameters, of each of which one has to be given.
    #[serde(default)]
    conditional: Vec<Vec<String>>,
}

impl Operation {
    /// Sets of parameters, in snake case, of each of which one has to be given.
    pub fn conditional(&self) -> impl Iterator<Item = &[String]> {
        self.extension.conditional.iter().map(Vec::as_slice)
    }

    /// The schema of the answer to a success.
    pub fn answer(&self) -> Option<&Schema> {
        let success = self.responses.iter().find(|(status, _)| status.starts_with('2'));
        success.and_then(|(_, body)| body.media()).map(|(_, schema)| schema)
    }
}

/// A request's or an answer's body.
#[derive(Debug, serde::Deserialize)]
pub struct Body {
    #[serde(default)]
    content: Ordered<Media>,
}

#[derive(Debug, serde::Deserialize)]
struct Media {
    #[serde(default)]
    schema: Schema,
}

impl Body {
    /// The first content type and its schema.
    pub fn media(&self) -> Option<(&str, &Schema)> {
        self.content.iter().next().map(|(name, media)| (name, &media.schema))
    }
}

#[derive(Debug, serde::Deserialize)]
pub struct Parameter {
    #[serde(default)]
    pub name: String,
    /// `path`, `query` or `header`.
    #[serde(default, rename = "in")]
    pub place: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub schema: Schema,
}

/// A type. All fields are optional: Twilio's documents leave 118 fields without any type.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub format: Option<String>,
    pub pattern: Option<String>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub maximum: Option<f64>,
    #[serde(rename = "enum")]
    values: Option<Vec<Value>>,
    #[serde(default)]
    properties: Ordered<Schema>,
    #[serde(default)]
    required: Vec<String>,
    pub items: Option<Box<Schema>>,
    #[serde(default)]
    all_of: Vec<Schema>,
    #[serde(default)]
    one_of: Vec<Schema>,
    #[serde(default)]
    any_of: Vec<Schema>,
}

impl Schema {
    /// The values of an enumeration, without the null that some list.
    pub fn values(&self) -> Vec<String> {
        let values = self.values.iter().flatten();
        values.filter_map(|v| v.as_str().map(str::to_owned)).filter(|v| !v.is_empty()).collect()
    }

    /// Whether the field of an object must be given.
    pub fn requires(&self, name: &str) -> bool {
        self.required.iter().any(|r| r == name)
    }
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// A sentence with the line.
    pub fn read(text: &str) -> Result<Document, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }

    /// The type itself, where `schema` refers to one by its name.
    pub fn resolve<'d>(&'d self, mut schema: &'d Schema) -> &'d Schema {
        // References to references exist; circles of nothing but references do not, and would be cut here.
        for _ in 0..8 {
            let name = schema.reference.as_deref().and_then(|r| r.strip_prefix("#/components/schemas/"));
            match name.and_then(|name| self.components.schemas.get(name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    /// The fields of an object, those of all its variants together.
    pub fn fields<'d>(&'d self, schema: &'d Schema) -> Vec<(&'d str, &'d Schema)> {
        let schema = self.resolve(schema);
        let mut fields: Vec<_> = schema.properties.iter().collect();
        for variant in schema.all_of.iter().chain(&schema.one_of).chain(&schema.any_of) {
            for (name, field) in self.fields(variant) {
                if !fields.iter().any(|(n, _)| *n == name) {
                    fields.push((name, field));
                }
            }
        }
        fields
    }

    /// The first label of the host's name: `api`, `verify`, `flex-api` …
    pub fn product(&self) -> Option<&str> {
        let url = &self.servers.first()?.url;
        url.strip_prefix("https://")?.split('.').next()
    }
}
