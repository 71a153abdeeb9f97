//! A string of JSON, for those who write some without a crate.

use std::fmt::Write as _;

/// The text in quotes, with what may not be in them escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                write!(quoted, "\\u{:04x}", control as u32).expect("text can be written");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_may_not_be_in_quotes_is_escaped() {
        assert_eq!(
            quoted("a \"b\" \\ \n\u{1f} ö"),
            r#""a \"b\" \\ \u000a\u001f ö""#
        );
    }
}
