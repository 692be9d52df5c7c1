//! Where time and ids come from. Everything else is handed a [`Clock`], so a test can choose both.

use time::OffsetDateTime;
use uuid::Uuid;

/// The source of the current time and of ids that sort by it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    now: fn() -> OffsetDateTime,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the place that reads the clock"
        )]
        let now = OffsetDateTime::now_utc;
        Self { now }
    }

    /// A clock that a test chose.
    #[must_use]
    pub fn of(now: fn() -> OffsetDateTime) -> Self {
        Self { now }
    }

    /// The time in UTC, to the microsecond: what PostgreSQL can store.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = (self.now)();
        let micros = now.microsecond();
        now.replace_microsecond(micros).unwrap_or(now)
    }

    /// A new version 7 UUID for something that happened `at` that time.
    #[must_use]
    pub fn id(&self, at: OffsetDateTime) -> Uuid {
        let seconds = u64::try_from(at.unix_timestamp()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            seconds,
            at.nanosecond(),
        ))
    }
}

/// The calendar month in UTC that usage is counted by: `2026-11`.
#[must_use]
pub fn month_of(time: OffsetDateTime) -> String {
    let utc = time.to_offset(time::UtcOffset::UTC);
    format!("{:04}-{:02}", utc.year(), u8::from(utc.month()))
}

/// How many whole seconds are left of the calendar month, at least 1.
#[must_use]
pub fn seconds_to_next_month(time: OffsetDateTime) -> u64 {
    let utc = time.to_offset(time::UtcOffset::UTC);
    let year = if utc.month() == time::Month::December {
        utc.year() + 1
    } else {
        utc.year()
    };
    time::Date::from_calendar_date(year, utc.month().next(), 1)
        .map(|first| first.midnight().assume_utc())
        .ok()
        .and_then(|first| u64::try_from((first - utc).whole_seconds()).ok())
        .map_or(1, |left| left.max(1))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_month_ends_at_midnight_in_utc() {
        let late = datetime!(2026-12-31 23:59:50 UTC);
        assert_eq!(month_of(late), "2026-12");
        assert_eq!(seconds_to_next_month(late), 10);
        assert_eq!(month_of(datetime!(2027-01-01 00:30:00 +01:00)), "2026-12");
    }
}
