//! A timestamp: a moment in UTC, in milliseconds, written as RFC 3339 has it.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{KnownFormat, Object, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

const DAY_MS: i64 = 86_400_000;
/// Days of 400 years: after them the calendar repeats.
const ERA_DAYS: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01. Years that begin in March have the leap day at their end.
const EPOCH_DAYS: i64 = 719_468;
/// 0000-01-01T00:00:00.000Z.
const FIRST: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// By this machine's clock. Before 1970 it is 1970.
    pub fn now() -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// `2026-11-25T12:30:00.250Z`. RFC 3339 knows the years from 0 to 9999: what is before or behind them is written as their
    /// first or last moment.
    fn digits(self) -> [u8; 24] {
        let moment = self.0.clamp(FIRST, LAST);
        let (year, month, day) = date(moment.div_euclid(DAY_MS));
        let ms = moment.rem_euclid(DAY_MS);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text[0..4], year);
        put(&mut text[5..7], month);
        put(&mut text[8..10], day);
        put(&mut text[11..13], ms / 3_600_000);
        put(&mut text[14..16], ms / 60_000 % 60);
        put(&mut text[17..19], ms / 1000 % 60);
        put(&mut text[20..23], ms % 1000);
        text
    }
}

/// `2026-11-25T12:30:00.250Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(text(&self.digits()))
    }
}

/// Writes the number's last digits. `write!` takes twenty times as long, which every answer would feel twice.
fn put(place: &mut [u8], number: i64) {
    let mut number = number as u32; // at most 9999, and divided with half the effort
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn text(digits: &[u8; 24]) -> &str {
    str::from_utf8(digits).expect("digits are text")
}

/// What [`Display`](fmt::Display) writes, and nothing else of RFC 3339.
impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Timestamp, NotATimestamp> {
        let part = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
            digits.parse::<i64>().ok()
        };
        let read = || {
            let days = days(part(0, 4)?, part(5, 7)?, part(8, 10)?);
            let minutes = part(11, 13)? * 60 + part(14, 16)?;
            Some(days * DAY_MS + (minutes * 60 + part(17, 19)?) * 1000 + part(20, 23)?)
        };
        // Written again it must be the same: this checks the ranges and all that stands between the digits.
        read()
            .map(Timestamp)
            .filter(|stamp| stamp.to_string() == text)
            .ok_or(NotATimestamp)
    }
}

/// Year, month and day of a day counted from 1970-01-01.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + EPOCH_DAYS;
    let (era, day) = (day.div_euclid(ERA_DAYS), day.rem_euclid(ERA_DAYS));
    // Without its leap days the era would have 400 equal years.
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on the months have 31, 30, 31, 30, 31 days again and again: 153 in five.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

/// The inverse of [`date`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let before = 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5;
    era * ERA_DAYS + before + day - 1 - EPOCH_DAYS
}

/// In the OpenAPI document: text with the format `date-time`.
impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let text = Object::builder().schema_type(Type::String);
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        text.format(Some(format)).into()
    }
}

impl ToSchema for Timestamp {}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text(&self.digits()))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The text is no timestamp as [`Timestamp`] writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATimestamp;

impl fmt::Display for NotATimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a timestamp such as 2026-11-25T12:30:00.250Z")
    }
}

impl std::error::Error for NotATimestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_written_as_the_calendar_has_them() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (FIRST, "0000-01-01T00:00:00.000Z"),
            (LAST, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(ms).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(ms)));
        }
    }

    #[test]
    fn every_day_of_eight_centuries_has_its_date() {
        for day in -ERA_DAYS..ERA_DAYS {
            let (year, month, date) = date(day);
            assert_eq!(days(year, month, date), day);
        }
    }

    #[test]
    fn what_has_no_year_of_four_digits_is_written_as_the_nearest_that_has() {
        assert_eq!(
            Timestamp(i64::MIN).to_string(),
            Timestamp(FIRST).to_string()
        );
        assert_eq!(Timestamp(i64::MAX).to_string(), Timestamp(LAST).to_string());
    }

    #[test]
    fn what_is_written_is_read_back() {
        for day in (-ERA_DAYS..ERA_DAYS).step_by(97) {
            let stamp = Timestamp(day * DAY_MS + (day * 7_919).rem_euclid(DAY_MS));
            assert_eq!(stamp.to_string().parse(), Ok(stamp));
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "lunch",
            "2023-02-29T00:00:00.000Z",
            "2023-13-01T00:00:00.000Z",
            "2023-01-01T24:00:00.000Z",
            "2023-01-01 00:00:00.000Z",
            "2023-01-01T00:00:00.000",
            "+023-01-01T00:00:00.000Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }
}
