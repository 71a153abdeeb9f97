//! Entity tags: a sandwich's version as `ETag`, and the lists of them that clients send back (RFC 9110, 8.8.3).

use axum::http::HeaderValue;

/// The tag of this version, a strong one: a sandwich has one representation.
pub(crate) fn tag(version: u64) -> HeaderValue {
    let mut digits = itoa::Buffer::new();
    let text = ["\"", digits.format(version), "\""].concat();
    HeaderValue::try_from(text).expect("digits can be in a header")
}

/// The value of `If-Match` or `If-None-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`: whatever there is.
    Any,
    /// One of these.
    List(Vec<Tag>),
}

/// One tag of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// `W/"…"`: equal enough to save a download, not to decide a change.
    weak: bool,
    /// The version, if it is a tag that we could have given.
    version: Option<u64>,
}

impl Tags {
    /// `None` if it is malformed. Several header lines come joined by commas.
    pub(super) fn parse(text: &str) -> Option<Tags> {
        if text.trim_matches([' ', '\t']) == "*" {
            return Some(Tags::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']); // a list may have empty elements
            if rest.is_empty() {
                break;
            }
            let (tag, behind) = Tag::parse(rest)?;
            tags.push(tag);
            rest = behind.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
        (!tags.is_empty()).then_some(Tags::List(tags))
    }

    /// By the strong comparison: the versions for which a change may be made.
    pub(super) fn strong(&self) -> Option<Vec<u64>> {
        match self {
            Tags::Any => None,
            Tags::List(tags) => {
                let strong = tags.iter().filter(|tag| !tag.weak);
                Some(strong.filter_map(|tag| tag.version).collect())
            }
        }
    }

    /// By the weak comparison.
    pub(super) fn holds(&self, version: u64) -> bool {
        match self {
            Tags::Any => true,
            Tags::List(tags) => tags.iter().any(|tag| tag.version == Some(version)),
        }
    }
}

impl Tag {
    /// The tag at the beginning of this text, and what comes behind it.
    fn parse(text: &str) -> Option<(Tag, &str)> {
        let (weak, text) = match text.strip_prefix("W/") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (opaque, rest) = text.strip_prefix('"')?.split_once('"')?;
        let is_right = |c: char| c == '!' || ('#'..='~').contains(&c) || !c.is_ascii();
        // As it was written: another text is another tag, though it may be the same number.
        let version = opaque.parse().ok();
        let version = version.filter(|version: &u64| version.to_string() == opaque);
        opaque
            .chars()
            .all(is_right)
            .then_some((Tag { weak, version }, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_makes_a_tag_of_all_its_digits() {
        for version in [0, 1, 9, 10, 101, u64::MAX] {
            assert_eq!(tag(version), format!("\"{version}\""));
        }
    }

    #[test]
    fn lists_of_tags_are_read_as_rfc_9110_has_them() {
        let strong = |text: &str| Tags::parse(text).and_then(|tags| tags.strong());
        for (text, versions) in [
            (r#""1""#, Some(vec![1])),
            (r#" , "1" ,, "2","#, Some(vec![1, 2])),
            (r#"W/"1", "2""#, Some(vec![2])),
            (r#""a,b", "3""#, Some(vec![3])),
            (r#""""#, Some(vec![])),
            (r#""+1", "01""#, Some(vec![])),
            ("1", None),
            (r#""1"#, None),
            (r#""1" "2""#, None),
            (r#"w/"1""#, None),
            (r#"*, "1""#, None),
            ("", None),
            (",", None),
        ] {
            assert_eq!(strong(text), versions, "{text}");
        }
        assert_eq!(Tags::parse(" * "), Some(Tags::Any));
    }
}
