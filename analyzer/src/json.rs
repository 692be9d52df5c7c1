//! Reads the members of JSON objects, with an error for each that is not what it must be.
//!
//! For what the analyzer wrote itself, from text or from the objects of a browser. A derived reader
//! of the same types, which takes more ways to write them, is many times as large there.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};
use serde_json::Value;

pub(crate) type Result<T> = std::result::Result<T, Unreadable>;

/// A JSON value, whoever holds it.
pub trait Json: Clone {
    /// Whether it is `null`, or nothing at all.
    fn is_null(&self) -> bool;
    /// The text that it is.
    fn text(&self) -> Option<String>;
    /// The number that it is.
    fn number(&self) -> Option<f64>;
    /// Whether it is `true` or `false`.
    fn boolean(&self) -> Option<bool>;
    /// The items of the list that it is.
    fn items(&self) -> Option<Vec<Self>>;
    /// The names of the members of the object that it is.
    fn names(&self) -> Option<Vec<String>>;
    /// The member of that name of the object that it is.
    fn member(&self, name: &str) -> Option<Self>;
}

impl Json for &Value {
    fn is_null(&self) -> bool {
        Value::is_null(self)
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().map(|items| items.iter().collect())
    }

    fn names(&self) -> Option<Vec<String>> {
        self.as_object()
            .map(|members| members.keys().cloned().collect())
    }

    fn member(&self, name: &str) -> Option<Self> {
        self.get(name)
    }
}

/// Data that is not as it is written here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {message}")]
pub struct Unreadable {
    /// The member, as in `sentences[2].rules[0].limit.atMost`; nothing for the value as a whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl Unreadable {
    pub(crate) fn new(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            message: message.into(),
        }
    }

    /// The error as seen from where `name` is a member.
    #[inline(never)]
    fn inside(self, name: &str) -> Self {
        let dot = if name.is_empty() || self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        Self {
            path: format!("{name}{dot}{}", self.path),
            ..self
        }
    }
}

/// An object that is read member by member.
pub(crate) struct Object<J> {
    json: J,
    names: Vec<String>,
    asked: RefCell<Vec<&'static str>>,
}

impl<J: Json> Object<J> {
    /// The object that the value must be.
    #[inline(never)]
    pub(crate) fn of(json: &J) -> Result<Self> {
        let names = json.names();
        Ok(Self {
            json: json.clone(),
            names: names.ok_or_else(|| Unreadable::new("", "an object is wanted here"))?,
            asked: RefCell::default(),
        })
    }

    /// The member of that name, if it is there and not null.
    #[inline(never)]
    pub(crate) fn get(&self, name: &'static str) -> Option<Member<J>> {
        self.asked.borrow_mut().push(name);
        let json = self.json.member(name).filter(|json| !json.is_null())?;
        Some(Member { name, json })
    }

    /// The member of that name.
    #[inline(never)]
    pub(crate) fn need(&self, name: &'static str) -> Result<Member<J>> {
        self.get(name)
            .ok_or_else(|| Unreadable::new(name, "it is missing"))
    }

    /// The text of that name, if it is there.
    #[inline(never)]
    pub(crate) fn optional_text(&self, name: &'static str) -> Result<Option<String>> {
        self.get(name).map(|text| text.text()).transpose()
    }

    /// The texts of that name; none if it is left out.
    #[inline(never)]
    pub(crate) fn texts(&self, name: &'static str) -> Result<Vec<String>> {
        self.get(name).map_or(Ok(Vec::new()), |texts| texts.texts())
    }

    /// What `read` makes of each member, by name.
    pub(crate) fn each<T>(
        &self,
        read: impl Fn(&Member<J>) -> Result<T>,
    ) -> Result<BTreeMap<String, T>> {
        let mut all = BTreeMap::new();
        for name in &self.names {
            if let Some(json) = self.json.member(name) {
                let member = read(&Member { name: "", json });
                all.insert(name.clone(), member.map_err(|error| error.inside(name))?);
            }
        }
        Ok(all)
    }

    /// Refuses members that nobody has asked for.
    #[inline(never)]
    pub(crate) fn has_no_other(&self) -> Result<()> {
        let asked = self.asked.borrow();
        let mut names = self.names.iter();
        match names.find(|name| !asked.contains(&name.as_str())) {
            Some(name) => Err(Unreadable::new(name, "this version does not know it")),
            None => Ok(()),
        }
    }
}

/// A member of an object, or an item of a list that is one.
#[derive(Clone)]
pub(crate) struct Member<J> {
    name: &'static str,
    json: J,
}

impl<J: Json> Member<J> {
    /// The value as a whole.
    pub(crate) fn of(json: &J) -> Self {
        let json = json.clone();
        Self { name: "", json }
    }

    pub(crate) fn is_object(&self) -> bool {
        self.json.names().is_some()
    }

    pub(crate) fn is_list(&self) -> bool {
        self.json.items().is_some()
    }

    #[inline(never)]
    pub(crate) fn wrong(&self, message: &str) -> Unreadable {
        Unreadable::new(self.name, message)
    }

    /// What `read` makes of it. Its errors are told from here.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&J) -> Result<T>) -> Result<T> {
        read(&self.json).map_err(|error| error.inside(self.name))
    }

    #[inline(never)]
    pub(crate) fn text(&self) -> Result<String> {
        let text = self.json.text();
        text.ok_or_else(|| self.wrong("a text is wanted here"))
    }

    #[inline(never)]
    pub(crate) fn number(&self) -> Result<f64> {
        let number = self.json.number();
        number.ok_or_else(|| self.wrong("a number is wanted here"))
    }

    #[inline(never)]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only a number that comes back from it is taken"
    )]
    pub(crate) fn whole(&self) -> Result<u32> {
        let number = self.number()?;
        let whole = number as u32;
        if f64::from(whole).to_bits() == number.to_bits() {
            return Ok(whole);
        }
        Err(self.wrong("a whole number is wanted here"))
    }

    #[inline(never)]
    pub(crate) fn boolean(&self) -> Result<bool> {
        let boolean = self.json.boolean();
        boolean.ok_or_else(|| self.wrong("true or false is wanted here"))
    }

    /// A value of a type whose values are words.
    pub(crate) fn word<T: DeserializeOwned>(&self) -> Result<T> {
        let word = self.text()?;
        let word: StrDeserializer<'_, Error> = word.as_str().into_deserializer();
        T::deserialize(word).map_err(|_| self.wrong("this version does not know the word"))
    }

    /// Its items, or the one that it is itself.
    pub(crate) fn items<T>(&self, read: impl Fn(&Self) -> Result<T>) -> Result<Vec<T>> {
        let items = self.json.items();
        let items = items.unwrap_or_else(|| vec![self.json.clone()]);
        let mut all = Vec::with_capacity(items.len());
        for (index, json) in items.into_iter().enumerate() {
            let item = read(&Self { name: "", json });
            let told = |error: Unreadable| error.inside(&format!("[{index}]")).inside(self.name);
            all.push(item.map_err(told)?);
        }
        Ok(all)
    }

    #[inline(never)]
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        self.items(Self::text)
    }
}
