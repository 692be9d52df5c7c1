//! The demo organization: something to try the product with, made again at each start with `--demo`.

use crate::clock::Clock;
use crate::db;
use crate::db::Connections;
use crate::db::policies::{PolicyDraft, PolicyStatus};

/// The sample policies: title, category and text.
const POLICIES: [(&str, &str, &str); 3] = [
    (
        "Modelling standard",
        "modelling",
        "# Modelling standard\n\n\
         VLOOKUP must use exact match.\n\
         No formula may nest more than 3 IFs.\n\
         Formulas longer than 300 characters are not permitted.\n\
         Formulas should not contain hard-coded constants.\n",
    ),
    (
        "Data protection",
        "security",
        "# Data protection\n\n\
         Formulas must not import external data.\n\
         Cell data must not be appended to URLs.\n\n\
         Every workbook has an owner who reviews it once a quarter.\n",
    ),
    (
        "Performance",
        "performance",
        "# Performance\n\n\
         Do not use volatile functions.\n\
         Do not reference entire columns.\n",
    ),
];

/// Makes `org_demo` with `user_demo` as its administrator, on plan enterprise, and the sample
/// policies that are not there yet.
pub async fn prepare(db: &Connections, clock: Clock) -> anyhow::Result<()> {
    let now = clock.now();
    let mut transaction = db.writer().begin().await?;
    let member = db::identity::ensure_demo(&mut transaction, now).await?;
    transaction.commit().await?;
    let tenants = db.tenants();
    let mut tenant = tenants.begin(member.organization_id).await?;
    db::subscriptions::book_demo(&mut tenant).await?;
    tenant.commit().await?;
    for (title, category, content) in POLICIES {
        let draft = PolicyDraft {
            title: title.to_owned(),
            content: content.to_owned(),
            category: Some(category.to_owned()),
            department: None,
            tags: vec!["demo".to_owned()],
            source: "text".to_owned(),
            status: PolicyStatus::Published,
        };
        let mut tenant = tenants.begin(member.organization_id).await?;
        let author = Some(member.user_id);
        let stored = db::policies::insert(&mut tenant, author, clock.id(now), &draft, now).await;
        match stored {
            Ok(_) => tenant.commit().await?,
            Err(sqlx::Error::Database(error))
                if error.constraint() == Some(db::policies::TITLE_KEY) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
