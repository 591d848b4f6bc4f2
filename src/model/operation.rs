//! The shape of an operation in a data file, and of the parameters of operations, switches and procedures.

use serde::Deserialize;

use super::table::{Column, sized};
use super::{ColumnType, DataType};

/// How the parameters of a write are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    #[default]
    Form,
    Json,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The name as it is sent.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// A request on one row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub method: Method,
    /// Path template.
    pub path: String,
    #[serde(default)]
    pub body: Body,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Sets of parameters, of each of which one at least has to be given.
    #[serde(default)]
    pub one_of: Vec<Vec<String>>,
    /// Sets of parameters, of each of which one at most may be given.
    #[serde(default)]
    pub exclusive: Vec<Vec<String>>,
    /// Whether it costs money or reaches people, whatever it is given.
    #[serde(default)]
    pub paid: bool,
    /// Whether it is all the same in which order rows are written, to Twilio and to whoever sees them: then several are
    /// sent at a time. Of UPDATE and DELETE only.
    #[serde(default)]
    pub unordered: bool,
    /// Columns of the path that take a name in place of the SID.
    #[serde(default)]
    pub by_name: Vec<String>,
}

impl Operation {
    /// Characters that a name in a SID's place has at the most.
    pub const NAME_SIZE: u32 = 128;

    /// Whether a name may stand in the path for the column's SID.
    pub fn takes_name(&self, column: &Column) -> bool {
        self.by_name.contains(&column.name)
    }

    /// The parameter of that name or alias, in any letter case.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.is_named(name))
    }
}

/// What a text has to look like, as far as that is certain: what Twilio might accept is left to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A phone number.
    Phone,
    /// Whom a message or a call goes to: a phone number, an e-mail address, or a channel and an address
    /// (`whatsapp:+1…`, `sip:…`, `client:…`).
    Recipient,
    /// Whom one comes from: the same, or a name, a short code or the SID of a messaging service.
    Sender,
    /// An absolute address.
    Url,
}

/// A parameter of an operation or a procedure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The name that is sent, where it is not `name`; empty where the value is the whole JSON body.
    pub parameter: Option<String>,
    #[serde(rename = "type")]
    pub data_type: DataType,
    pub size: Option<u32>,
    #[serde(default)]
    pub required: bool,
    /// Takes several values: a JSON array or a comma list becomes a repeated key.
    #[serde(default)]
    pub array: bool,
    /// Sending it does something each time, instead of setting an attribute: it must not be sent twice.
    #[serde(default)]
    pub acts: bool,
    /// Whether giving it costs money or reaches people, where the operation by itself does not. What acts does.
    #[serde(default)]
    pub paid: bool,
    /// Whether it is sent as a header of the request, and not in its body.
    #[serde(default)]
    pub header: bool,
    /// What a value has to look like.
    pub format: Option<Format>,
    /// Whether values are kept out of the log.
    #[serde(default)]
    pub secret: bool,
    /// The two letters that a SID in this parameter starts with.
    pub sid: Option<String>,
    /// The only values that the API accepts; beside a `sid`, words that it accepts in a SID's place.
    #[serde(default)]
    pub values: Vec<String>,
    /// Whether an empty text, which clears the attribute, is taken although it is none of the values that the other
    /// fields allow.
    #[serde(default)]
    pub clear: bool,
    /// Of a switch, what is sent where the statement gives nothing; of what one row is read with, what is always
    /// sent. `719 hours ago` is that moment, for a switch.
    pub default: Option<String>,
    /// In generated tables composed from the name, by [`super::remarks`].
    #[serde(default)]
    pub remarks: String,
}

impl Parameter {
    /// Characters that a text of several values has at the most.
    const ARRAY_SIZE: u32 = 32_000;

    /// Whether this is the parameter's name or one of its aliases, in any letter case.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    }

    /// Whether giving it costs money or reaches people.
    pub fn is_paid(&self) -> bool {
        self.paid || self.acts
    }

    /// The name that is sent.
    pub fn sent_name(&self) -> &str {
        self.parameter.as_deref().unwrap_or(&self.name)
    }

    /// Whether the value is the whole body.
    pub fn is_whole(&self) -> bool {
        self.parameter.as_deref() == Some("")
    }

    /// Whether an empty text is a value: it clears the attribute.
    pub fn is_clearable(&self) -> bool {
        let is_free = matches!(self.data_type, DataType::Text | DataType::Json)
            && self.sid.is_none()
            && self.values.is_empty()
            && !self.array;
        self.clear || is_free
    }

    /// The SQL type with its size: of the text that holds all values, where it takes several.
    pub fn column_type(&self) -> ColumnType {
        if self.array { ColumnType::text(Self::ARRAY_SIZE) } else { self.element_type() }
    }

    /// The SQL type of one value, with its size.
    pub fn element_type(&self) -> ColumnType {
        sized(self.data_type, self.size, None)
    }
}
