//! Clerk's webhook events, read strictly: what an event must have, and nothing invented where it
//! says nothing.

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

use super::permissions::Role;

/// The envelope of every event.
#[derive(Debug, Deserialize)]
pub struct Envelope {
    /// `user.created`, …
    pub r#type: String,
    /// The object the event is about.
    #[serde(default)]
    pub data: Value,
    /// When the event was sent, in milliseconds since 1970.
    #[serde(default)]
    pub timestamp: Option<i64>,
}

/// An event that changes something here.
#[derive(Debug, PartialEq)]
pub enum Change {
    /// A person was created or updated.
    User(User),
    /// A person was deleted.
    UserDeleted(String),
    /// An organization was created or updated.
    Organization(Organization),
    /// An organization was deleted.
    OrganizationDeleted(String),
    /// A membership was created or updated.
    Membership(Box<Membership>),
    /// A membership was ended.
    MembershipDeleted(Box<Membership>),
}

/// A person.
#[derive(Debug, PartialEq)]
pub struct User {
    /// `user_…`
    pub clerk_id: String,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// First and last name, or the user name.
    pub name: Option<String>,
    /// When the person was created.
    pub created_at: Option<OffsetDateTime>,
    /// When this state came about, in milliseconds.
    pub changed_at: Option<i64>,
}

/// An organization.
#[derive(Debug, PartialEq)]
pub struct Organization {
    /// `org_…`
    pub clerk_id: String,
    /// The name; Clerk's id where an event gives none.
    pub name: String,
    /// The name for addresses.
    pub slug: Option<String>,
    /// When the organization was created.
    pub created_at: Option<OffsetDateTime>,
    /// When this state came about, in milliseconds.
    pub changed_at: Option<i64>,
}

/// A person's membership in an organization, with what it says of both.
#[derive(Debug, PartialEq)]
pub struct Membership {
    /// `orgmem_…`; made of both ids where an event gives none.
    pub clerk_id: String,
    /// The role here.
    pub role: Role,
    /// The organization, as mentioned.
    pub organization: Organization,
    /// The person, as mentioned.
    pub user: User,
    /// When the person joined.
    pub created_at: Option<OffsetDateTime>,
    /// When this state came about, in milliseconds.
    pub changed_at: Option<i64>,
}

/// Reads an event. `Ok(None)` for a type that changes nothing here; an error names what is missing.
pub fn change(kind: &str, data: &Value) -> Result<Option<Change>, String> {
    let object = Object { kind, data };
    Ok(Some(match kind {
        "user.created" | "user.updated" => Change::User(user(&object)?),
        "user.deleted" => Change::UserDeleted(object.id("id")?),
        "organization.created" | "organization.updated" => {
            Change::Organization(organization(&object)?)
        }
        "organization.deleted" => Change::OrganizationDeleted(object.id("id")?),
        "organizationMembership.created" | "organizationMembership.updated" => {
            Change::Membership(Box::new(membership(&object)?))
        }
        "organizationMembership.deleted" => {
            Change::MembershipDeleted(Box::new(membership(&object)?))
        }
        _ => return Ok(None),
    }))
}

/// A JSON object of an event, with the event's type for messages.
struct Object<'a> {
    kind: &'a str,
    data: &'a Value,
}

impl<'a> Object<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.data
            .get(name)?
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// An id, which must be there: nothing can be done without it.
    fn id(&self, name: &str) -> Result<String, String> {
        let id = self
            .text(name)
            .ok_or_else(|| format!("{}: data.{name} must be an id", self.kind))?;
        if id.len() > 255 || id.contains('\0') {
            return Err(format!(
                "{}: data.{name} is not an id of Clerk's",
                self.kind
            ));
        }
        Ok(id.to_owned())
    }

    fn millis(&self, name: &str) -> Option<i64> {
        self.data.get(name)?.as_i64()
    }

    fn time(&self, name: &str) -> Option<OffsetDateTime> {
        let nanos = i128::from(self.millis(name)?) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
    }

    fn inner(&self, name: &str) -> Result<Object<'a>, String> {
        let data = self
            .data
            .get(name)
            .filter(|data| data.is_object())
            .ok_or_else(|| format!("{}: data.{name} must be an object", self.kind))?;
        Ok(Object {
            kind: self.kind,
            data,
        })
    }

    /// PostgreSQL stores no NUL in a text.
    fn display(&self, name: &str) -> Option<String> {
        self.text(name).map(|text| text.replace('\0', ""))
    }
}

