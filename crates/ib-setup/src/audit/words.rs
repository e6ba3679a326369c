//! What the trail says in words.

use crate::time::Timestamp;

const DAY: u64 = 86_400;

/// A time to the minute, in UTC, such as `2024-02-29 23:59 UTC`.
pub(super) fn moment(time: Timestamp) -> String {
    let seconds = time.as_millis() / 1_000;
    let (year, month, day) = date(seconds / DAY);
    let minutes = seconds % DAY / 60;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

/// The date so many days after 1970-01-01, counted in years that begin in March: the leap day is their last one.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (year + year_of_era + era * 400, month, day)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "1970-01-01 00:00 UTC")]
    #[case(951_782_399, "2000-02-28 23:59 UTC")]
    #[case(951_782_400, "2000-02-29 00:00 UTC")]
    #[case(1_709_251_199, "2024-02-29 23:59 UTC")]
    #[case(1_709_251_200, "2024-03-01 00:00 UTC")]
    #[case(4_107_542_400, "2100-03-01 00:00 UTC")]
    fn a_moment_has_the_date_that_it_is(#[case] seconds: u64, #[case] text: &str) {
        assert_eq!(moment(Timestamp::from_millis(seconds * 1_000)), text);
    }
}