fn user(object: &Object<'_>) -> Result<User, String> {
    Ok(User {
        clerk_id: object.id("id")?,
        email: primary_email(object.data),
        name: full_name(object).or_else(|| object.display("username")),
        created_at: object.time("created_at"),
        changed_at: object.millis("updated_at"),
    })
}

fn full_name(object: &Object<'_>) -> Option<String> {
    let parts: Vec<_> = ["first_name", "last_name"]
        .iter()
        .filter_map(|name| object.display(name))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The address that the primary id names, or else the first one.
fn primary_email(data: &Value) -> Option<String> {
    let addresses = data.get("email_addresses")?.as_array()?;
    let primary = data.get("primary_email_address_id").and_then(Value::as_str);
    addresses
        .iter()
        .find(|address| primary.is_some() && address.get("id").and_then(Value::as_str) == primary)
        .or_else(|| addresses.first())?
        .get("email_address")?
        .as_str()
        .map(|email| email.replace('\0', ""))
}

fn organization(object: &Object<'_>) -> Result<Organization, String> {
    let clerk_id = object.id("id")?;
    Ok(Organization {
        name: object.display("name").unwrap_or_else(|| clerk_id.clone()),
        clerk_id,
        slug: object.display("slug"),
        created_at: object.time("created_at"),
        changed_at: object.millis("updated_at"),
    })
}

fn membership(object: &Object<'_>) -> Result<Membership, String> {
    let organization = organization(&object.inner("organization")?)?;
    let person = object.inner("public_user_data")?;
    let user = User {
        clerk_id: person.id("user_id")?,
        email: person
            .display("identifier")
            .filter(|identifier| identifier.contains('@')),
        name: full_name(&person),
        created_at: None,
        changed_at: None,
    };
    let clerk_id = object
        .id("id")
        .unwrap_or_else(|_| format!("{}/{}", organization.clerk_id, user.clerk_id));
    let role = object.text("role").unwrap_or_default();
    Ok(Membership {
        clerk_id,
        role: Role::named(role.strip_prefix("org:").unwrap_or(role)),
        organization,
        user,
        created_at: object.time("created_at"),
        changed_at: object.millis("updated_at"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_primary_address_is_chosen_by_its_id() {
        let data = json!({
            "id": "user_1",
            "email_addresses": [
                {"id": "a", "email_address": "old@example.com"},
                {"id": "b", "email_address": "new@example.com"},
            ],
            "primary_email_address_id": "b",
        });
        let Ok(Some(Change::User(user))) = change("user.created", &data) else {
            panic!("not a user")
        };
        assert_eq!(user.email.as_deref(), Some("new@example.com"));
    }

    #[test]
    fn a_role_of_the_organizations_own_is_a_viewer() {
        let data = json!({
            "id": "orgmem_1", "role": "org:auditor",
            "organization": {"id": "org_1"}, "public_user_data": {"user_id": "user_1"},
        });
        let Ok(Some(Change::Membership(membership))) =
            change("organizationMembership.created", &data)
        else {
            panic!("not a membership")
        };
        assert_eq!(membership.role, Role::Viewer);
        assert_eq!(membership.organization.name, "org_1");
    }

    #[test]
    fn an_event_without_an_id_is_refused_by_name() {
        let error = change("user.created", &json!({})).unwrap_err();
        assert_eq!(error, "user.created: data.id must be an id");
    }
}
